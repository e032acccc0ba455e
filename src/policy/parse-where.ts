import { badInput } from '../errors.ts';
import { modelOf, type Field, type Model, type ScalarField, type Schema } from '../model/model.ts';
import {
  all,
  always,
  any,
  never,
  not,
  padded,
  some,
  type ComparisonOperand,
  type ComparisonOperator,
  type Filter,
  type JsonPart,
  type Operand,
} from './filter.ts';
import { isViewerValue } from './viewer.ts';

/** Turns a value found in a `where` into an operand. */
export type ToOperand = (value: unknown, field: ScalarField, path: string) => ComparisonOperand;

export interface ParseContext {
  readonly schema: Schema;
  readonly toOperand: ToOperand;
}

/**
 * Reads a Prisma-shaped `where` into a filter.
 *
 * @throws BAD_INPUT naming the path of a name or operator that does not exist, of an `undefined`, and of a null where
 * the operator's name gives it no meaning. None of these may be skipped: a dropped condition widens the result.
 */
export function parseWhere(where: unknown, model: Model, context: ParseContext, path = 'where'): Filter {
  return all(
    entriesOf(where, path).map(([name, value]) => {
      const at = `${path}.${name}`;
      if (name === 'AND') return all(listOf(value, at).map((it, i) => parseWhere(it, model, context, `${at}[${i}]`)));
      if (name === 'OR') return any(listOf(value, at).map((it, i) => parseWhere(it, model, context, `${at}[${i}]`)));
      if (name === 'NOT') return not(parseWhere(value, model, context, at));
      const field = model.fields.get(name);
      if (!field) throw badInput(`${model.name} has no field "${name}".`, 'Check the spelling.', at);
      return parseField(value, field, context, at);
    }),
  );
}

function parseField(value: unknown, field: Field, context: ParseContext, path: string): Filter {
  if (field.kind === 'scalar') {
    return field.type === 'Json' && !field.list
      ? parseJson(value, field, context, path)
      : parseComparisons(value, field, context, path);
  }
  const target = modelOf(context.schema, field.target);
  return all(
    entriesOf(value, path).map(([name, it]) => {
      const at = `${path}.${name}`;
      const inner = () => (it === null && !field.list ? null : parseWhere(it, target, context, at));
      if (field.list) {
        if (name === 'some') return some(field.name, inner()!);
        if (name === 'none') return not(some(field.name, inner()!));
        if (name === 'every') return not(some(field.name, not(inner()!)));
      } else {
        const filter = inner();
        const matches = filter === null ? not(some(field.name, always)) : some(field.name, filter);
        if (name === 'is') return matches;
        if (name === 'isNot') return not(matches);
      }
      throw unknownOperator(name, at);
    }),
  );
}

/** The operators of one field: `{ gte: 1, lt: 5 }`. */
export function parseComparisons(
  value: unknown,
  field: ScalarField,
  context: Pick<ParseContext, 'toOperand'>,
  path: string,
): Filter {
  return all(entriesOf(value, path).map(([name, it]) => parseOperator(name, it, field, context, `${path}.${name}`)));
}

const orderOperators = new Set(['lt', 'lte', 'gt', 'gte']);
const textOperators = new Set(['contains', 'startsWith', 'endsWith']);

function parseOperator(
  name: string,
  value: unknown,
  field: ScalarField,
  context: Pick<ParseContext, 'toOperand'>,
  path: string,
): Filter {
  const compare = (operator: ComparisonOperator, values: readonly unknown[]): Filter => ({
    kind: 'compare',
    field: field.name,
    operator,
    operands: padded(values.map((it) => context.toOperand(it, field, path))),
  });
  const equals = () => (value === null ? compare('absent', []) : compare('equals', [value]));
  if (name === 'equals') return equals();
  if (name === 'not') return not(equals());
  if (name === 'in' || name === 'notIn') {
    const values = listOf(value, path);
    if (values.includes(null))
      throw badInput('A list of values holds null.', 'Use { equals: null } for absent values.', path);
    if (values.includes(undefined)) throw badInput('A list of values holds undefined.', 'Leave it out.', path);
    const filter = values.length === 0 ? never : compare('in', values);
    return name === 'in' ? filter : not(filter);
  }
  if (!operatorsOf(field).has(name)) throw unknownOperator(name, path);
  if (value === null) throw badInput(`"${name}" compares with null.`, 'Use { equals: null } for absent values.', path);
  return compare(name as ComparisonOperator, [value]);
}

/** Attackers nest. */
const maxJsonKeys = 10;

/** `{ path: ["battery", "level"], equals: 5 }`. Null asks for what is absent, which JSON's own null is too. */
function parseJson(where: unknown, field: ScalarField, { toOperand }: ParseContext, path: string): Filter {
  const { path: keys, ...operators } = Object.fromEntries(entriesOf(where, path));
  const at = `${path}.path`;
  const list = keys === undefined || keys === null ? [] : listOf(keys, at);
  if (list.length > maxJsonKeys) throw badInput(`"${at}" has ${list.length} keys.`, `Give ${maxJsonKeys} at most.`, at);
  if (list.some((key) => typeof key !== 'string')) throw badInput(`"${at}" is no list of keys.`, 'Give texts.', at);
  const entries = Object.entries(operators);
  if (keys && entries.length === 0) throw badInput(`"${path}" has a path alone.`, 'Say what it equals.', path);
  const part = list.map((key) => valueOf(toOperand(key, field, at)));
  return all(
    entries.map(([name, value]) => {
      if (name !== 'equals' && name !== 'not') throw unknownOperator(name, `${path}.${name}`);
      const equals: Filter = {
        kind: 'compare',
        field: field.name,
        operator: value === null ? 'absent' : 'equals',
        operands: value === null ? [] : [toOperand(value, field, `${path}.${name}`)],
        json: { path: part, kind: value === null ? 'text' : jsonKindOf(value, `${path}.${name}`) },
      };
      return name === 'equals' ? equals : not(equals);
    }),
  );
}

/** A key is a text, so it never stands for another field. */
function valueOf(operand: ComparisonOperand): Operand {
  if (operand.kind === 'field') throw new Error('A key of a Json value is a value.');
  return operand;
}

/** @throws BAD_INPUT for lists and objects: engines differ in when two of them are equal. */
function jsonKindOf(value: unknown, path: string): JsonPart['kind'] {
  if (typeof value === 'string' || isViewerValue(value)) return 'text';
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value === 'number' ? 'number' : 'boolean';
  throw badInput(
    `"${path}" is neither a text nor a number nor a truth value.`,
    'Compare its parts, by their path.',
    path,
  );
}

const none = new Set<string>();
const text = new Set([...orderOperators, ...textOperators]);

/** The operators beside `equals`, `not`, `in` and `notIn` that mean the same on every engine for this type; a Json has the first two only. */
export function operatorsOf(field: ScalarField): ReadonlySet<string> {
  if (field.type === 'String') return text;
  if (['Boolean', 'Enum', 'Json', 'Bytes'].includes(field.type)) return none;
  return orderOperators;
}

export function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badInput(`"${path}" is not an object.`, 'Give conditions such as { name: { equals: "x" } }.', path);
  }
  const entries = Object.entries(value);
  const undefinedAt = entries.find(([, it]) => it === undefined);
  if (undefinedAt) throw badInput(`"${path}.${undefinedAt[0]}" is undefined.`, 'Leave it out, or say null.', path);
  return entries;
}

export function listOf(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw badInput(`"${path}" is not a list.`, 'Give a list.', path);
  return value;
}

const unknownOperator = (name: string, path: string) =>
  badInput(`There is no operator "${name}" here.`, 'Check the spelling and the type of the field.', path);
