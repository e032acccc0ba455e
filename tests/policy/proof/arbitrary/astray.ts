import type { GraphQLInputObjectType } from 'graphql';
import { relatedRows } from '../reference/related.ts';
import { modelIn, relationsIn, scalarsIn } from '../shape.ts';
import { rowsOf, type Row } from '../world.ts';
import type { DataText } from '../write-text.ts';
import { inputAt, updateAt, type RoundTripContext } from './round-trip.ts';

/**
 * What changes a row by way of another that it is not tied to, and does nothing else: only that stands against it where
 * the viewer may do the rest. Undefined where all are tied.
 */
export function astray(
  type: GraphQLInputObjectType,
  model: string,
  row: Row,
  { world, chance, named, value }: RoundTripContext,
): DataText | undefined {
  const ways = relationsIn(modelIn(world.shape, model)).flatMap((relation) => {
    const far = relation.list ? updateAt(type, relation) : undefined;
    if (!far) return [];
    const target = modelIn(world.shape, relation.target);
    const fields = scalarsIn(target).filter(({ name }) => far.getFields()[name] && !target.key.includes(name));
    const tied = new Set(relatedRows(world, model, row, relation.name));
    const others = rowsOf(world, target.name).filter((it) => !tied.has(it));
    return fields.length > 0 && others.length > 0 ? [{ relation, fields, others }] : [];
  });
  if (ways.length === 0) return undefined;
  const { relation, fields, others } = chance.pick(ways);
  const where = named(inputAt(type, relation.name, 'update', 'where'), relation.target, chance.pick(others));
  const { name } = chance.pick(fields);
  return { [relation.name]: { update: [{ where, data: { [name]: value(relation.target, name) } }] } };
}
