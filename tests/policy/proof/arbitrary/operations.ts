import * as fc from 'fast-check';
import type { FigureText, IdText, Operation } from '../operation.ts';
import { scalarIn, scalarsIn, type ModelShape } from '../shape.ts';
import { rowsOf, type Value, type World } from '../world.ts';
import { arbitraryLists } from './lists.ts';
import { keyValue } from './values.ts';

/** How deep rows nest in rows, and in the few operations that one statement may not hold. */
const depth = 4;
const greatDepth = 7;

/** Reads of every kind: one line each, by how often they are asked. */
export function arbitraryOperation(world: World): fc.Arbitrary<Operation> {
  const lists = arbitraryLists(world.shape);
  const anyId = fc.oneof(...world.shape.models.map((model) => arbitraryId(model, world)));
  return fc.oneof(
    ...world.shape.models.map((model) =>
      fc.oneof(
        { weight: 16, arbitrary: lists.list(model, depth).map((list): Operation => ({ kind: 'list', list })) },
        { weight: 1, arbitrary: lists.list(model, greatDepth).map((list): Operation => ({ kind: 'list', list })) },
        { weight: 5, arbitrary: arbitraryAggregate(model, lists) },
        { weight: 2, arbitrary: arbitraryOne(model, world, lists) },
        { weight: 2, arbitrary: arbitraryNode(model, world, lists) },
        { weight: 1, arbitrary: arbitraryNodes(model, anyId, lists) },
      ),
    ),
  );
}

type Lists = ReturnType<typeof arbitraryLists>;

function arbitraryOne(model: ModelShape, world: World, lists: Lists): fc.Arbitrary<Operation> {
  const named = [model.key, ...model.uniques].flatMap((key) =>
    valuesOf(key, model, world).map((values) => ({ key, values })),
  );
  return fc
    .tuple(fc.constantFrom(...named), lists.select(model, depth - 1))
    .map(([it, select]) => ({ kind: 'one', model: model.name, ...it, select }));
}

const arbitraryNode = (model: ModelShape, world: World, lists: Lists): fc.Arbitrary<Operation> =>
  fc
    .tuple(arbitraryId(model, world), lists.select(model, depth - 1))
    .map(([id, select]) => ({ kind: 'node', ...id, select }));

/** One id may stand there twice, and ids of other models between. */
const arbitraryNodes = (model: ModelShape, anyId: fc.Arbitrary<IdText>, lists: Lists): fc.Arbitrary<Operation> =>
  fc
    .tuple(fc.array(anyId, { minLength: 1, maxLength: 6 }), lists.select(model, depth - 2))
    .map(([ids, select]) => ({ kind: 'nodes', ids, model: model.name, select }));

const arbitraryId = (model: ModelShape, world: World): fc.Arbitrary<IdText> =>
  fc.constantFrom(...valuesOf(model.key, model, world)).map((values) => ({ model: model.name, values }));

/** The values that rows have in the fields of a unique key, and some that no row has. */
function valuesOf(key: readonly string[], model: ModelShape, world: World): (readonly Value[])[] {
  const held = rowsOf(world, model.name).map((row) => key.map((name) => row[name] ?? null));
  const absent = key.map((name) => keyValue(scalarIn(model, name), 77, world.shape.enums));
  return [...held.filter((values) => !values.includes(null)), absent];
}

const numbers = ['Int', 'BigInt', 'Float', 'Decimal'];

function arbitraryAggregate(model: ModelShape, lists: Lists): fc.Arbitrary<Operation> {
  const figures = scalarsIn(model).flatMap(({ name: field, type }): FigureText[] => {
    if (numbers.includes(type)) return (['sum', 'avg', 'min', 'max'] as const).map((name) => ({ name, field }));
    const isComparable = ['String', 'DateTime', 'Date'].includes(type);
    return isComparable ? (['min', 'max'] as const).map((name) => ({ name, field })) : [];
  });
  return fc.record({
    kind: fc.constant('aggregate' as const),
    model: fc.constant(model.name),
    where: fc.option(lists.where(model.name, 2), { nil: undefined }),
    figures:
      figures.length > 0 ? fc.uniqueArray(fc.constantFrom(...figures), { maxLength: 9, size: 'max' }) : fc.constant([]),
  });
}
