import * as fc from 'fast-check';
import {
  plainSelect,
  type FigureText,
  type GroupKeyText,
  type GroupOrderText,
  type IdText,
  type Operation,
  type OrderText,
} from '../operation.ts';
import type { WhereText } from '../policy-text.ts';
import { scalarIn, scalarsIn, type ModelShape } from '../shape.ts';
import { rowsOf, type Value, type World } from '../world.ts';
import type { HalfHidden } from './half-hidden.ts';
import { arbitraryLists, arbitraryPage, seldom } from './lists.ts';
import { arbitraryDirection, sortable } from './orders.ts';
import { arbitraryValue, keyValue } from './values.ts';

/** How deep rows nest in rows, and in the few operations that one statement may not hold. */
const depth = 4;
const greatDepth = 7;

/** Reads of every kind: one line each, by how often they are asked. */
export function arbitraryOperation(world: World, hidden: HalfHidden): fc.Arbitrary<Operation> {
  const lists = arbitraryLists(world.shape);
  const anyId = fc.oneof(...world.shape.models.map((model) => arbitraryId(model, world)));
  return fc.oneof(
    ...world.shape.models.map((model) =>
      fc.oneof(
        { weight: 16, arbitrary: lists.list(model, depth).map((list): Operation => ({ kind: 'list', list })) },
        { weight: 2, arbitrary: lists.list(model, greatDepth).map((list): Operation => ({ kind: 'list', list })) },
        { weight: 5, arbitrary: arbitraryOrdered(model, hidden[model.name]!, lists) },
        { weight: 4, arbitrary: arbitraryFiltered(model, world, hidden[model.name]!) },
        { weight: 5, arbitrary: arbitraryAggregate(model, lists) },
        { weight: 5, arbitrary: arbitraryGroups(model, hidden[model.name]!, lists) },
        ...momentsIn(model, hidden[model.name]!).map((arbitrary) => ({ weight: 5, arbitrary })),
        { weight: 2, arbitrary: arbitraryOne(model, world, lists) },
        { weight: 2, arbitrary: arbitraryNode(model, world, lists) },
        { weight: 1, arbitrary: arbitraryNodes(model, anyId, lists) },
      ),
    ),
  );
}

type Lists = ReturnType<typeof arbitraryLists>;

/** By a value that is hidden on some rows, mostly by what it is not: where it is hidden it is absent, and so not that. */
function arbitraryFiltered(model: ModelShape, { shape }: World, hidden: ReadonlySet<string>): fc.Arbitrary<Operation> {
  const own = scalarsIn(model).filter(({ type }) => type !== 'Json');
  const half = own.filter((it) => hidden.has(it.name));
  return fc.constantFrom(...(half.length > 0 ? half : own)).chain((field) => {
    const value = arbitraryValue(field, shape.enums);
    const few = fc.array(value, { minLength: 1, maxLength: 2 });
    const condition = fc.oneof(
      { weight: 2, arbitrary: value.map((it): WhereText => ({ [field.name]: { not: it } })) },
      { weight: 1, arbitrary: few.map((it): WhereText => ({ [field.name]: { notIn: it } })) },
      { weight: 2, arbitrary: value.map((it): WhereText => ({ NOT: { [field.name]: { equals: it } } })) },
      { weight: 1, arbitrary: value.map((it): WhereText => ({ [field.name]: { equals: it } })) },
    );
    return condition.map((where): Operation => {
      const parts = { rows: 'nodes', total: true, info: false, cursors: false } as const;
      const page = { backwards: false };
      return {
        kind: 'list',
        list: { model: model.name, where, page, parts, select: plainSelect('nodeId', field.name) },
      };
    });
  });
}

/** Places in an order by values that are hidden on some rows: what a cursor holds, and what pages may lose. */
function arbitraryOrdered(model: ModelShape, hidden: ReadonlySet<string>, lists: Lists): fc.Arbitrary<Operation> {
  const own = scalarsIn(model).filter(({ type }) => sortable.has(type));
  const half = own.filter(({ name }) => hidden.has(name));
  const term = fc
    .tuple(fc.constantFrom(...(half.length > 0 ? half : own)), arbitraryDirection)
    .map(([{ name }, direction]): OrderText => ({ path: [name], count: false, direction }));
  return fc
    .record({
      model: fc.constant(model.name),
      orderBy: fc.uniqueArray(term, { minLength: 1, maxLength: 2, selector: ({ path }) => path[0] }),
      where: seldom(lists.where(model.name, 1), 6),
      page: arbitraryPage(2),
      select: lists.select(model, 1),
    })
    .map(({ where, ...list }) => {
      const parts = { rows: 'edges', total: true, info: true, cursors: true } as const;
      return { kind: 'list', list: { ...list, ...(where && { where }), parts } };
    });
}

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

const timeUnits = ['day', 'week', 'month', 'quarter', 'year'] as const;
const isMoment = (type: string) => type === 'DateTime' || type === 'Date';

/** By the unit of a moment that is hidden on some rows: each of them goes a way of its own. */
function momentsIn(model: ModelShape, hidden: ReadonlySet<string>): fc.Arbitrary<Operation>[] {
  const half = scalarsIn(model).filter(({ name, type }) => isMoment(type) && hidden.has(name));
  return half.map(({ name: field }) =>
    fc.constantFrom(...timeUnits).map((unit): Operation => {
      return { kind: 'groups', model: model.name, by: [{ field, unit }], where: undefined, figures: [], orderBy: [] };
    }),
  );
}

/** By what is hidden on some rows more than by the rest. */
function arbitraryGroups(model: ModelShape, hidden: ReadonlySet<string>, lists: Lists): fc.Arbitrary<Operation> {
  const keys = scalarsIn(model).filter(({ type }) => type !== 'Json' && type !== 'Bytes');
  const half = keys.filter(({ name }) => hidden.has(name));
  const some = [keys, half].filter((them) => them.length > 0);
  const key = fc
    .tuple(fc.oneof(...some.map((them) => fc.constantFrom(...them))), fc.constantFrom(undefined, ...timeUnits))
    .map(([{ name, type }, unit]): GroupKeyText => ({
      field: name,
      ...(unit && isMoment(type) && { unit }),
    }));
  const figures = figuresOf(model);
  const extremes = figures.filter(({ name }) => name === 'min' || name === 'max');
  return fc
    .record({
      where: fc.option(lists.where(model.name, 1), { nil: undefined }),
      by: fc.uniqueArray(key, { minLength: 1, maxLength: 2, selector: ({ field }) => field }),
      figures: figures.length > 0 ? fc.uniqueArray(fc.constantFrom(...figures), { maxLength: 4 }) : fc.constant([]),
      atLeast: seldom(fc.integer({ min: 1, max: 3 }), 4),
      present: seldom(fc.record({ field: fc.constantFrom(...keys).map(({ name }) => name), atLeast: fc.nat(2) }), 3),
      first: seldom(fc.integer({ min: 1, max: 3 }), 3),
    })
    .chain((groups) => {
      const terms = fc.oneof(
        fc.constant({ by: 'count' as const }),
        fc.constantFrom(...groups.by).map(({ field }) => ({ by: 'key' as const, field })),
        ...(extremes.length > 0
          ? [fc.constantFrom(...extremes).map(({ name, field }) => ({ by: name as 'min' | 'max', field }))]
          : []),
      );
      const term = fc.tuple(terms, arbitraryDirection).map(([it, direction]): GroupOrderText => ({ ...it, direction }));
      return fc.array(term, { maxLength: 2 }).map((orderBy): Operation => {
        const { atLeast, present, first, ...rest } = groups;
        const having = { ...(atLeast !== undefined && { atLeast }), ...(present && { present }) };
        return {
          kind: 'groups',
          model: model.name,
          ...rest,
          ...having,
          ...(first !== undefined && { first }),
          orderBy,
        };
      });
    });
}

function figuresOf(model: ModelShape): FigureText[] {
  return scalarsIn(model).flatMap(({ name: field, type }): FigureText[] => {
    if (numbers.includes(type)) return (['sum', 'avg', 'min', 'max'] as const).map((name) => ({ name, field }));
    const isComparable = ['String', 'DateTime', 'Date'].includes(type);
    return isComparable ? (['min', 'max'] as const).map((name) => ({ name, field })) : [];
  });
}

function arbitraryAggregate(model: ModelShape, lists: Lists): fc.Arbitrary<Operation> {
  const figures = figuresOf(model);
  return fc.record({
    kind: fc.constant('aggregate' as const),
    model: fc.constant(model.name),
    where: fc.option(lists.where(model.name, 2), { nil: undefined }),
    figures:
      figures.length > 0 ? fc.uniqueArray(fc.constantFrom(...figures), { maxLength: 9, size: 'max' }) : fc.constant([]),
  });
}
