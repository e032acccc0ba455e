import { sql } from 'kysely';
import { modelOf, relationOf, scalarOf, type Model, type RelationField, type ScalarField } from '../model/model.ts';
import {
  isAlways,
  type Comparison,
  type ComparisonOperand,
  type FieldOperand,
  type Filter,
  type JsonPart,
  type Operand,
  type Some,
} from '../policy/filter.ts';
import type { Engine, Sql } from './engine.ts';
import { joinRelated, tieRelated } from './join-related.ts';
import { storedValue, type Parameter } from './parameters.ts';
import { column, type CompileContext, type Scope } from './scope.ts';

export const truth = sql`1 = 1`;
export const falsehood = sql`1 = 0`;

/** The column's value, or null where the viewer may not see it: from here on it behaves as an absent value. */
export function visibleColumn(scope: Scope, field: string, visible: Filter | undefined, context: CompileContext): Sql {
  const value = column(scope, field);
  return visible ? sql`case when ${compileFilter(visible, scope, context)} then ${value} end` : value;
}

export function parameter(operand: Operand, field: Parameter['field']): Sql {
  const value: Parameter = { operand, field };
  return sql`${value}`;
}

/** What the plan itself knows stands in the statement, on an engine that plans the better for it. */
function operandOf(operand: Operand, field: ScalarField, { engine, schema }: CompileContext): Sql {
  const known =
    operand.kind === 'constant' ? engine.literal?.(field, storedValue(field, operand.value, schema)) : undefined;
  return known ?? parameter(operand, field);
}

/**
 * The one compiler of row sets: a filter becomes a condition on the rows of `scope`.
 *
 * A negation is carried down to the comparisons, where a column that may be null is asked about: SQL's own `NOT`
 * of an unknown is unknown, and a row would then be missing from a filter and from its opposite alike.
 */
export function compileFilter(filter: Filter, scope: Scope, context: CompileContext, negated = false): Sql {
  switch (filter.kind) {
    case 'all':
    case 'any': {
      const conjunction = (filter.kind === 'all') !== negated;
      if (filter.of.length === 0) return conjunction ? truth : falsehood;
      const conditions =
        (conjunction && !negated && compileTogether(filter.of, scope, context)) ||
        cheapFirst(filter.of).map((it) => compileFilter(it, scope, context, negated));
      if (conditions.length === 1) return conditions[0]!;
      return sql`(${sql.join(conditions, conjunction ? sql` and ` : sql` or `)})`;
    }
    case 'not':
      return compileFilter(filter.of, scope, context, !negated);
    case 'some': {
      const relation = relationOf(scope.model, filter.relation);
      // The foreign key of a required relation proves that the row is there.
      if (relation.owning && relation.required && isAlways(filter.filter)) return negated ? falsehood : truth;
      const joined = context.joined?.get(scope)?.get(filter.relation);
      if (joined) return compileFilter(filter.filter, joined, context, negated);
      if (isApart(filter, scope)) return compileApart(relation, filter.filter, { scope, context, negated });
      const passedBy = passBy(relation, filter.filter, modelOf(context.schema, relation.target), scope);
      if (passedBy && isApart(passedBy.filter, passedBy.scope))
        return compileFilter(passedBy.filter, passedBy.scope, context, negated);
      const rows = selectOne(joinSome(relation, filter.filter, scope, context));
      return negated ? sql`not exists ${rows}` : sql`exists ${rows}`;
    }
    case 'compare':
      return compileComparison(filter, scope, context, negated);
  }
}

/**
 * The conditions of a select of the rows of `scope`. Where an engine can be told in which order to join, what is asked of
 * the one row at the end of a relation is asked in the same select: a join looks it up where `exists` begins a subquery
 * for every row. Never what is asked of many rows there: each of them would yield the row of `scope` once more.
 */
export function compileConditions(
  filter: Filter,
  scope: Scope,
  context: CompileContext,
): Pick<JoinedRows, 'tables' | 'conditions'> {
  if (isAlways(filter)) return { tables: [], conditions: [] };
  const conditions = context.engine.joinInOrder ? cheapFirst(conjunctsOf(filter)) : [];
  const first = conditions.find((it) => it.kind === 'some' && asksOne(it, scope, context));
  if (first?.kind !== 'some') return { tables: [], conditions: [compileFilter(filter, scope, context)] };
  const relation = relationOf(scope.model, first.relation);
  const joined = joinSome(relation, first.filter, scope, context, 'one');
  const others = conditions.filter((it) => it !== first).map((it) => compileFilter(it, scope, joined.context));
  return { tables: joined.tables, conditions: [...others, ...joined.conditions] };
}

const conjunctsOf = (filter: Filter): readonly Filter[] =>
  filter.kind === 'all' ? filter.of.flatMap(conjunctsOf) : [filter];

const selectOne = ({ tables, conditions }: Pick<JoinedRows, 'tables' | 'conditions'>) =>
  sql`(select 1 from ${sql.join(tables)} where ${sql.join(conditions, sql` and `)})`;

/**
 * Conditions that ask for the one row at the end of the same relation are asked of it together: "readable where its site
 * is, and by reviewers of the site's organization" looks the site up once. Undefined where there are no two of them.
 */
function compileTogether(filters: readonly Filter[], scope: Scope, context: CompileContext): Sql[] | undefined {
  const first = filters.find((it) => {
    if (it.kind !== 'some' || context.joined?.get(scope)?.has(it.relation)) return false;
    return asksOne(it, scope, context) && filters.some((other) => other !== it && asksFor(it.relation, other));
  });
  if (first?.kind !== 'some') return undefined;
  const others = cheapFirst(filters.filter((it) => it !== first));
  const [inside, outside] = [true, false].map((asks) => others.filter((it) => asksFor(first.relation, it) === asks));
  const {
    tables,
    conditions,
    context: within,
  } = joinSome(relationOf(scope.model, first.relation), first.filter, scope, context);
  const further = inside!.map((it) => compileFilter(it, scope, within));
  return [
    ...outside!.map((it) => compileFilter(it, scope, context)),
    sql`exists ${selectOne({ tables, conditions: [...conditions, ...further] })}`,
  ];
}

/** Whether it asks for the one row at the end of a relation, and that row has to be looked up. */
function asksOne({ relation: name, filter }: Some, scope: Scope, { schema }: CompileContext): boolean {
  const relation = relationOf(scope.model, name);
  return !relation.list && passBy(relation, filter, modelOf(schema, relation.target), scope) === undefined;
}

/** Whether a condition on a row asks for what is at the end of its relation. */
function asksFor(relation: string, filter: Filter): boolean {
  if (filter.kind === 'some') return filter.relation === relation;
  if (filter.kind === 'not') return asksFor(relation, filter.of);
  return filter.kind !== 'compare' && filter.of.some((it) => asksFor(relation, it));
}

/** Tables to read from and what ties them, and the context for further conditions of the same select. */
interface JoinedRows {
  readonly tables: Sql[];
  readonly conditions: Sql[];
  readonly context: CompileContext;
}

/** @returns the context in which the row at the end of a relation to one is known to stand in the same select. */
function withJoined(
  context: CompileContext,
  scope: Scope,
  { name, list }: RelationField,
  target: Scope,
): CompileContext {
  // Of many rows, each condition may mean another.
  if (list) return context;
  const ofScope = new Map(context.joined?.get(scope)).set(name, target);
  return { ...context, joined: new Map(context.joined).set(scope, ofScope) };
}

/**
 * Many rows lead to one, and from there to many again: asked for each row anew, this would visit as many rows as there
 * are on the way times those that there are on the way back, at every turn. A rule may go so; it was written to be
 * quick. A caller may not.
 */
const isApart = ({ byCaller, relation }: Some, { model, shared }: Scope) =>
  byCaller === true && shared === true && relationOf(model, relation).list;

/** "Its key is among those of the rows there for which …": those rows are found once, whoever asks how often. */
function compileApart(
  relation: RelationField,
  filter: Filter,
  { scope, context, negated }: { scope: Scope; context: CompileContext; negated: boolean },
): Sql {
  const target: Scope = { model: modelOf(context.schema, relation.target), alias: context.nextAlias() };
  const { from, pairs, also } = tieRelated(relation, scope, target, context);
  // An absent value among them would make SQL's `not in` unknown for every row.
  const present = pairs.filter(({ mayBeAbsent }) => mayBeAbsent);
  const conditions = [
    ...also,
    ...present.map(({ there }) => sql`${there} is not null`),
    compileFilter(filter, target, context),
  ];
  const keys = sql.join(pairs.map(({ there }) => there));
  const select = sql`select ${keys} from ${from} where ${sql.join(conditions, sql` and `)}`;
  const rows = context.engine.foundOnce(select, context.nextAlias());
  const here = pairs.map((pair) => pair.here);
  const key = here.length === 1 ? here[0]! : sql`(${sql.join(here)})`;
  if (!negated) return sql`${key} in ${rows}`;
  return sql`(${sql.join([...present.map((pair) => sql`${pair.here} is null`), sql`${key} not in ${rows}`], sql` or `)})`;
}

/**
 * "Some row there for which some row further on …" is one join: a rule that goes through four relations is one
 * subquery, where nested ones would reach the depth at which a parser gives up.
 *
 * @param rows as many as each relation of the join may lead to.
 */
function joinSome(
  relation: RelationField,
  filter: Filter,
  scope: Scope,
  context: CompileContext,
  rows: 'one' | 'any' = 'any',
): JoinedRows {
  const model = modelOf(context.schema, relation.target);
  const passedBy = passBy(relation, filter, model, scope);
  if (passedBy && isApart(passedBy.filter, passedBy.scope))
    return { tables: [], conditions: [compileFilter(passedBy.filter, passedBy.scope, context)], context };
  if (passedBy) {
    return joinSome(relationOf(model, passedBy.filter.relation), passedBy.filter.filter, passedBy.scope, context);
  }
  const shared = scope.shared === true || relation.owning || relation.join.kind !== 'columns';
  const target: Scope = { model, alias: context.nextAlias(), ...(shared && { shared }) };
  const { from, on } = joinRelated(relation, scope, target, context);
  const tables = [from];
  const conditions = [on];
  let within = withJoined(context, scope, relation, target);
  const goesOn = (it: Some) => !isApart(it, target) && (rows === 'any' || asksOne(it, target, within));
  const visit = (it: Filter) => {
    if (it.kind === 'all') it.of.forEach(visit);
    // One of them goes on in this join; several side by side would reach the number of tables that a join may have.
    else if (it.kind === 'some' && tables.length === 1 && goesOn(it)) {
      const further = joinSome(relationOf(target.model, it.relation), it.filter, target, within, rows);
      within = further.context;
      tables.push(...further.tables);
      conditions.push(...further.conditions);
    } else conditions.push(compileFilter(it, target, within));
  };
  visit(filter);
  return { tables, conditions, context: within };
}

/**
 * A required row that is only passed through needs no join: its key stands in the foreign key here. `through` an
 * organization to its memberships compares the memberships with the survey's own column.
 */
function passBy(relation: RelationField, filter: Filter, model: Model, scope: Scope) {
  if (!relation.owning || !relation.required || relation.join.kind !== 'columns') return undefined;
  const { pairs } = relation.join;
  const known = new Map(pairs.map(([here, there]) => [there, here]));
  if (filter.kind !== 'some') return undefined;
  const { join } = relationOf(model, filter.relation);
  const isKnown = join.kind === 'columns' && join.pairs.every(([here]) => known.has(here));
  return isKnown
    ? { scope: { model, alias: scope.alias, shared: true as const, standIns: { scope, fields: known } }, filter }
    : undefined;
}

/** Conditions are asked in this order, and most rows are decided by a comparison before a subquery is asked. */
const cheapFirst = (filters: readonly Filter[]) => filters.toSorted((one, other) => costOf(one) - costOf(other));

function costOf(filter: Filter): number {
  if (filter.kind === 'compare') return filter.visible ? 1 : 0;
  if (filter.kind === 'some') return 2;
  return filter.kind === 'not' ? costOf(filter.of) : Math.max(0, ...filter.of.map(costOf));
}

function compileComparison(filter: Comparison, scope: Scope, context: CompileContext, negated: boolean): Sql {
  const field = scalarOf(scope.model, filter.field);
  const value = visibleColumn(scope, field.name, filter.visible, context);
  if (filter.json) {
    const condition = compileJson(filter, filter.json, value, context.engine);
    return negated ? sql`not ${condition}` : condition;
  }
  if (filter.operator === 'absent') return negated ? sql`${value} is not null` : sql`${value} is null`;
  // SQL's `in` is unknown where one of the others is null; one by one, each comparison has two values.
  if (filter.operator === 'in' && filter.operands.some(isField)) {
    const of = filter.operands.map((it): Comparison => ({ ...filter, operator: 'equals', operands: [it] }));
    return compileFilter({ kind: 'any', of }, scope, context, negated);
  }
  const operands = filter.operands.map((it) => (isField(it) ? column(scope, it.field) : operandOf(it, field, context)));
  const condition = compare(filter, field, { value, operands, engine: context.engine });
  if (!negated) return condition;
  const others = filter.operands.filter(isField).map((it) => scalarOf(scope.model, it.field));
  const absent = [
    ...(!field.required || filter.visible ? [value] : []),
    ...others.filter(({ required }) => !required).map(({ name }) => column(scope, name)),
  ].map((it) => sql`${it} is null or `);
  return absent.length > 0 ? sql`(${sql.join(absent, sql``)}not (${condition}))` : sql`not (${condition})`;
}

/** Never unknown, whatever is hidden or absent: SQL's own `NOT` is its opposite. */
function compileJson({ operands }: Comparison, { path, kind }: JsonPart, document: Sql, engine: Engine): Sql {
  const keys = path.map((key) => parameter(key, textField));
  const [operand] = operands;
  if (!operand) return engine.jsonIsAbsent(document, keys);
  // Another field is never beside a part of a Json value: `parse-where.ts` takes none there.
  if (isField(operand)) throw new Error('A part of a Json value is compared with values only.');
  return engine.jsonEquals(document, keys, kind, parameter(operand, kind === 'text' ? textField : jsonField));
}

const textField: Parameter['field'] = { type: 'String', enum: undefined };
const jsonField: Parameter['field'] = { type: 'Json', enum: undefined };
const isField = (operand: ComparisonOperand): operand is FieldOperand => operand.kind === 'field';

function compare(
  { operator }: Comparison,
  field: ScalarField,
  { value, operands, engine }: { value: Sql; operands: readonly Sql[]; engine: Engine },
): Sql {
  const [operand] = operands;
  if (!operand) throw new Error(`The comparison "${operator}" has no operand.`);
  switch (operator) {
    case 'equals':
      return sql`${value} = ${operand}`;
    case 'in':
      return sql`${value} in (${sql.join(operands)})`;
    case 'lt':
      return sql`${engine.sortable(field, value)} < ${operand}`;
    case 'lte':
      return sql`${engine.sortable(field, value)} <= ${operand}`;
    case 'gt':
      return sql`${engine.sortable(field, value)} > ${operand}`;
    case 'gte':
      return sql`${engine.sortable(field, value)} >= ${operand}`;
    case 'contains':
      return engine.contains(value, operand);
    case 'startsWith':
      return engine.startsWith(value, operand);
    case 'endsWith':
      return engine.endsWith(value, operand);
    case 'absent':
      return sql`${value} is null`;
  }
}
