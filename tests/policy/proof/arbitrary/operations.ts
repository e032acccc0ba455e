import fc from 'fast-check';
import type {
  FigureText,
  ListText,
  Operation,
  OrderText,
  PageText,
  PartsText,
  RelatedText,
  SelectText,
} from '../operation.ts';
import type { WhereText } from '../policy-text.ts';
import { modelIn, relationsIn, scalarsIn, type ModelShape, type Shape } from '../shape.ts';
import { rowsOf, type World } from '../world.ts';
import { arbitraryWheres } from './where.ts';

const sortable = new Set(['String', 'Int', 'BigInt', 'Float', 'Decimal', 'Boolean', 'DateTime', 'Date', 'Enum']);
const numbers = ['Int', 'BigInt', 'Float', 'Decimal'];

/** How deep relations nest in most operations, and in the few that need several statements. */
const usualDepth = 4;

const seldom = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number) =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Leaves out what is undefined. */
const present = <T extends object>(it: object): T =>
  Object.fromEntries(Object.entries(it).filter(([, value]) => value !== undefined)) as T;

const page = fc
  .record({
    backwards: fc.boolean(),
    size: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 1, arbitrary: fc.constant(100) },
    ),
    from: seldom(fc.record({ viewer: fc.nat(2), row: fc.nat(9) }), 6),
  })
  .map((it) => present<PageText>(it));

const rare = fc.nat(5).map((it) => it === 0);
const parts: fc.Arbitrary<PartsText> = fc.record({
  rows: fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom('edges' as const, 'nodes' as const) },
    { weight: 1, arbitrary: fc.constant('none' as const) },
  ),
  total: fc.boolean(),
  info: rare,
  cursors: rare,
});

/** Reads of every kind. */
export function arbitraryOperation(world: World): fc.Arbitrary<Operation> {
  const { shape } = world;
  const lists = arbitraryLists(shape);
  const ofModel = (model: ModelShape): fc.Arbitrary<Operation> => {
    const rows = rowsOf(world, model.name);
    const select = lists.select(model, 3);
    const named = (fields: readonly string[]) =>
      rows.map((row) => fields.map((name) => row[name] ?? null)).filter((values) => !values.includes(null));
    const uniques = [model.key, ...model.uniques].flatMap((key) => named(key).map((values) => ({ key, values })));
    return fc.oneof(
      { weight: 14, arbitrary: lists.list(model, usualDepth).map((list): Operation => ({ kind: 'list', list })) },
      { weight: 2, arbitrary: aggregate(model, lists.where) },
      ...(uniques.length > 0
        ? [
            {
              weight: 1,
              arbitrary: fc
                .tuple(fc.constantFrom(...uniques), select)
                .map(([it, selected]): Operation => ({ kind: 'one', model: model.name, ...it, select: selected })),
            },
            {
              weight: 1,
              arbitrary: fc
                .tuple(fc.constantFrom(...named(model.key)), select)
                .map(([values, selected]): Operation => ({
                  kind: 'node',
                  model: model.name,
                  values,
                  select: selected,
                })),
            },
          ]
        : []),
    );
  };
  return fc.oneof(...shape.models.map(ofModel));
}

function aggregate(model: ModelShape, whereOf: ReturnType<typeof arbitraryWheres>): fc.Arbitrary<Operation> {
  const figures = scalarsIn(model).flatMap(({ name: field, type }): FigureText[] => {
    if (numbers.includes(type)) return (['sum', 'avg', 'min', 'max'] as const).map((name) => ({ name, field }));
    return ['String', 'DateTime', 'Date'].includes(type)
      ? (['min', 'max'] as const).map((name) => ({ name, field }))
      : [];
  });
  return fc.record({
    kind: fc.constant('aggregate' as const),
    model: fc.constant(model.name),
    where: fc.option(whereOf(model.name, 2), { nil: undefined }),
    figures: figures.length > 0 ? fc.uniqueArray(fc.constantFrom(...figures), { maxLength: 4 }) : fc.constant([]),
  });
}

function arbitraryLists(shape: Shape) {
  const whereOf = arbitraryWheres(shape, { viewer: false });
  const known = new Map<string, fc.Arbitrary<SelectText>>();
  const knownLists = new Map<string, fc.Arbitrary<ListText>>();

  const list = (model: ModelShape, depth: number): fc.Arbitrary<ListText> => {
    const key = `${model.name} ${depth}`;
    const one = fc.oneof(
      { weight: 2, arbitrary: whereOf(model.name, 1) },
      { weight: 2, arbitrary: whereOf(model.name, 2) },
      { weight: 1, arbitrary: whereOf(model.name, 3) },
    );
    // Alternatives, so that something is left of the rows.
    const where = fc.oneof(
      one,
      fc.tuple(one, one).map(([a, b]): WhereText => ({ OR: [a, b] })),
    );
    const orderBy = fc.array(arbitraryOrder(model, shape), { maxLength: 3, size: 'max' });
    const made =
      knownLists.get(key) ??
      fc
        .record({
          model: fc.constant(model.name),
          where: seldom(where, 2),
          orderBy: seldom(orderBy, 2),
          page,
          parts,
          select: select(model, depth - 1),
        })
        .map((it) => present<ListText>(it));
    knownLists.set(key, made);
    return made;
  };

  const select = (model: ModelShape, depth: number): fc.Arbitrary<SelectText> => {
    const key = `${model.name} ${depth}`;
    const scalars = scalarsIn(model).map(({ name }) => name);
    const made =
      known.get(key) ??
      fc.record({
        fields: fc.subarray(scalars, { maxLength: Math.min(scalars.length, 4) }).map((it) => ['nodeId', ...it]),
        relations: depth > 0 ? aliased(related(model, depth)) : fc.constant([]),
        fragment: rare,
      });
    known.set(key, made);
    return made;
  };

  const related = (model: ModelShape, depth: number): fc.Arbitrary<Omit<RelatedText, 'alias'>>[] =>
    relationsIn(model).map((it) => {
      const target = modelIn(shape, it.target);
      if (it.list) return list(target, depth).map((inner) => ({ relation: it.name, list: inner }));
      return select(target, depth - 1).map((inner) => ({ relation: it.name, select: inner }));
    });

  return { list, select, where: whereOf };
}

/** One relation may stand several times in a selection, under different names. */
function aliased(related: readonly fc.Arbitrary<Omit<RelatedText, 'alias'>>[]): fc.Arbitrary<RelatedText[]> {
  if (related.length === 0) return fc.constant([]);
  const few = fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 2, arbitrary: fc.constant(2) },
    { weight: 1, arbitrary: fc.constantFrom(0, 3) },
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

function arbitraryOrder(model: ModelShape, shape: Shape, depth = 1): fc.Arbitrary<OrderText> {
  const direction = fc.constantFrom('asc' as const, 'desc' as const);
  const own = scalarsIn(model).filter(({ type }) => sortable.has(type));
  const field = fc
    .tuple(fc.constantFrom(...own), direction)
    .map(([{ name }, it]): OrderText => ({ path: [name], count: false, direction: it }));
  const others = relationsIn(model).flatMap((it): fc.Arbitrary<OrderText>[] => {
    if (it.list) return [direction.map((to): OrderText => ({ path: [it.name], count: true, direction: to }))];
    if (depth === 0) return [];
    return [
      arbitraryOrder(modelIn(shape, it.target), shape, depth - 1).map((inner) => ({
        ...inner,
        path: [it.name, ...inner.path],
      })),
    ];
  });
  return others.length === 0 ? field : fc.oneof(field, fc.oneof(...others));
}
