import { PergolaError } from '../errors.ts';
import { keyOf, scalarOf, type Model } from '../model/model.ts';

/** Longer ones were not made here. */
const maxLength = 500;

/** `Model:key`, opaque to callers; the parts of a composite key as a JSON list. */
export function encodeNodeId(model: Model, row: Readonly<Record<string, unknown>>): string {
  const parts = keyOf(model).fields.map((name) => String(row[name]));
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

function readPart(type: string, part: unknown): unknown {
  if (typeof part !== 'string' || part.includes('\0')) throw badId();
  if (type === 'Int') {
    const value = Number(part);
    if (!Number.isSafeInteger(value) || Math.abs(value) > 2 ** 31) throw badId();
    return value;
  }
  if (type === 'BigInt') {
    if (!/^-?\d{1,19}$/.test(part)) throw badId();
    return BigInt(part);
  }
  return part;
}

const badId = () => new PergolaError('BAD_ID', 'This is not an id of this API.', 'Take ids from nodeId fields.');
