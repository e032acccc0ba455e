import { PergolaError } from '../errors.ts';
import { keyOf, scalarOf, type Model, type ScalarType } from '../model/model.ts';

/** Longer ones were not made here. */
const maxLength = 20_000;

/** `Model:key`, opaque to callers; the parts of a composite key as a JSON list. */
export function encodeNodeId(model: Model, row: Readonly<Record<string, unknown>>): string {
  const parts = keyOf(model).fields.map((name) => textOf(row[name]));
  return Buffer.from(`${model.name}:${JSON.stringify(parts)}`).toString('base64url');
}

/**
 * @param models those of the API: an id of any other is as wrong as one that means nothing.
 * @throws BAD_ID, the same for every way of being wrong, and before any row is looked for.
 */
export function decodeNodeId(
  id: string,
  models: ReadonlyMap<string, Model>,
): { model: Model; key: Record<string, unknown> } {
  if (id.length > maxLength) throw badId();
  const text = Buffer.from(id, 'base64url').toString();
  const at = text.indexOf(':');
  const model = models.get(text.slice(0, at));
  const parts = parse(text.slice(at + 1));
  if (!model?.key || parts.length !== model.key.fields.length) throw badId();
  const key = Object.fromEntries(
    model.key.fields.map((name, index) => [name, readPart(scalarOf(model, name).type, parts[index])]),
  );
  // One row has one id: another spelling of the same key is refused.
  if (encodeNodeId(model, key) !== id) throw badId();
  return { model, key };
}

function parse(json: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
}

/** How the text of each type looks; what `textOf` would write otherwise is found by writing it again. */
const patterns: Partial<Record<ScalarType, RegExp>> = {
  Int: /^-?\d{1,10}$/,
  BigInt: /^-?\d{1,19}$/,
  Float: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/,
  Decimal: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/,
  Boolean: /^(true|false)$/,
  DateTime: /^\d{4}-\d\d-\d\dT/,
  Date: /^\d{4}-\d\d-\d\dT/,
};

function readPart(type: ScalarType, part: unknown): unknown {
  if (typeof part !== 'string' || part.includes('\0') || patterns[type]?.test(part) === false) throw badId();
  switch (type) {
    case 'Int':
    case 'Float':
      if (type === 'Int' && BigInt.asIntN(32, BigInt(part)) !== BigInt(part)) throw badId();
      return Number(part);
    case 'BigInt':
      if (BigInt.asIntN(64, BigInt(part)) !== BigInt(part)) throw badId();
      return BigInt(part);
    case 'Boolean':
      return part === 'true';
    case 'DateTime':
    case 'Date':
      if (Number.isNaN(Date.parse(part))) throw badId();
      return new Date(part);
    case 'Bytes':
      return new Uint8Array(Buffer.from(part, 'base64'));
    default:
      return part;
  }
}

const badId = () => new PergolaError('BAD_ID', 'This is not an id of this API.', 'Take ids from nodeId fields.');
