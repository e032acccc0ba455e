import { isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Names } from '../../../src/model/naming.ts';
import { plainSelect, type ListText, type Operation, type OrderText, type SelectText } from './operation.ts';
import type { Crossing, WhereText } from './policy-text.ts';
import type { Facts } from './reference/decided.ts';
import { isBarred, refusalsOfOrder } from './reference/refusal.ts';
import { fieldIn, modelIn, relationIn } from './shape.ts';

export interface FitContext {
  readonly facts: Facts;
  readonly api: GraphQLSchema;
  readonly names: Names;
  /** Leave in what will be refused. */
  readonly daring: boolean;
}

/** The operation without what this API does not have, so that it is valid; undefined when nothing is left. */
export function fitOperation(operation: Operation, context: FitContext): Operation | undefined {
  const { api, names } = context;
  const model = operation.kind === 'list' ? operation.list.model : operation.model;
  if (!hasType(model, context)) return undefined;
  const { one, aggregate, aggregatePart } = names.models.get(model)!;
  switch (operation.kind) {
    case 'list':
      return { kind: 'list', list: fitList(operation.list, context) };
    case 'one': {
      const { key } = operation;
      const input = inputFields(names.models.get(model)!.uniqueWhere, context);
      const barred = !context.daring && key.some((field) => isBarred(model, field, 'filter', context.facts));
      if (barred || !input?.has(key.join('_')) || !api.getQueryType()!.getFields()[one]) return undefined;
      return { ...operation, select: fitSelect(operation.select, model, context) };
    }
    case 'node':
      return { ...operation, select: fitSelect(operation.select, model, context) };
    case 'nodes': {
      const ids = operation.ids.filter((it) => hasType(it.model, context));
      return { ...operation, ids, select: fitSelect(operation.select, model, context) };
    }
    case 'aggregate': {
      const figures = operation.figures.filter(({ name, field }) => {
        const part = outputFields(aggregatePart(name), context);
        const offered = outputFields(aggregate, context)?.has(name) && part?.has(field);
        return offered && (context.daring || !isBarred(model, field, 'aggregate', context.facts));
      });
      return { ...operation, where: operation.where && fitWhere(operation.where, model, context), figures };
    }
  }
}

const hasType = (model: string, { api, names }: FitContext) => api.getType(names.models.get(model)!.type) !== undefined;

function inputFields(type: string, { api }: FitContext): Set<string> | undefined {
  const it = api.getType(type);
  return isInputObjectType(it) ? new Set(Object.keys(it.getFields())) : undefined;
}

function outputFields(type: string, { api }: FitContext): Set<string> | undefined {
  const it = api.getType(type);
  return isObjectType(it) ? new Set(Object.keys(it.getFields())) : undefined;
}

function fitList(list: ListText, context: FitContext): ListText {
  const { model, where, orderBy, page, parts, select } = list;
  return {
    model,
    ...(where && { where: fitWhere(where, model, context) }),
    ...(orderBy && { orderBy: orderBy.filter((it) => fitsOrder(it, model, context)) }),
    page,
    parts: parts.rows === 'none' && !parts.info ? { ...parts, total: true } : parts,
    select: parts.rows === 'none' ? plainSelect('__typename') : fitSelect(select, model, context),
  };
}

function fitSelect(select: SelectText, model: string, context: FitContext): SelectText {
  const offered = outputFields(context.names.models.get(model)!.type, context)!;
  const fields = select.fields.filter((name) => offered.has(name));
  const relations = select.relations
    .filter(({ relation }) => offered.has(relation))
    .map((it) => {
      const { target } = relationIn(modelIn(context.facts.shape, model), it.relation);
      return {
        ...it,
        ...(it.list && { list: fitList(it.list, context) }),
        ...(it.select && { select: fitSelect(it.select, target, context) }),
      };
    });
  return { ...select, fields: fields.length > 0 ? fields : ['__typename'], relations };
}

function fitsOrder(term: OrderText, model: string, context: FitContext): boolean {
  if (!context.daring && refusalsOfOrder(term, model, context.facts).length > 0) return false;
  const [name, ...rest] = term.path;
  if (!inputFields(context.names.models.get(model)!.orderBy, context)?.has(name!)) return false;
  return (
    rest.length === 0 ||
    fitsOrder({ ...term, path: rest }, relationIn(modelIn(context.facts.shape, model), name!).target, context)
  );
}

function fitWhere(where: WhereText, model: string, context: FitContext): WhereText {
  const offered = inputFields(context.names.models.get(model)!.where, context)!;
  const inner = (it: WhereText) => fitWhere(it, model, context);
  const entries = Object.entries(where).flatMap(([name, condition]): [string, WhereText[string]][] => {
    if (name === 'AND' || name === 'OR') return [[name, (condition as WhereText[]).map(inner)]];
    if (name === 'NOT') return [[name, inner(condition as WhereText)]];
    if (!offered.has(name) || (!context.daring && isBarred(model, name, 'filter', context.facts))) return [];
    const field = fieldIn(modelIn(context.facts.shape, model), name);
    if (field.kind === 'scalar') return [[name, condition]];
    const crossing = Object.entries(condition as Crossing).map(
      ([quantifier, it]) => [quantifier, it && fitWhere(it, field.target, context)] as const,
    );
    return [[name, Object.fromEntries(crossing)]];
  });
  return Object.fromEntries(entries);
}
