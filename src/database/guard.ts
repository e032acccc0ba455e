import { forbidden } from '../errors.ts';
import { modelOf, relationOf, type Schema } from '../model/model.ts';
import { all, isAlways, isNever, some, type Filter } from '../policy/filter.ts';
import type { FieldVerb } from '../policy/rule.ts';
import type { ViewerPolicy } from '../policy/viewer-policy.ts';
import { withoutImplied } from './implied.ts';
import { refusing } from './refused-right.ts';
import type { ListRead, Order, OrderExpression, Read, SelectedScalar, Selection } from './read.ts';

export interface GuardContext {
  readonly schema: Schema;
  readonly policy: ViewerPolicy;
}

/**
 * Compiles a viewer's policy into every level of a read: rows at the root, in lists, at the far end of to-one fields,
 * and wherever a filter or an order crosses a relation. What comes out needs no further check.
 *
 * @throws FORBIDDEN when a filter or an order uses a field that the viewer reads on no row. It is refused, never
 * dropped: dropping a filter would enlarge the result.
 */
export function guardRead<R extends Read>(read: R, context: GuardContext, from?: ReadFrom): R {
  // The caller's filter and the policy's are two conditions side by side. Merging them by key would let one replace the other.
  const rows = rowsRule(read.model, context, from);
  const filter = all([guardFilter(read.filter, read.model, context), rows]);
  const select = read.select && guardSelection(read.select, read.model, context);
  if (read.kind === 'one') return { ...read, filter, select };
  return { ...read, filter, select, order: guardOrder(read, context) };
}

/** The relation by which rows are read below a row that was read itself. */
interface ReadFrom {
  readonly model: string;
  readonly relation: string;
}

function rowsRule(model: string, { policy, schema }: GuardContext, from: ReadFrom | undefined): Filter {
  const rows = policy.rows(model, 'read');
  if (!from) return rows;
  const relation = relationOf(modelOf(schema, from.model), from.relation);
  return withoutImplied(rows, policy.rows(from.model, 'read'), relation, schema);
}

/** The caller's conditions, over what the viewer may see only: hidden values count as absent, hidden rows as not there. */
export function guardFilter(filter: Filter, model: string, context: GuardContext): Filter {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return { kind: filter.kind, of: filter.of.map((it) => guardFilter(it, model, context)) };
    case 'not':
      return { kind: 'not', of: guardFilter(filter.of, model, context) };
    case 'some': {
      const { target } = relationOf(modelOf(context.schema, model), filter.relation);
      const visible = requireField(model, filter.relation, 'filter', context);
      const inner = all([context.policy.rows(target, 'read'), guardFilter(filter.filter, target, context)]);
      const there = some(filter.relation, inner);
      const asked: Filter = there.kind === 'some' ? { ...there, byCaller: true } : there;
      return visible ? all([visible, asked]) : asked;
    }
    case 'compare': {
      if (filter.namesRow) return filter;
      const visible = requireField(model, filter.field, 'filter', context);
      return visible ? { ...filter, visible } : filter;
    }
  }
}

function guardSelection(select: Selection, model: string, context: GuardContext): Selection {
  return {
    scalars: select.scalars.map(({ field }): SelectedScalar => {
      // A field that is readable nowhere is selected as withheld, so that its resolver can refuse it by name.
      const visible = context.policy.field(model, field, 'read');
      return isAlways(visible) ? { field } : { field, visible };
    }),
    relations: select.relations.map((it) => {
      const read = guardRead(it.read, context, { model, relation: it.relation });
      const right = context.policy.field(model, it.relation, 'read');
      return isAlways(right) ? { ...it, read } : { ...it, read, visible: right };
    }),
  };
}

function guardOrder({ order, model }: ListRead, context: GuardContext): Order[] {
  const key = modelOf(context.schema, model).key?.fields;
  // The key is read with its row, whoever may sort by it. A tie that is broken for some rows only would be no order.
  const isKey = ({ by, breaksTies }: Order) => breaksTies && by.kind === 'field' && key?.includes(by.field);
  return order.map((term) => (isKey(term) ? term : { ...term, by: guardExpression(term.by, model, context) }));
}

function guardExpression(by: OrderExpression, model: string, context: GuardContext): OrderExpression {
  if (by.kind === 'field') {
    const visible = requireField(model, by.field, 'sort', context);
    return visible ? { ...by, visible } : by;
  }
  const visible = requireField(model, by.relation, 'sort', context);
  const { target } = relationOf(modelOf(context.schema, model), by.relation);
  const filter = all([context.policy.rows(target, 'read'), by.filter]);
  const guarded = { ...by, filter, ...(visible && { visible }) };
  return guarded.kind === 'count' ? guarded : { ...guarded, of: guardExpression(guarded.of, target, context) };
}

/** The condition under which the field may be used so, or undefined where it always may. */
function requireField(model: string, field: string, verb: FieldVerb, context: GuardContext): Filter | undefined {
  const right = context.policy.field(model, field, verb);
  if (isNever(right))
    throw refusing(forbidden(`${verb === 'sort' ? 'sort' : 'filter'} by ${model}.${field}`), { model, field, verb });
  return isAlways(right) ? undefined : right;
}
