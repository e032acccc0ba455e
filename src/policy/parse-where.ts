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
} from './filter.ts';

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
    return all(entriesOf(value, path).map(([name, it]) => parseOperator(name, it, field, context, `${path}.${name}`)));
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

const orderOperators = new Set(['lt', 'lte', 'gt', 'gte']);
const textOperators = new Set(['contains', 'startsWith', 'endsWith']);

function parseOperator(name: string, value: unknown, field: ScalarField, context: ParseContext, path: string): Filter {
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

const none = new Set<string>();
const text = new Set([...orderOperators, ...textOperators]);

/** The operators beside `equals`, `not`, `in` and `notIn` that mean the same on every engine for this type. */
export function operatorsOf(field: ScalarField): ReadonlySet<string> {
  if (field.type === 'String') return text;
  if (['Boolean', 'Enum', 'Json', 'Bytes'].includes(field.type)) return none;
  return orderOperators;
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badInput(`"${path}" is not an object.`, 'Give conditions such as { name: { equals: "x" } }.', path);
  }
  const entries = Object.entries(value);
  const undefinedAt = entries.find(([, it]) => it === undefined);
  if (undefinedAt) throw badInput(`"${path}.${undefinedAt[0]}" is undefined.`, 'Leave it out, or say null.', path);
  return entries;
}

function listOf(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw badInput(`"${path}" is not a list.`, 'Give a list.', path);
  return value;
}

const unknownOperator = (name: string, path: string) =>
  badInput(`There is no operator "${name}" here.`, 'Check the spelling and the type of the field.', path);
