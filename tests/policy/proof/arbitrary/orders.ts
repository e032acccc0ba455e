import * as fc from 'fast-check';
import type { OrderText } from '../operation.ts';
import { modelIn, relationsIn, scalarsIn, type ModelShape, type Shape } from '../shape.ts';

export const sortable = new Set(['String', 'Int', 'BigInt', 'Float', 'Decimal', 'Boolean', 'DateTime', 'Date', 'Enum']);

export const arbitraryDirection = fc.constantFrom('asc' as const, 'desc' as const);

/** One term: a field of the row, of a row that to-one relations lead to, or the number of related rows. */
export function arbitraryOrder(model: ModelShape, shape: Shape, depth = 1): fc.Arbitrary<OrderText> {
  const own = scalarsIn(model).filter(({ type }) => sortable.has(type));
  const field = fc
    .tuple(fc.constantFrom(...own), arbitraryDirection)
    .map(([{ name }, it]): OrderText => ({ path: [name], count: false, direction: it }));
  const others = relationsIn(model).flatMap((it): fc.Arbitrary<OrderText>[] => {
    if (it.list) return [arbitraryDirection.map((to): OrderText => ({ path: [it.name], count: true, direction: to }))];
    if (depth === 0) return [];
    const inner = arbitraryOrder(modelIn(shape, it.target), shape, depth - 1);
    return [inner.map((term) => ({ ...term, path: [it.name, ...term.path] }))];
  });
  return others.length === 0
    ? field
    : fc.oneof({ weight: 2, arbitrary: field }, { weight: 3, arbitrary: fc.oneof(...others) });
}
