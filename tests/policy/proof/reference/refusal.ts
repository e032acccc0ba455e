import type { FieldVerb } from '../../../../src/policy/rule.ts';
import type { ListText, Operation, OrderText, SelectText } from '../operation.ts';
import type { Crossing, WhereText } from '../policy-text.ts';
import { fieldIn, modelIn, relationIn } from '../shape.ts';
import { decidedField, decidedWhere, type Facts } from './decided.ts';

/**
 * What an operation is refused for: each filter, sort or aggregate by a field that the viewer may use so on no row, in
 * the words of the error. It names one of them, whichever is met first.
 */
export function refusalsOf(operation: Operation, facts: Facts): string[] {
  switch (operation.kind) {
    case 'list':
      return ofList(operation.list, facts);
    case 'aggregate':
      return [
        ...ofWhere(operation.where, operation.model, facts),
        ...operation.figures.flatMap(({ field }) => ofField(operation.model, field, 'aggregate', facts)),
      ];
    case 'groups':
      return [
        ...ofWhere(operation.where, operation.model, facts),
        ...operation.by.flatMap(({ field }) =>
          isBarred(operation.model, field, 'aggregate', facts) ? [`group by ${operation.model}.${field}`] : [],
        ),
        ...[...operation.figures, ...operation.orderBy, ...(operation.present ? [operation.present] : [])].flatMap(
          ({ field }) => (field === undefined ? [] : ofField(operation.model, field, 'aggregate', facts)),
        ),
      ];
    case 'one':
      return [
        ...operation.key.flatMap((field) => ofField(operation.model, field, 'filter', facts)),
        ...refusalsOfSelect(operation.select, operation.model, facts),
      ];
    case 'node':
      return refusalsOfSelect(operation.select, operation.model, facts);
    case 'nodes':
      // Each id is answered for itself.
      return [];
  }
}

export const isBarred = (model: string, field: string, verb: FieldVerb, facts: Facts) =>
  decidedField(model, field, verb, facts) === false;

const ofField = (model: string, field: string, verb: FieldVerb, facts: Facts) =>
  isBarred(model, field, verb, facts) ? [`${verb} ${verb === 'aggregate' ? '' : 'by '}${model}.${field}`] : [];

function ofList({ model, where, orderBy, select }: ListText, facts: Facts): string[] {
  return [
    ...ofWhere(where, model, facts),
    ...(orderBy ?? []).flatMap((term) => refusalsOfOrder(term, model, facts)),
    ...refusalsOfSelect(select, model, facts),
  ];
}

export function refusalsOfSelect(select: SelectText, model: string, facts: Facts): string[] {
  return select.relations.flatMap((it) => {
    if (it.list) return ofList(it.list, facts);
    return refusalsOfSelect(it.select!, relationIn(modelIn(facts.shape, model), it.relation).target, facts);
  });
}

export function refusalsOfOrder({ path, count, direction }: OrderText, model: string, facts: Facts): string[] {
  const [first, ...rest] = path;
  const own = ofField(model, first!, 'sort', facts);
  if (rest.length === 0) return own;
  const { target } = relationIn(modelIn(facts.shape, model), first!);
  return [...own, ...refusalsOfOrder({ path: rest, count, direction }, target, facts)];
}

/** What the conditions of a bulk write are refused for. */
export const refusalsOfWhere = (where: WhereText, model: string, facts: Facts) => ofWhere(where, model, facts);

/** A condition that needs no row to be decided asks about nothing. */
function ofWhere(where: WhereText | undefined, model: string, facts: Facts): string[] {
  if (!where || decidedWhere(where, model, facts.shape, false) !== undefined) return [];
  return Object.entries(where).flatMap(([name, condition]) => {
    if (decidedWhere({ [name]: condition }, model, facts.shape, false) !== undefined) return [];
    if (name === 'AND' || name === 'OR') return (condition as WhereText[]).flatMap((it) => ofWhere(it, model, facts));
    if (name === 'NOT') return ofWhere(condition as WhereText, model, facts);
    const own = ofField(model, name, 'filter', facts);
    const field = fieldIn(modelIn(facts.shape, model), name);
    if (field.kind === 'scalar') return own;
    const inner = Object.entries(condition as Crossing).flatMap(([quantifier, it]) => {
      const asksNothing = decidedWhere({ [name]: { [quantifier]: it } }, model, facts.shape, false) !== undefined;
      return it === null || asksNothing ? [] : ofWhere(it, field.target, facts);
    });
    return [...own, ...inner];
  });
}
