import * as fc from 'fast-check';
import type { FragmentKind, ListText, PageText, PartsText, RelatedText, SelectText } from '../operation.ts';
import type { WhereText } from '../policy-text.ts';
import { modelIn, relationsIn, scalarsIn, type ModelShape, type Shape } from '../shape.ts';
import { arbitraryOrder } from './orders.ts';
import { arbitraryWheres } from './where.ts';

export const seldom = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number) =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Leaves out what is undefined. */
const present = (it: object): object =>
  Object.fromEntries(Object.entries(it).filter(([, value]) => value !== undefined));

const oneIn = (count: number) => fc.nat(count - 1).map((it) => it === 0);

/** @param fromOneIn of so many pages one begins at a place. */
export const arbitraryPage = (fromOneIn: number): fc.Arbitrary<PageText> =>
  fc
    .record({
      backwards: fc.boolean(),
      size: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
        { weight: 1, arbitrary: fc.constant(100) },
      ),
      from: seldom(fc.record({ viewer: fc.nat(4), row: fc.nat(9) }), fromOneIn),
    })
    .map((it) => present(it) as PageText);

const page = arbitraryPage(8);

const parts: fc.Arbitrary<PartsText> = fc.record({
  rows: fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom('edges' as const, 'nodes' as const) },
    { weight: 1, arbitrary: fc.constant('none' as const) },
  ),
  total: fc.boolean(),
  info: oneIn(5),
  cursors: oneIn(3),
});

const fragment = fc.constantFrom<FragmentKind>('none', 'none', 'none', 'inline', 'named', 'split');

/** Lists and selections by model and depth; each made once for a shape, because a generator is costlier than its values. */
export function arbitraryLists(shape: Shape) {
  const whereOf = arbitraryWheres(shape, { viewer: false });

  const list = remembered((model: ModelShape, depth: number): fc.Arbitrary<ListText> => {
    const one = fc.oneof(
      { weight: 5, arbitrary: whereOf(model.name, 1) },
      { weight: 3, arbitrary: whereOf(model.name, 2) },
      { weight: 1, arbitrary: whereOf(model.name, 3) },
    );
    // Alternatives, so that something is left of the rows.
    const either = fc.tuple(one, one).map(([a, b]): WhereText => ({ OR: [a, b] }));
    return (
      fc
        .record({
          model: fc.constant(model.name),
          where: seldom(fc.oneof(one, either), 3),
          orderBy: seldom(fc.array(arbitraryOrder(model, shape), { maxLength: 3, size: 'max' }), 2),
          page,
          parts,
          select: select(model, depth - 1),
        })
        .map((it) => present(it) as ListText)
        // Whether something stands before a place is the question to ask where there is one.
        .map((it) => (it.page.from ? { ...it, parts: { ...it.parts, info: true } } : it))
    );
  });

  const select = remembered((model: ModelShape, depth: number): fc.Arbitrary<SelectText> => {
    const scalars = scalarsIn(model).map(({ name }) => name);
    return fc.record({
      fields: fc.subarray(scalars, { maxLength: Math.min(scalars.length, 4) }).map((it) => ['nodeId', ...it]),
      relations: depth > 0 ? aliased(related(model, depth)) : fc.constant([]),
      fragment,
    });
  });

  const related = (model: ModelShape, depth: number) =>
    relationsIn(model).map((it): fc.Arbitrary<Omit<RelatedText, 'alias'>> => {
      const target = modelIn(shape, it.target);
      if (it.list) return list(target, depth).map((inner) => ({ relation: it.name, list: inner }));
      return select(target, depth - 1).map((inner) => ({ relation: it.name, select: inner }));
    });

  return { list, select, where: whereOf };
}

function remembered<T>(make: (model: ModelShape, depth: number) => T) {
  const known = new Map<string, T>();
  return (model: ModelShape, depth: number): T => {
    const key = `${model.name} ${depth}`;
    const it = known.get(key) ?? make(model, depth);
    known.set(key, it);
    return it;
  };
}

/** One relation may stand several times in a selection, under different names. */
function aliased(related: readonly fc.Arbitrary<Omit<RelatedText, 'alias'>>[]): fc.Arbitrary<RelatedText[]> {
  if (related.length === 0) return fc.constant([]);
  const few = fc.oneof(
    { weight: 6, arbitrary: fc.constant(1) },
    { weight: 3, arbitrary: fc.constant(2) },
    { weight: 2, arbitrary: fc.constantFrom(0, 3) },
  );
  return few
    .chain((length) => fc.array(fc.oneof(...related), { minLength: length, maxLength: length }))
    .map((them) =>
      them.map((it, at) => ({
        alias: them.findIndex(({ relation }) => relation === it.relation) === at ? it.relation : `other${at}`,
        ...it,
      })),
    );
}
