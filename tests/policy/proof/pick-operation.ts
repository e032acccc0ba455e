import {
  plainSelect,
  type FigureText,
  type ListText,
  type Operation,
  type OrderText,
  type SelectText,
} from './operation.ts';
import { isFieldOperand, type Crossing, type Operand, type Operators, type WhereText } from './policy-text.ts';
import { fieldIn, modelIn, relationIn, type Shape } from './shape.ts';

/** Which fields of an operation may stay in it. */
export interface Keeps {
  readonly shape: Shape;
  selects(model: string, field: string): boolean;
  filters(model: string, field: string): boolean;
  /** Asked for each step of a path. */
  sorts(model: string, field: string): boolean;
  aggregates(model: string, field: string, name: FigureText['name'] | 'present'): boolean;
  groups(model: string, field: string): boolean;
}

/** The operation with these fields only. */
export function pickOperation(operation: Operation, keeps: Keeps): Operation {
  switch (operation.kind) {
    case 'list':
      return { kind: 'list', list: pickList(operation.list, keeps) };
    case 'one':
    case 'node':
    case 'nodes':
      return { ...operation, select: pickSelect(operation.select, operation.model, keeps) };
    case 'aggregate': {
      const { model, where, figures } = operation;
      return {
        ...operation,
        where: where && pickWhere(where, model, keeps),
        figures: figures.filter(({ name, field }) => keeps.aggregates(model, field, name)),
      };
    }
    case 'groups':
      return pickGroups(operation, keeps);
  }
}

/** Without a key it is an aggregate. */
function pickGroups(operation: Operation & { kind: 'groups' }, keeps: Keeps): Operation {
  const { present, ...rest } = operation;
  const { model } = operation;
  const where = operation.where && pickWhere(operation.where, model, keeps);
  const figures = operation.figures.filter(({ name, field }) => keeps.aggregates(model, field, name));
  const by = operation.by.filter(({ field }) => keeps.groups(model, field));
  if (by.length === 0) return { kind: 'aggregate', model, where, figures };
  const orderBy = operation.orderBy.filter((it) => {
    if (it.by === 'count') return true;
    return it.by === 'key' ? by.some(({ field }) => field === it.field) : keeps.aggregates(model, it.field!, it.by);
  });
  const keptPresent = present && keeps.aggregates(model, present.field, 'present') ? { present } : {};
  return { ...rest, where, figures, by, orderBy, ...keptPresent };
}

function pickList(list: ListText, keeps: Keeps): ListText {
  const { where, orderBy, ...rest } = list;
  const { model, parts, select } = list;
  return {
    ...rest,
    ...(where && { where: pickWhere(where, model, keeps) }),
    ...(orderBy && { orderBy: orderBy.filter((it) => keepsOrder(it, model, keeps)) }),
    // Something must be asked for.
    parts: parts.rows === 'none' && !parts.info ? { ...parts, total: true } : parts,
    select: parts.rows === 'none' ? plainSelect('__typename') : pickSelect(select, model, keeps),
  };
}

function pickSelect(select: SelectText, model: string, keeps: Keeps): SelectText {
  const ofEveryType = ['nodeId', '__typename'];
  const fields = select.fields.filter((name) => ofEveryType.includes(name) || keeps.selects(model, name));
  const relations = select.relations
    .filter(({ relation }) => keeps.selects(model, relation))
    .map((it) => {
      const { target } = relationIn(modelIn(keeps.shape, model), it.relation);
      return {
        ...it,
        ...(it.list && { list: pickList(it.list, keeps) }),
        ...(it.select && { select: pickSelect(it.select, target, keeps) }),
      };
    });
  return { ...select, fields: fields.length > 0 ? fields : ['__typename'], relations };
}

function keepsOrder({ path, ...term }: OrderText, model: string, keeps: Keeps): boolean {
  const [first, ...rest] = path;
  if (!keeps.sorts(model, first!)) return false;
  if (rest.length === 0) return true;
  return keepsOrder({ ...term, path: rest }, relationIn(modelIn(keeps.shape, model), first!).target, keeps);
}

export function pickWhere(where: WhereText, model: string, keeps: Pick<Keeps, 'shape' | 'filters'>): WhereText {
  const inner = (it: WhereText) => pickWhere(it, model, keeps);
  const entries = Object.entries(where).flatMap(([name, condition]): [string, WhereText[string]][] => {
    if (name === 'AND' || name === 'OR') return [[name, (condition as WhereText[]).map(inner)]];
    if (name === 'NOT') return [[name, inner(condition as WhereText)]];
    if (!keeps.filters(model, name)) return [];
    const field = fieldIn(modelIn(keeps.shape, model), name);
    if (field.kind === 'scalar') {
      const isKept = (it: unknown) => !isFieldOperand(it) || keeps.filters(model, it.field);
      const parts = Object.entries(condition as Operators).map(([operator, it]): [string, Operators[string]] => [
        operator,
        Array.isArray(it) ? (it as Operand[]).filter(isKept) : it,
      ]);
      return [[name, Object.fromEntries(parts.filter(([, it]) => isKept(it)))]];
    }
    const crossing = Object.entries(condition as Crossing).map(
      ([quantifier, it]) => [quantifier, it && pickWhere(it, field.target, keeps)] as const,
    );
    return [[name, Object.fromEntries(crossing)]];
  });
  return Object.fromEntries(entries);
}
