import { sql } from 'kysely';
import { modelOf, scalarOf, scalarsOf, type Model, type ScalarField, type Schema } from '../model/model.ts';
import type { Filter, Operand } from '../policy/filter.ts';
import {
  compileFunction,
  decodeFigures,
  figureType,
  guardFunctions,
  guardRows,
  requireAggregate,
  type AggregateFunction,
} from './aggregate.ts';
import { compileFilter, parameter, visibleColumn } from './compile-filter.ts';
import { makeValueDecoder, type DecodeContext } from './decode-read.ts';
import type { Sql } from './engine.ts';
import type { GuardContext } from './guard.ts';
import { count } from './parameters.ts';
import { column, type CompileContext, type Scope } from './scope.ts';
import { compileBucket, type Bucket } from './time-bucket.ts';

/** Rows in groups of equal keys, with figures over each, as plain data without values, like every read. */
export interface GroupsRead {
  readonly kind: 'groups';
  readonly model: string;
  readonly filter: Filter;
  readonly keys: readonly GroupKey[];
  /** Whatever is selected, compared or ordered by, each once. */
  readonly functions: readonly AggregateFunction[];
  /** A condition on figures, by their names (`figureName`). */
  readonly having: Filter;
  /** It ends with the keys, so no two groups stand at one place. */
  readonly order: readonly GroupOrder[];
  readonly limit: Operand;
}

export interface GroupKey {
  readonly field: string;
  /** Values of one unit of time are one key: its first day, or the moment at which that begins in the zone. */
  readonly bucket?: Bucket;
  /** The value counts as absent where this does not hold. */
  readonly visible?: Filter;
}

export interface GroupOrder {
  readonly by: 'key' | 'figure';
  /** Which of the keys, or of the functions. */
  readonly at: number;
  readonly direction: 'asc' | 'desc';
}

export interface Group {
  /** In the order of the read's keys; null for rows that have no value there, or none that the viewer may read. */
  readonly keys: readonly unknown[];
  /** In the order of the read's functions. */
  readonly figures: readonly unknown[];
}

/**
 * The rows of a list under the same filter. A key is a figure as much as a sum is: it tells which values there are.
 *
 * @throws FORBIDDEN for a field that the viewer may aggregate on no row, whether it is a key, selected, compared or
 * ordered by.
 */
export function guardGroups(read: GroupsRead, context: GuardContext): GroupsRead {
  return {
    ...read,
    filter: guardRows(read, context),
    functions: guardFunctions(read.functions, read.model, context),
    keys: read.keys.map((key) => {
      const visible = requireAggregate(read.model, key.field, context, 'group by');
      return visible ? { ...key, visible } : key;
    }),
  };
}

/**
 * Three selects, one in the other: the rows with their keys, the groups with their figures, and the groups asked for.
 * So an expression with values in it stands once, and no engine has to see that the key it selects is the one it groups by.
 */
export function compileGroups(read: GroupsRead, context: CompileContext): Sql {
  const { engine } = context;
  const groups: Scope = { model: groupsModel(read, context.schema), alias: context.nextAlias() };
  const fields = scalarsOf(groups.model);
  const places = fields.map(({ name }) => column(groups, name));
  return engine.jsonRows(engine.jsonArray(fields.map(({ type }, at) => engine.toJson(type, places[at]!))), {
    from: sql`(${compileGrouping(read, context)}) as ${sql.id(groups.alias)}`,
    alias: groups.alias,
    columns: fields.map((field, at) => ({ name: field.column, expression: places[at]! })),
    where: compileFilter(read.having, groups, context),
    derived: true,
    orderBy: read.order.map(({ by, at, direction }) => {
      const index = by === 'key' ? at : read.keys.length + at;
      return engine.orderTerm(engine.sortable(fields[index]!, places[index]!), direction, true);
    }),
    limit: parameter(read.limit, count),
  });
}

function compileGrouping(read: GroupsRead, context: CompileContext): Sql {
  const scope: Scope = { model: modelOf(context.schema, read.model), alias: context.nextAlias() };
  const rows = context.nextAlias();
  const values = new Map(read.functions.flatMap((it) => (it.name === 'count' ? [] : [[it.field, it.visible]])));
  const valueNames = new Map([...values.keys()].map((field, at) => [field, `v${at}`]));
  const selected = [
    ...read.keys.map((key, at) => sql`${compileKey(key, scope, context)} as ${sql.id(keyColumn(at))}`),
    ...[...values].map(
      ([field, visible]) => sql`${visibleColumn(scope, field, visible, context)} as ${sql.id(valueNames.get(field)!)}`,
    ),
  ];
  const keys = read.keys.map((_, at) => sql.id(rows, keyColumn(at)));
  const figures = read.functions.map((it, at) => {
    const value = it.name === 'count' ? sql`*` : sql.id(rows, valueNames.get(it.field)!);
    return sql`${compileFunction(it, value, scope.model, context.engine)} as ${sql.id(figureColumn(at))}`;
  });
  const table = sql`${sql.table(scope.model.table)} as ${sql.id(scope.alias)}`;
  const source = sql`select ${sql.join(selected)} from ${table} where ${compileFilter(read.filter, scope, context)}`;
  return sql`select ${sql.join([...keys, ...figures])} from (${source}) as ${sql.id(rows)} group by ${sql.join(keys)}`;
}

/** What is hidden is asked about once, outside of whatever is made of the value. */
function compileKey({ field, bucket, visible }: GroupKey, scope: Scope, context: CompileContext): Sql {
  if (!bucket) return visibleColumn(scope, field, visible, context);
  const day = compileBucket(bucket, column(scope, field), scalarOf(scope.model, field), context);
  return visible ? sql`case when ${compileFilter(visible, scope, context)} then ${day} end` : day;
}

const keyColumn = (at: number) => `k${at}`;
const figureColumn = (at: number) => `f${at}`;

/** How a figure is called in conditions on groups; no field has such a name. */
export const figureName = (it: AggregateFunction) => (it.name === 'count' ? 'count' : `${it.name} ${it.field}`);

/** The groups as if they were rows of a model, keys before figures, so that the one compiler of conditions serves them too. */
function groupsModel(read: GroupsRead, schema: Schema): Model {
  const model = modelOf(schema, read.model);
  const keys = read.keys.map(({ field, bucket }, at) => ({
    ...scalarOf(model, field),
    ...(bucket && { type: 'Date' as const }),
    name: `key ${field}`,
    column: keyColumn(at),
  }));
  const figures = read.functions.map((it, at) => figureField(it, model, figureColumn(at)));
  const fields = new Map([...keys, ...figures].map((field): [string, ScalarField] => [field.name, field]));
  return { ...model, name: `${model.name} in groups`, fields, key: undefined, uniques: [], operations: new Set() };
}

/** A figure as a field that conditions may be asked of. */
export function figureField(it: AggregateFunction, model: Model, columnName = ''): ScalarField {
  return {
    kind: 'scalar',
    name: figureName(it),
    column: columnName,
    type: figureType(it, model),
    enum: undefined,
    list: false,
    required: it.name === 'count' || it.name === 'present',
    default: undefined,
    managed: false,
    foreignKey: false,
    description: undefined,
  };
}

/** Makes the reader of what `compileGroups` compiled. The key of a bucket is its first day, whatever the zone. */
export function makeGroupsDecoder(read: GroupsRead, context: DecodeContext): (json: unknown) => Group[] {
  const width = read.keys.length;
  const fields = scalarsOf(groupsModel(read, context.schema));
  const keyDecoders = fields.slice(0, width).map((field) => makeValueDecoder(field, context));
  return (json) =>
    (json as unknown[][]).map((row) => ({
      keys: keyDecoders.map((decode, at) => decode(row[at])),
      figures: decodeFigures(read, row.slice(width), context),
    }));
}
