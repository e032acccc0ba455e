import type { GraphQLInputObjectType } from 'graphql';
import { relatedRows } from '../reference/related.ts';
import { modelIn, relationsIn, scalarsIn, type RelationShape } from '../shape.ts';
import { rowsOf, type Row } from '../world.ts';
import type { DataText } from '../write-text.ts';
import { inputAt, updateAt, type RoundTripContext } from './round-trip.ts';

/**
 * What ties one row to this one, or changes one that may be tied to it or not, and does nothing else: only the right to
 * that, or the missing tie, stands against it. Undefined where there is no such row.
 */
export function alone(
  type: GraphQLInputObjectType,
  model: string,
  row: Row,
  { world, chance, named, value }: RoundTripContext,
): DataText | undefined {
  const ways = relationsIn(modelIn(world.shape, model)).flatMap((relation) => {
    if (!relation.list || !type.getFields()[relation.name]) return [];
    const tied = relatedRows(world, model, row, relation.name);
    const others = rowsOf(world, relation.target).filter((it) => !tied.includes(it));
    return Object.keys(inputAt(type, relation.name).getFields()).flatMap((verb) => {
      const rows = verb === 'connect' ? others : verb === 'update' ? chance.pick([tied, others]) : [];
      return rows.length > 0 ? [{ relation, verb, far: chance.pick(rows) }] : [];
    });
  });
  if (ways.length === 0) return undefined;
  const { relation, verb, far } = chance.pick(ways);
  const name = (...path: string[]) => named(inputAt(type, relation.name, ...path), relation.target, far);
  if (verb === 'connect') return { [relation.name]: { connect: [name('connect')] } };
  const data = oneValue(updateAt(type, relation)!, relation);
  return data && { [relation.name]: { update: [{ where: name('update', 'where'), data }] } };

  function oneValue(input: GraphQLInputObjectType, { target }: RelationShape): DataText | undefined {
    const { key } = modelIn(world.shape, target);
    const fields = scalarsIn(modelIn(world.shape, target)).filter(
      (it) => input.getFields()[it.name] && !key.includes(it.name),
    );
    if (fields.length === 0) return undefined;
    const field = chance.pick(fields);
    return { [field.name]: value(target, field.name) };
  }
}
