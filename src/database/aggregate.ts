import { sql } from 'kysely';
import { badInput, forbidden } from '../errors.ts';
import { modelOf, scalarOf, type Model, type ScalarField, type ScalarType, type Schema } from '../model/model.ts';
import { all, isAlways, isNever, type Filter } from '../policy/filter.ts';
import { compileFilter, visibleColumn } from './compile-filter.ts';
import type { Engine, Sql } from './engine.ts';
import { guardFilter, type GuardContext } from './guard.ts';
import { refusing } from './refused-right.ts';
import type { CompileContext, Scope } from './scope.ts';

/** Figures over the rows of a model, as plain data without values, like every read. */
export interface AggregateRead {
  readonly kind: 'aggregate';
  readonly model: string;
  readonly filter: Filter;
  readonly functions: readonly AggregateFunction[];
}

/** `present` counts the rows in which a field has a value. */
export const aggregateNames = ['present', 'sum', 'avg', 'min', 'max'] as const;
export type AggregateName = (typeof aggregateNames)[number];

export type AggregateFunction = { readonly name: 'count' } | FieldFunction;

export interface FieldFunction {
  readonly name: AggregateName;
  readonly field: string;
  readonly visible?: Filter;
}

/**
 * The rows are those that a list would show, and a field that is hidden on some of them is absent there, so no figure
 * tells of more than the viewer could have added up.
 *
 * @throws FORBIDDEN for a field that the viewer may aggregate on no row, before the database is asked.
 */
export function guardAggregate(read: AggregateRead, context: GuardContext): AggregateRead {
  return {
    ...read,
    filter: guardRows(read, context),
    functions: guardFunctions(read.functions, read.model, context),
  };
}

/** The rows of a list under the same filter. */
export function guardRows({ filter, model }: { filter: Filter; model: string }, context: GuardContext): Filter {
  return all([guardFilter(filter, model, context), context.policy.rows(model, 'read')]);
}

export function guardFunctions(
  functions: readonly AggregateFunction[],
  model: string,
  context: GuardContext,
): AggregateFunction[] {
  return functions.map((it) => {
    if (it.name === 'count') return it;
    const visible = requireAggregate(model, it.field, context, 'aggregate');
    return visible ? { ...it, visible } : it;
  });
}

/** The condition under which the field may be aggregated, or undefined where it always may. */
export function requireAggregate(model: string, field: string, { policy }: GuardContext, what: string) {
  const visible = policy.field(model, field, 'aggregate');
  if (isNever(visible)) throw refusing(forbidden(`${what} ${model}.${field}`), { model, field, verb: 'aggregate' });
  return isAlways(visible) ? undefined : visible;
}

/** One row of JSON: the value of each function, in order. */
export function compileAggregate(read: AggregateRead, context: CompileContext): Sql {
  const { engine } = context;
  const scope: Scope = { model: modelOf(context.schema, read.model), alias: context.nextAlias() };
  const values = read.functions.map((it) => {
    const value = it.name === 'count' ? sql`*` : visibleColumn(scope, it.field, it.visible, context);
    return engine.toJson(figureType(it, scope.model), compileFunction(it, value, scope.model, engine));
  });
  const from = sql`${sql.table(scope.model.table)} as ${sql.id(scope.alias)}`;
  return sql`(select ${engine.jsonArray(values)} from ${from} where ${compileFilter(read.filter, scope, context)})`;
}

/** @param value of the function's field; an asterisk for the number of rows. */
export function compileFunction(it: AggregateFunction, value: Sql, model: Model, engine: Engine): Sql {
  switch (it.name) {
    case 'count':
    case 'present':
      return sql`count(${value})`;
    case 'min':
      return sql`min(${engine.sortable(scalarOf(model, it.field), value)})`;
    case 'max':
      return sql`max(${engine.sortable(scalarOf(model, it.field), value)})`;
    case 'sum':
    case 'avg':
      return engine.total(it.name, value, scalarOf(model, it.field).type);
  }
}

export function figureType(it: AggregateFunction, model: Model): ScalarType {
  return it.name === 'count' ? 'Int' : resultType(it.name, scalarOf(model, it.field).type);
}

/** Sums of whole numbers leave 32 bits; their average is no whole number. */
export function resultType(name: AggregateName, type: ScalarType): ScalarType {
  if (name === 'present') return 'Int';
  const whole = type === 'Int' || type === 'BigInt';
  if (name === 'sum') return whole ? 'BigInt' : type;
  return name === 'avg' && whole ? 'Float' : type;
}

/** The fields that a function has a value for. */
export function canAggregate(name: AggregateName, field: ScalarField): boolean {
  const { type, list } = field;
  if (list) return false;
  if (name === 'present') return canGroupBy(field);
  if (['Int', 'BigInt', 'Float', 'Decimal'].includes(type)) return true;
  return (name === 'min' || name === 'max') && ['String', 'DateTime', 'Date'].includes(type);
}

/** The fields whose values are equal on all engines when they are on one. */
export function canGroupBy({ type, list }: ScalarField): boolean {
  return !list && type !== 'Json' && type !== 'Bytes';
}

/** The values in the order of the functions; null where there was nothing to take one of. */
export function decodeFigures(
  read: Pick<AggregateRead, 'model' | 'functions'>,
  json: readonly unknown[],
  { schema, engine }: { schema: Schema; engine: Engine },
): unknown[] {
  const model = modelOf(schema, read.model);
  return read.functions.map((it, at) => {
    const type = figureType(it, model);
    if (type === 'Int' || json[at] === null) return json[at];
    const value = engine.fromJson(type, json[at]);
    if (typeof value === 'number' && !Number.isFinite(value)) throw sumTooLarge('the range of a Float');
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) throw sumTooLarge('64 bits');
    return value;
  });
}

export const sumTooLarge = (limit: string) => badInput(`The sum leaves ${limit}.`, 'Aggregate fewer rows.');
