import { createHash } from 'node:crypto';
import { PergolaError } from '../errors.ts';
import type { ScalarField } from '../model/model.ts';
import type { Engine } from './engine.ts';
import type { Order, OrderExpression } from './read.ts';

/** Longer ones were not made here. */
const maxLength = 4000;

/**
 * A place in an order, opaque to callers: a mark of the order that it belongs to, and the values there. It holds only
 * what the viewer may read (an order by anything else is refused), and it is only ever compared with, never trusted:
 * a forged one names another place in the same readable rows.
 */
export function encodeCursor(order: readonly Order[], values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([markOf(order), ...values])).toString('base64url');
}

/**
 * @returns one value per term, null where it is absent.
 * @throws BAD_CURSOR for what this server did not make for this order.
 */
export function decodeCursor(
  cursor: string,
  order: readonly Order[],
  fields: readonly Pick<ScalarField, 'type' | 'enum'>[],
  engine: Engine,
): unknown[] {
  const [mark, ...values] = parse(cursor);
  if (mark !== markOf(order) || values.length !== order.length) throw badCursor();
  return values.map((value, at) => {
    if (value === null) return null;
    const { type } = fields[at]!;
    const expected = type === 'Int' || type === 'Boolean' ? 'number' : 'string';
    if (typeof value !== expected || (type === 'Int' && !Number.isSafeInteger(value))) throw badCursor();
    return decodeValue(type, value, engine);
  });
}

function decodeValue(type: ScalarField['type'], value: unknown, engine: Engine): unknown {
  try {
    const decoded = engine.fromJson(type, value);
    if (decoded instanceof Date && Number.isNaN(decoded.getTime())) throw badCursor();
    return decoded;
  } catch {
    throw badCursor();
  }
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
  new PergolaError('BAD_CURSOR', 'The cursor does not belong to this list and order.', 'Take it from pageInfo or an edge of the same list.');
