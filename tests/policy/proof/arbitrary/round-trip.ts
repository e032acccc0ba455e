import { getNamedType, isInputObjectType, type GraphQLInputObjectType } from 'graphql';
import { relatedRows } from '../reference/related.ts';
import { modelIn, relationsIn, scalarsIn, type RelationShape } from '../shape.ts';
import type { Row, Value } from '../world.ts';
import type { DataText } from '../write-text.ts';
import type { WriteContext } from './writes.ts';

export interface RoundTripContext extends Pick<WriteContext, 'world' | 'chance'> {
  named(type: GraphQLInputObjectType, model: string, row: Row): DataText;
  value(model: string, field: string): Value;
}

/**
 * What changes a row, one that is tied to it, and by way of that the first again, which gets another key: everything
 * that follows must find it under that. Undefined where no way leads there and back.
 */
export function roundTrip(
  type: GraphQLInputObjectType,
  model: string,
  row: Row,
  { world, chance, named, value }: RoundTripContext,
): DataText | undefined {
  const { key } = modelIn(world.shape, model);
  const keys = key.filter((name) => Object.hasOwn(type.getFields(), name));
  const ways = relationsIn(modelIn(world.shape, model)).flatMap((there) => {
    const [far, target] = [updateAt(type, there), modelIn(world.shape, there.target)];
    const back = relationsIn(target).find((it) => it.relation === there.relation && it.name !== there.name);
    return far && back && updateAt(far, back)
      ? relatedRows(world, model, row, there.name).map((tied) => ({ there, back, far, tied }))
      : [];
  });
  if (ways.length === 0 || keys.length === 0) return undefined;
  const { there, back, far, tied } = chance.pick(ways);

  const updating = (at: GraphQLInputObjectType, relation: RelationShape, it: Row, data: DataText): DataText => {
    if (!relation.list) return { update: data };
    const pair = named(inputAt(inputAt(at, relation.name), 'update', 'where'), relation.target, it);
    return { update: [{ where: pair, data }] };
  };
  /** A value of the row's own beside, now and then: what is written is judged. */
  const beside = (at: GraphQLInputObjectType, name: string): DataText => {
    const scalars = scalarsIn(modelIn(world.shape, name)).filter(
      (it) => Object.hasOwn(at.getFields(), it.name) && !modelIn(world.shape, name).key.includes(it.name),
    );
    if (scalars.length === 0 || chance.oneIn(2)) return {};
    const { name: field } = chance.pick(scalars);
    return { [field]: value(name, field) };
  };

  const renamed = Object.fromEntries(keys.map((name) => [name, value(model, name)]));
  const backAgain = { ...beside(far, there.target), [back.name]: updating(far, back, row, renamed) };
  return { ...beside(type, model), [there.name]: updating(type, there, tied, backAgain) };
}

/** The data of an update at the other end of a relation, where there is one. */
export function updateAt(
  type: GraphQLInputObjectType,
  { name, list }: RelationShape,
): GraphQLInputObjectType | undefined {
  if (!type.getFields()[name] || !inputAt(type, name).getFields()['update']) return undefined;
  return list ? inputAt(inputAt(type, name), 'update', 'data') : inputAt(inputAt(type, name), 'update');
}

export function inputAt(type: GraphQLInputObjectType, ...path: readonly string[]): GraphQLInputObjectType {
  return path.reduce((it, name) => {
    const inner = getNamedType(it.getFields()[name]!.type);
    if (!isInputObjectType(inner)) throw new Error(`${it.name}.${name} is no input.`);
    return inner;
  }, type);
}
