import { modelIn, relationIn } from '../shape.ts';
import { rowsOf, type Row, type World } from '../world.ts';

/** The rows at the other end of a relation, as they are stored. */
export function relatedRows(world: World, model: string, row: Row, relation: string): readonly Row[] {
  const { target, join } = relationIn(modelIn(world.shape, model), relation);
  const candidates = rowsOf(world, target);
  if (join.kind === 'columns') {
    return candidates.filter((it) =>
      join.pairs.every(([here, there]) => (row[here] ?? null) !== null && row[here] === it[there]),
    );
  }
  const [hereKey] = modelIn(world.shape, model).key;
  const [thereKey] = modelIn(world.shape, target).key;
  const links = world.links[join.table] ?? [];
  return candidates.filter((it) =>
    links.some(([a, b]) => {
      const [near, far] = join.near === 'A' ? [a, b] : [b, a];
      return near === row[hereKey!] && far === it[thereKey!];
    }),
  );
}
