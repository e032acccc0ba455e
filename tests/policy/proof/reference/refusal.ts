import type { FieldVerb } from '../../../../src/policy/rule.ts';
import type { ListText, Operation, OrderText, SelectText } from '../operation.ts';
import type { Crossing, WhereText } from '../policy-text.ts';
import { fieldIn, modelIn, relationIn } from '../shape.ts';
import { decidedField, decidedWhere, type Facts } from './decided.ts';

/** Whether an operation filters, sorts or aggregates by a field that the viewer reads on no row. */
export function isRefused(operation: Operation, facts: Facts): boolean {
  switch (operation.kind) {
    case 'list':
      return listIsRefused(operation.list, facts);
    case 'aggregate':
      return (
        (operation.where !== undefined && whereIsRefused(operation.where, operation.model, facts)) ||
        operation.figures.some(({ field }) => isBarred(operation.model, field, 'aggregate', facts))
      );
    case 'one':
      return (
        operation.key.some((field) => isBarred(operation.model, field, 'filter', facts)) ||
        selectIsRefused(operation.select, operation.model, facts)
      );
    case 'node':
      return selectIsRefused(operation.select, operation.model, facts);
  }
}

export const isBarred = (model: string, field: string, verb: FieldVerb, facts: Facts) =>
  decidedField(model, field, verb, facts) === false;

function listIsRefused({ model, where, orderBy, select }: ListText, facts: Facts): boolean {
  return (
    (where !== undefined && whereIsRefused(where, model, facts)) ||
    (orderBy ?? []).some((term) => orderIsRefused(term, model, facts)) ||
    selectIsRefused(select, model, facts)
  );
}

function selectIsRefused(select: SelectText, model: string, facts: Facts): boolean {
  return select.relations.some((it) => {
    if (it.list) return listIsRefused(it.list, facts);
    return selectIsRefused(it.select!, relationIn(modelIn(facts.shape, model), it.relation).target, facts);
  });
}

export function orderIsRefused({ path, count, direction }: OrderText, model: string, facts: Facts): boolean {
  const [first, ...rest] = path;
  if (isBarred(model, first!, 'sort', facts)) return true;
  if (rest.length === 0) return false;
  return orderIsRefused(
    { path: rest, count, direction },
    relationIn(modelIn(facts.shape, model), first!).target,
    facts,
  );
}

/** A condition that needs no row to be decided asks about nothing. */
export function whereIsRefused(where: WhereText, model: string, facts: Facts): boolean {
  if (decidedWhere(where, model, facts.shape, false) !== undefined) return false;
  const asks = (it: WhereText) => whereIsRefused(it, model, facts);
  return Object.entries(where).some(([name, condition]) => {
    if (decidedWhere({ [name]: condition }, model, facts.shape, false) !== undefined) return false;
    if (name === 'AND' || name === 'OR') return (condition as WhereText[]).some(asks);
    if (name === 'NOT') return asks(condition as WhereText);
    if (isBarred(model, name, 'filter', facts)) return true;
    const field = fieldIn(modelIn(facts.shape, model), name);
    if (field.kind === 'scalar') return false;
    return Object.entries(condition as Crossing).some(([quantifier, inner]) => {
      if (inner === null || decidedWhere({ [name]: { [quantifier]: inner } }, model, facts.shape, false) !== undefined)
        return false;
      return whereIsRefused(inner, field.target, facts);
    });
  });
}
