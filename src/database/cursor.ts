import { createHash } from 'node:crypto';
import { PergolaError } from '../errors.ts';
import type { ScalarType } from '../model/model.ts';
import type { Order, OrderExpression } from './read.ts';

/** Longer ones were not made here. */
const maxLength = 200_000;

/**
 * A place in an order, opaque to callers: a mark of the order that it belongs to, and the values there. It holds only
 * what the viewer may read (an order by anything else is refused), and it is only ever compared with, never trusted:
 * a forged one names another place in the same readable rows.
 */
export function encodeCursor(order: readonly Order[], values: readonly unknown[]): string {
  const texts = values.map((value) => (typeof value === 'number' || value === null ? value : textOf(value)));
  return Buffer.from(JSON.stringify([markOf(order), ...texts])).toString('base64url');
}

/**
 * @returns one value per term, null where it is absent.
 * @throws BAD_CURSOR for what this server did not make for this order.
 */
export function decodeCursor(cursor: string, order: readonly Order[], types: readonly ScalarType[]): unknown[] {
  const [mark, ...values] = parse(cursor);
  if (mark !== markOf(order) || values.length !== order.length) throw badCursor();
  return values.map((value, at) => (value === null ? null : decodeValue(types[at]!, value)));
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function decodeValue(type: ScalarType, value: unknown): unknown {
  if (type === 'Int' || type === 'Float') {
    if (typeof value === 'number' && (type === 'Float' || Number.isSafeInteger(value))) return value;
    throw badCursor();
  }
  if (typeof value !== 'string') throw badCursor();
  switch (type) {
    case 'Boolean':
      return value === 'true';
    case 'BigInt':
      if (!/^-?\d{1,19}$/.test(value)) throw badCursor();
      if (BigInt.asIntN(64, BigInt(value)) !== BigInt(value)) throw badCursor();
      return BigInt(value);
    case 'Decimal':
      if (!isStorable(value)) throw badCursor();
      return value;
    case 'DateTime':
    case 'Date':
      // Of the years that every database has.
      if (!/^\d{4}-/.test(value) || !(Date.parse(value) >= firstMoment)) throw badCursor();
      return new Date(value);
    default:
      // No text has one: some databases refuse even to compare with it.
      if (value.includes('\0')) throw badCursor();
      return value;
  }
}

const firstMoment = Date.parse('0001-01-01T00:00:00Z');

/** Whether some database keeps a Decimal of so many digits (`engines/decimal-digits.ts`). */
function isStorable(text: string): boolean {
  const [, whole, fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return false;
  return whole.length + Number(exponent) <= 35 && fraction.length - Number(exponent) <= 30;
}

function parse(cursor: string): unknown[] {
  if (cursor.length > maxLength) throw badCursor();
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

const marks = new WeakMap<readonly Order[], string>();

/** Tells orders apart, so that a cursor of one list is refused in another. Rules are left out: they differ by viewer. */
function markOf(order: readonly Order[]): string {
  let mark = marks.get(order);
  if (!mark) {
    const words = JSON.stringify(order.map(({ by, direction }) => [wordOf(by), direction]));
    mark = createHash('sha256').update(words).digest('base64url').slice(0, 8);
    marks.set(order, mark);
  }
  return mark;
}

function wordOf(by: OrderExpression): string {
  if (by.kind === 'field') return by.field;
  return by.kind === 'count' ? `${by.relation}#` : `${by.relation}.${wordOf(by.of)}`;
}

const badCursor = () =>
  new PergolaError(
    'BAD_CURSOR',
    'The cursor does not belong to this list and order.',
    'Take it from pageInfo or an edge of the same list.',
  );
