import { sql } from 'kysely';
import { modelOf, relationOf, scalarOf } from '../model/model.ts';
import { isAlways, type Filter, type Operand } from '../policy/filter.ts';
import { compileConditions, compileFilter, parameter, truth, visibleColumn } from './compile-filter.ts';
import { compileOrder, compileSeek, type OrderTerm } from './compile-order.ts';
import type { RowsSource, Sql } from './engine.ts';
import { joinRelated, type Joined } from './join-related.ts';
import { count } from './parameters.ts';
import {
  isListOfRows,
  isPlainList,
  type ListOfRows,
  type ListRead,
  type OneRead,
  type Read,
  type Selection,
} from './read.ts';
import type { CompileContext, Scope } from './scope.ts';

/**
 * Compiles a guarded read into one expression that yields one JSON text: everything nested included, whatever the
 * depth, so an operation costs one statement a root field. `decode-read.ts` reads the same shape back.
 *
 * - a row: `[scalars…, relations…, order values…]`; a scalar that may be withheld takes two places: `[visible, value]`
 * - one: a row, or null
 * - list: `[rows, total, skipped]`, of which the rows are one more than the limit when there are more; the rows alone
 *   when nothing else is asked for
 */
export function compileRead(read: Read, context: CompileContext): Sql {
  const { scope, source } = rootOf(read, context);
  return read.kind === 'one' ? compileOne(read, scope, source, context) : compileList(read, scope, source, context);
}

/** Compiles a guarded read into a whole statement, of whose text `parseRead` makes the JSON that `compileRead` tells of. */
export function compileStatement(read: Read, context: CompileContext): Sql {
  const { engine } = context;
  if (!engine.selectRows || !isListOfRows(read)) return engine.selectValue(compileRead(read, context));
  const { scope, source } = rootOf(read, context);
  const terms = termsOf(read, scope, context);
  const derived = asksFurther(read);
  const { item, rows } = gatherRows(read, terms, scope, { ...source, derived }, context);
  const rest = isPlainList(read) ? undefined : engine.jsonArray(compileRest(read, terms, scope, source, context));
  return engine.selectRows(item, rows, rest);
}

/** Whether there is more to its rows than their own columns: that is asked for once, and of the rows of the page only. */
const asksFurther = ({ select, order }: ListOfRows) =>
  select.relations.length > 0 ||
  select.scalars.some(({ visible }) => visible) ||
  order.some(({ by }) => by.kind !== 'field' || by.visible);

function rootOf({ model: name }: Read, context: CompileContext): { scope: Scope; source: Joined } {
  const model = modelOf(context.schema, name);
  const alias = context.nextAlias();
  return { scope: { model, alias }, source: { from: sql`${sql.table(model.table)} as ${sql.id(alias)}`, on: truth } };
}

function compileOne(read: OneRead, scope: Scope, source: Joined, context: CompileContext): Sql {
  const row = context.engine.jsonArray(compileSelection(read.select, scope, context));
  // Not joined: what is nested hangs on this select, and is judged by how many rows each table of it may have (`effortOf`).
  const conditions = isAlways(read.filter) ? [] : [compileFilter(read.filter, scope, context)];
  return sql`(select ${row} from ${source.from} where ${sql.join([source.on, ...conditions], sql` and `)} limit 1)`;
}

function compileList(read: ListRead, scope: Scope, source: Joined, context: CompileContext): Sql {
  const { engine } = context;
  const terms = termsOf(read, scope, context);
  const list = isListOfRows(read) ? compileRows(read, terms, scope, source, context) : sql`null`;
  if (isPlainList(read)) return list;
  return engine.jsonArray([list, ...compileRest(read, terms, scope, source, context)]);
}

function compileRows(
  read: ListOfRows,
  terms: readonly OrderTerm[],
  scope: Scope,
  source: Joined,
  context: CompileContext,
): Sql {
  const { engine } = context;
  const derived = engine.derivesFromOuterRows || (source.on === truth && read.limit !== undefined);
  const { item, rows } = gatherRows(read, terms, scope, { ...source, derived }, context);
  return engine.jsonRows(item, rows);
}

const termsOf = (read: ListRead, scope: Scope, context: CompileContext) =>
  read.order.map((order) => compileOrder(order, scope, read.backwards, context));

/** `total, skipped`. */
function compileRest(
  read: ListRead,
  terms: readonly OrderTerm[],
  scope: Scope,
  source: Joined,
  context: CompileContext,
): Sql[] {
  const total = read.total ? compileTotal(rowsOf(source, read.filter, scope, context)) : sql`null`;
  return [total, read.seek && read.skipped ? compileSkipped(read, terms, scope, source, context) : sql`0`];
}

const compileTotal = ({ from, on }: Joined) => sql`(select count(*) from ${from} where ${on})`;

function gatherRows(
  read: ListOfRows,
  terms: readonly OrderTerm[],
  scope: Scope,
  { derived, ...source }: Joined & Pick<RowsSource, 'derived'>,
  context: CompileContext,
): { item: Sql; rows: RowsSource } {
  const { engine } = context;
  // The page is cut first, and what is nested is fetched for the rows of the page only.
  const page: Scope = { ...scope, used: new Set() };
  const values = compileSelection(read.select, page, context);
  const places = read.cursors
    ? terms.map(({ type, expression }, at) => ({ type, expression, name: `order${at}` }))
    : [];
  const placeValues = places.map(({ type, expression, name }) =>
    engine.toJson(type, derived ? sql.id(scope.alias, name) : expression),
  );
  const { from, on } = rowsOf(source, read.filter, scope, context);
  const rows: RowsSource = {
    from,
    alias: scope.alias,
    columns: [...[...page.used!].map((name) => ({ name, expression: sql.id(scope.alias, name) })), ...places],
    derived,
    where: read.seek ? sql`${on} and ${compileSeek(terms, read.seek.place)}` : on,
    orderBy: terms.map(({ expression, direction, nullable }) => engine.orderTerm(expression, direction, nullable)),
    limit: read.limit && compileLimit(read.limit),
  };
  return { item: engine.jsonArray([...values, ...placeValues]), rows };
}

/** One row more than asked for tells whether there are more. */
const compileLimit = (limit: Operand) => parameter(limit, { ...count, plus: 1 });

/** Whether rows stand at or before the cursor, seen in the direction of reading. */
function compileSkipped(
  read: ListRead,
  terms: readonly OrderTerm[],
  scope: Scope,
  source: Joined,
  context: CompileContext,
): Sql {
  const rest = compileSeek(terms, read.seek!.place);
  const { from, on } = rowsOf(source, read.filter, scope, context);
  return context.engine.jsonTruth(sql`exists (select 1 from ${from} where ${on} and not (${rest}))`);
}

function compileSelection(select: Selection, scope: Scope, context: CompileContext): Sql[] {
  const scalars = select.scalars.flatMap(({ field, visible }) => {
    const { type } = scalarOf(scope.model, field);
    const value = context.engine.toJson(type, visibleColumn(scope, field, visible, context));
    return visible ? [context.engine.jsonTruth(compileFilter(visible, scope, context)), value] : [value];
  });
  const relations = select.relations.map(({ relation, read, visible }) => {
    const field = relationOf(scope.model, relation);
    const target: Scope = { model: modelOf(context.schema, field.target), alias: context.nextAlias() };
    const joined = joinRelated(field, scope, target, context);
    const source = visible
      ? { ...joined, on: sql`${joined.on} and ${compileFilter(visible, scope, context)}` }
      : joined;
    return read.kind === 'one' ? compileOne(read, target, source, context) : compileList(read, target, source, context);
  });
  return [...scalars, ...relations];
}

/** The rows of `source` for which the filter holds, each of them once. */
function rowsOf(source: Joined, filter: Filter, scope: Scope, context: CompileContext): Joined {
  const { tables, conditions } = compileConditions(filter, scope, context);
  return {
    from: sql.join([source.from, ...tables], context.engine.joinInOrder),
    on: sql.join([source.on, ...conditions], sql` and `),
  };
}
