import { sql } from 'kysely';
import { forbidden } from '../errors.ts';
import { modelOf, scalarOf, type ScalarField, type ScalarType, type Schema } from '../model/model.ts';
import { all, isAlways, isNever, type Filter } from '../policy/filter.ts';
import { compileFilter, visibleColumn } from './compile-filter.ts';
import type { Engine, Sql } from './engine.ts';
import { guardFilter, type GuardContext } from './guard.ts';
import type { CompileContext, Scope } from './scope.ts';

/** Figures over the rows of a model, as plain data without values, like every read. */
export interface AggregateRead {
  readonly kind: 'aggregate';
  readonly model: string;
  readonly filter: Filter;
  readonly functions: readonly AggregateFunction[];
}

export type AggregateName = 'sum' | 'avg' | 'min' | 'max';

export type AggregateFunction =
  | { readonly name: 'count' }
  | { readonly name: AggregateName; readonly field: string; readonly visible?: Filter };

/**
 * The rows are those that a list would show, and a field that is hidden on some of them is absent there, so no figure
 * tells of more than the viewer could have added up.
 *
 * @throws FORBIDDEN for a field that the viewer may aggregate on no row, before the database is asked.
 */
export function guardAggregate(read: AggregateRead, context: GuardContext): AggregateRead {
  const filter = all([guardFilter(read.filter, read.model, context), context.policy.rows(read.model, 'read')]);
  const functions = read.functions.map((it): AggregateFunction => {
    if (it.name === 'count') return it;
    const visible = context.policy.field(read.model, it.field, 'aggregate');
    if (isNever(visible)) throw forbidden(`aggregate ${read.model}.${it.field}`);
    return isAlways(visible) ? it : { ...it, visible };
  });
  return { ...read, filter, functions };
}

/** One row of JSON: the value of each function, in order. */
export function compileAggregate(read: AggregateRead, context: CompileContext): Sql {
  const scope: Scope = { model: modelOf(context.schema, read.model), alias: context.nextAlias() };
  const values = read.functions.map((it) => {
    if (it.name === 'count') return sql`count(*)`;
    const { type } = scalarOf(scope.model, it.field);
    const value = visibleColumn(scope, it.field, it.visible, context);
    return context.engine.toJson(resultType(it.name, type), functions[it.name](value));
  });
  const from = sql`${sql.table(scope.model.table)} as ${sql.id(scope.alias)}`;
  return sql`(select ${context.engine.jsonArray(values)} from ${from} where ${compileFilter(read.filter, scope, context)})`;
}

const functions: Record<AggregateName, (value: Sql) => Sql> = {
  sum: (value) => sql`sum(${value})`,
  avg: (value) => sql`avg(${value})`,
  min: (value) => sql`min(${value})`,
  max: (value) => sql`max(${value})`,
};

/** Sums of whole numbers leave 32 bits; their average is no whole number. */
export function resultType(name: AggregateName, type: ScalarType): ScalarType {
  const whole = type === 'Int' || type === 'BigInt';
  if (name === 'sum') return whole ? 'BigInt' : type;
  return name === 'avg' && whole ? 'Float' : type;
}

/** The fields that a function has a value for. */
export function canAggregate(name: AggregateName, { type, list }: ScalarField): boolean {
  if (list) return false;
  if (['Int', 'BigInt', 'Float', 'Decimal'].includes(type)) return true;
  return (name === 'min' || name === 'max') && ['String', 'DateTime', 'Date'].includes(type);
}

/** The values in the order of the functions; null where there was nothing to take one of. */
export function decodeAggregate(
  read: AggregateRead,
  json: unknown,
  { schema, engine }: { schema: Schema; engine: Engine },
): unknown[] {
  const model = modelOf(schema, read.model);
  return (json as unknown[]).map((value, at) => {
    const it = read.functions[at]!;
    if (it.name === 'count' || value === null) return value;
    return engine.fromJson(resultType(it.name, scalarOf(model, it.field).type), value);
  });
}
