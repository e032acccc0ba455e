import { badInput } from '../errors.ts';
import { keyOf, modelOf, scalarsOf, type Model, type ScalarField, type Schema } from '../model/model.ts';
import { all, always, padded, type Filter } from '../policy/filter.ts';
import { parseWhere, type ToOperand } from '../policy/parse-where.ts';
import type { Order, OrderExpression } from './read.ts';
import type { Values } from './values.ts';

/** In one `where`. SQLite parses no more than 1,000 conditions in a row. */
const maxValues = 500;
/** Words of enums that become part of a plan, in one `where`, and of how many each may be one: each choice is a plan of its own. */
const maxWords = 2;
const maxWordsOfEnum = 16;
const maxOrderTerms = 20;

/** A caller's `where`, whose values are put into `values`. */
export function parseCallerWhere(where: unknown, model: Model, schema: Schema, values: Values, path = 'where'): Filter {
  return parseWhere(where, model, { schema, toOperand: callerOperands(values, schema, path) }, path);
}

/**
 * Puts what a caller compares with into `values`, so much of it and no more. A word of an enum is part of the plan
 * instead: for a word that few rows have, a server plans otherwise than for one that it does not know.
 */
export function callerOperands(values: Values, schema: Schema, path: string): ToOperand {
  let conditions = 0;
  let words = 0;
  return (value, field, at) => {
    if (++conditions > maxValues)
      throw badInput(`"${path}" holds more than ${maxValues} values.`, 'Ask in several operations.', at);
    if (typeof value === 'object' && value !== null && 'viewer' in value)
      throw badInput(`"${at}" is not a value.`, 'Give a value.', at);
    if (isWord(value, field, schema) && ++words <= maxWords) return { kind: 'constant', value };
    return values.add(checkValue(value, field, at));
  };
}

/** Whether it is one of the words that the schema itself lists: nothing else of a caller's may become part of a plan. */
function isWord(value: unknown, field: ScalarField, schema: Schema): boolean {
  const words = field.enum === undefined ? undefined : schema.enums.get(field.enum)?.values;
  return words !== undefined && words.length <= maxWordsOfEnum && words.some(({ name }) => name === value);
}

/**
 * A caller's `where` that names one row: the fields of exactly one unique key.
 *
 * @throws BAD_INPUT for none or for several: a second key would be a filter that no right was asked for.
 */
export function parseUniqueWhere(where: unknown, model: Model, schema: Schema, values: Values, path = 'where'): Filter {
  const entries = Object.entries((where ?? {}) as Record<string, unknown>).filter(([, value]) => value !== undefined);
  const [entry] = entries;
  const key = entry && model.uniques.find(({ name }) => name === entry[0]);
  if (!entry || !key || entries.length > 1 || entry[1] === null) {
    const known = model.uniques.map(({ name }) => name).join(', ');
    throw badInput(`"${path}" does not name one ${model.name}.`, `Give exactly one of: ${known}.`, path);
  }
  const [name, value] = entry;
  const parts =
    key.fields.length === 1 && key.name === key.fields[0] ? { [name]: value } : (value as Record<string, unknown>);
  const equals = Object.fromEntries(key.fields.map((field) => [field, { equals: parts[field] }]));
  return parseCallerWhere(equals, model, schema, values, path);
}

/** The rows that have one of these keys. */
export function keyFilter(model: Model, keys: readonly Record<string, unknown>[], values: Values): Filter {
  const { fields } = keyOf(model);
  const [field] = fields;
  if (fields.length === 1 && field !== undefined) {
    const operands = padded(keys.map((key) => values.add(key[field])));
    return { kind: 'compare', field, operator: operands.length === 1 ? 'equals' : 'in', operands, namesRow: true };
  }
  const compare = (key: Record<string, unknown>) =>
    all(
      fields.map((name): Filter => ({
        kind: 'compare',
        field: name,
        operator: 'equals',
        operands: [values.add(key[name])],
        namesRow: true,
      })),
    );
  const of = keys.map(compare);
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

/** A caller's `orderBy`: one object or a list of them, each with one term, made a total order by the key at its end. */
export function parseOrderBy(orderBy: unknown, model: Model, schema: Schema, path = 'orderBy'): Order[] {
  const order = termsOf(orderBy, path).map((term, at) => parseTerm(term, model, schema, `${path}[${at}]`));
  const ordered = new Set(order.map(({ by }) => (by.kind === 'field' ? by.field : undefined)));
  const rest = (model.key?.fields ?? scalarsOf(model).map(({ name }) => name)).filter((field) => !ordered.has(field));
  // The tie is broken in the direction of the last term, so that one index can serve both.
  const direction = order.at(-1)?.direction ?? 'asc';
  return [...order, ...rest.map((field): Order => ({ by: { kind: 'field', field }, direction, breaksTies: true }))];
}

export function termsOf(orderBy: unknown, path: string): unknown[] {
  const terms: unknown[] =
    orderBy === undefined || orderBy === null ? [] : Array.isArray(orderBy) ? orderBy : [orderBy];
  if (terms.length > maxOrderTerms)
    throw badInput(`"${path}" has ${terms.length} terms.`, `Give ${maxOrderTerms} at most.`, path);
  return terms;
}

function parseTerm(term: unknown, model: Model, schema: Schema, path: string): Order {
  const [name, value] = onlyEntry(term, path);
  const at = `${path}.${name}`;
  const field = model.fields.get(name);
  if (!field) throw badInput(`${model.name} has no field "${name}".`, 'Check the spelling.', at);
  if (field.kind === 'scalar') {
    if (field.type === 'Json' || field.type === 'Bytes')
      throw badInput(`"${at}" has no order.`, 'Order by another field.', at);
    return { by: { kind: 'field', field: name }, direction: directionOf(value, at) };
  }
  if (!field.list) {
    const { by, direction } = parseTerm(value, modelOf(schema, field.target), schema, at);
    return { by: { kind: 'related', relation: name, filter: always, of: by }, direction };
  }
  const [what, direction] = onlyEntry(value, at);
  if (what !== '_count')
    throw badInput(`"${at}" can be ordered by its _count only.`, `Write { ${name}: { _count: asc } }.`, at);
  const by: OrderExpression = { kind: 'count', relation: name, filter: always };
  return { by, direction: directionOf(direction, at) };
}

export function onlyEntry(term: unknown, path: string): [string, unknown] {
  const entries = Object.entries(term ?? {}).filter(([, value]) => value !== undefined);
  const [entry] = entries;
  if (!entry || entries.length > 1)
    throw badInput(`"${path}" does not have exactly one field.`, 'Give one field in each object.', path);
  return entry;
}

export function directionOf(value: unknown, path: string): 'asc' | 'desc' {
  if (value === 'asc' || value === 'desc') return value;
  throw badInput(`"${path}" is neither asc nor desc.`, 'Give one of them.', path);
}

/** What no engine stores alike is refused wherever it is met: in filters as in writes. */
export function checkValue(value: unknown, field: ScalarField, path: string): unknown {
  if (typeof value === 'string' && value.includes('\0')) {
    throw badInput(`"${path}" holds a NUL character.`, 'Remove it: databases cut or refuse such text.', path);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw badInput(`"${path}" is not a finite number.`, 'Give a finite number.', path);
  }
  if (field.type !== 'Json' && typeof value === 'object' && value !== null && !isScalarObject(value)) {
    throw badInput(`"${path}" is not a ${field.type}.`, 'Give a single value.', path);
  }
  return value;
}

export const isScalarObject = (value: object) =>
  value instanceof Date || value instanceof Uint8Array || 'toFixed' in value;
