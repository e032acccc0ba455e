import { sql } from 'kysely';
import { modelOf, relationOf, scalarOf, type ScalarField } from '../model/model.ts';
import type { Operand } from '../policy/filter.ts';
import { compileFilter, falsehood, parameter, visibleColumn } from './compile-filter.ts';
import type { Sql } from './engine.ts';
import { joinRelated } from './join-related.ts';
import type { Order, OrderExpression } from './read.ts';
import type { CompileContext, Scope } from './scope.ts';

/** One term of an order, ready for `order by` and for seeking. */
export interface OrderTerm {
  readonly expression: Sql;
  readonly direction: 'asc' | 'desc';
  readonly type: ScalarField['type'];
  readonly field: Pick<ScalarField, 'type' | 'enum'>;
  readonly nullable: boolean;
}

export function compileOrder(order: Order, scope: Scope, backwards: boolean, context: CompileContext): OrderTerm {
  const ascending = (order.direction === 'asc') !== backwards;
  const { expression, field, nullable } = compileExpression(order.by, scope, context);
  return { expression, field, nullable, type: field.type, direction: ascending ? 'asc' : 'desc' };
}

function compileExpression(
  by: OrderExpression,
  scope: Scope,
  context: CompileContext,
): { expression: Sql; field: OrderTerm['field']; nullable: boolean } {
  if (by.kind === 'field') {
    const field = scalarOf(scope.model, by.field);
    const nullable = !field.required || by.visible !== undefined;
    const value = visibleColumn(scope, by.field, by.visible, context);
    return { expression: context.engine.sortable(field, value), field, nullable };
  }
  const relation = relationOf(scope.model, by.relation);
  const target: Scope = { model: modelOf(context.schema, relation.target), alias: context.nextAlias() };
  const { from, on } = joinRelated(relation, scope, target, context);
  const shown = by.visible ? sql`${on} and ${compileFilter(by.visible, scope, context)}` : on;
  const condition = sql`${shown} and ${compileFilter(by.filter, target, context)}`;
  if (by.kind === 'count') {
    const expression = sql`(select count(*) from ${from} where ${condition})`;
    return { expression, field: { type: 'Int', enum: undefined }, nullable: false };
  }
  const inner = compileExpression(by.of, target, context);
  return { ...inner, expression: sql`(select ${inner.expression} from ${from} where ${condition})`, nullable: true };
}

/**
 * The rows that come strictly after a place in the order. Absent values are the smallest. Two-valued like every
 * condition here: no comparison in it is unknown, so that `not (…)` gives exactly the other rows.
 */
export function compileSeek(terms: readonly OrderTerm[], place: readonly (Operand | null)[]): Sql {
  let rest: Sql | undefined;
  for (const [at, term] of [...terms.entries()].toReversed()) {
    const value = place[at] ?? null;
    const beyond = compileBeyond(term, value);
    rest = rest ? sql`(${beyond} or (${compileSame(term, value)} and ${rest}))` : beyond;
  }
  const [first] = terms;
  const [value] = place;
  if (!rest || !first || first.nullable || !value || terms.length === 1) return rest ?? falsehood;
  // Follows from the rest; said apart, it is a range that an index can be read from.
  const bound = first.direction === 'asc' ? sql`>=` : sql`<=`;
  return sql`(${first.expression} ${bound} ${parameter(value, first.field)} and ${rest})`;
}

function compileBeyond({ expression, direction, nullable, field }: OrderTerm, value: Operand | null): Sql {
  if (direction === 'asc') {
    if (value === null) return sql`${expression} is not null`;
    const beyond = sql`${expression} > ${parameter(value, field)}`;
    return nullable ? sql`(${expression} is not null and ${beyond})` : beyond;
  }
  if (value === null) return falsehood;
  const beyond = sql`${expression} < ${parameter(value, field)}`;
  return nullable ? sql`(${expression} is null or ${beyond})` : beyond;
}

function compileSame({ expression, nullable, field }: OrderTerm, value: Operand | null): Sql {
  if (value === null) return sql`${expression} is null`;
  const same = sql`${expression} = ${parameter(value, field)}`;
  return nullable ? sql`(${expression} is not null and ${same})` : same;
}
