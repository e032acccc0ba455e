import { badInput } from '../errors.ts';
import { modelOf, type Key, type Model, type RelationField, type Schema } from '../model/model.ts';
import { convertValue, type GivenValue } from './convert-value.ts';

/** A column that says something about a related row. */
export interface Part {
  /** A field of the target; undefined when the column is the relation itself. */
  readonly name: string | undefined;
  readonly column: string;
}

type GivenPart = Part & { readonly given: GivenValue };

/** `{ connect }` for the row that the parts name, `{ disconnect }` when all of them are null. */
export function connectOne(relation: RelationField, parts: readonly GivenPart[], schema: Schema): object | undefined {
  if (parts.every(({ given }) => given.value === null || given.value === undefined)) return { disconnect: true };
  const [part] = parts;
  if (part && part.name === undefined) return { connect: uniqueWhere(relation, part, part.given, schema) };
  const values = Object.fromEntries(parts.map(({ name, given }) => [name, given.value]));
  return { connect: uniqueWhere(relation, parts[0]!, { value: values, text: parts[0]!.given.text }, schema) };
}

/** `{ connect: […] }`; nothing when the file says nothing. It only ever adds. */
export function connectMany(relation: RelationField, parts: readonly GivenPart[], schema: Schema): object | undefined {
  const [part, ...more] = parts;
  if (!part || part.given.value === null || part.given.value === undefined) return undefined;
  if (more.length > 0)
    throw badInput(`${relation.name} is a list, and it has several columns.`, 'Give it one column.', more[0]!.column);
  const { value, text } = part.given;
  const items = text && typeof value === 'string' ? splitText(value) : value;
  if (!Array.isArray(items)) throw badInput(`${part.column} is not a list.`, 'Give a list of keys.', part.column);
  const named = (item: unknown) => (part.name === undefined ? item : { [part.name]: item });
  return { connect: items.map((item: unknown) => uniqueWhere(relation, part, { value: named(item), text }, schema)) };
}

/** A `where` that names one row of the target, from an object of its fields or from the value of a key of one field. */
function uniqueWhere(relation: RelationField, { column }: Part, { value, text }: GivenValue, schema: Schema): object {
  const target = modelOf(schema, relation.target);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const only = target.key?.fields.length === 1 ? target.key.fields[0] : undefined;
  const given: Record<string, unknown> = isObject ? { ...value } : only === undefined ? {} : { [only]: value };
  const names = Object.keys(given);
  const key = target.uniques.find(
    ({ fields }) => fields.length === names.length && fields.every((name) => names.includes(name)),
  );
  if (!key) throw noKey(relation, names, column, target);
  const values = Object.fromEntries(
    key.fields.map((name) => {
      const field = target.fields.get(name);
      if (field?.kind !== 'scalar')
        throw new Error(`The key ${key.name} of ${target.name} names "${name}", which is no column.`);
      const converted = convertValue(field, { value: given[name], text }, column, schema);
      if (converted === null)
        throw badInput(`${column} lacks ${name}.`, `Give all of ${key.fields.join(', ')}, or none.`, column);
      return [name, converted];
    }),
  );
  return isSingle(key) ? values : { [key.name]: values };
}

/** `a;b`, or a JSON list where a key holds what would part it. */
function splitText(text: string): unknown {
  if (!text.startsWith('[')) return text.split(';').flatMap((item) => item.trim() || []);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isSingle = ({ name, fields }: Key) => fields.length === 1 && fields[0] === name;

function noKey(relation: RelationField, names: readonly string[], column: string, target: Model) {
  const known = target.uniques
    .map(({ fields }) => fields.map((name) => `${relation.name}.${name}`).join(' + '))
    .join(', or ');
  const said = names.length === 0 ? 'nothing' : names.join(' + ');
  return badInput(`${column}: ${said} does not name one ${target.name}.`, `Give ${known}.`, column);
}
