import { isEnumType, isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Names } from '../../../src/model/naming.ts';
import type { Operation } from './operation.ts';
import { pickOperation, type Keeps } from './pick-operation.ts';
import type { Facts } from './reference/decided.ts';
import { isBarred } from './reference/refusal.ts';

export interface FitContext {
  readonly facts: Facts;
  readonly api: GraphQLSchema;
  readonly names: Names;
  /** Leave in what will be refused. */
  readonly daring: boolean;
}

/** The operation without what this API does not have, so that it is valid; undefined when nothing is left. */
export function fitOperation(operation: Operation, context: FitContext): Operation | undefined {
  const { facts, api, names, daring } = context;
  const namesOf = (name: string) => names.models.get(name)!;
  const model = operation.kind === 'list' ? operation.list.model : operation.model;
  const hasType = (name: string) => api.getType(namesOf(name).type) !== undefined;
  const offers = (type: string, field: string) => {
    const it = api.getType(type);
    return (isInputObjectType(it) || isObjectType(it)) && Object.hasOwn(it.getFields(), field);
  };
  const may = (name: string, field: string, verb: 'filter' | 'sort' | 'aggregate') =>
    daring || !isBarred(name, field, verb, facts);
  const keeps: Keeps = {
    shape: facts.shape,
    selects: (name, field) => offers(namesOf(name).type, field),
    filters: (name, field) => offers(namesOf(name).where, field) && may(name, field, 'filter'),
    sorts: (name, field) => offers(namesOf(name).orderBy, field) && may(name, field, 'sort'),
    aggregates: (name, field, figure) => {
      const { aggregate, aggregatePart } = namesOf(name);
      const isOffered = offers(aggregate, figure) && offers(aggregatePart(figure), field);
      return isOffered && may(name, field, 'aggregate');
    },
    groups: (name, field) => {
      const type = api.getType(namesOf(name).groupField);
      const isOffered = isEnumType(type) && type.getValues().some((it) => it.value === field);
      return isOffered && may(name, field, 'aggregate');
    },
  };
  if (!hasType(model)) return undefined;
  const picked = pickOperation(operation, keeps);
  switch (picked.kind) {
    case 'one': {
      const { key } = picked;
      const isNamed = offers(namesOf(model).uniqueWhere, key.join('_')) && offers('Query', namesOf(model).one);
      return isNamed && key.every((field) => may(model, field, 'filter')) ? picked : undefined;
    }
    case 'nodes':
      return { ...picked, ids: picked.ids.filter((it) => hasType(it.model)) };
    default:
      return picked;
  }
}
