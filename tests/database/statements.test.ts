/** How many statements an operation costs: one for each field at its root, whatever is nested below. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byEngine } from '../support/requirements.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const tooDeep = ['TOO_DEEP'];
const tooDeepOrNot = byEngine('a statement of servers nests deeper than one of SQLite', {
  sqlite: [tooDeep],
  mysql: [tooDeep, undefined],
  postgresql: [tooDeep, undefined],
});

const deep = `{ surveys { totalCount pageInfo { hasNextPage } nodes { title organization { name memberships { nodes { role user { name } } } }
  sites(orderBy: [{ name: asc }]) { totalCount nodes { name city { name country { name languages { nodes { name } } } }
    newest: observations(first: 1, orderBy: [{ measuredAt: desc }]) { nodes { value author { name } tags { nodes { slug } } } }
    oldest: observations(first: 1, orderBy: [{ measuredAt: asc }]) { nodes { value comments { nodes { body author { name } } } } }
    published: observations(where: { status: { equals: PUBLISHED } }) { totalCount }
  } } } } }`;

describe('a query', () => {
  it.each([
    ['a list with its number and pages', '{ tags { totalCount pageInfo { hasNextPage } nodes { slug } } }', 1],
    ['seven relations deep, with aliases', deep, 1],
    ['a row', '{ tag(where: { slug: "rain" }) { label observations { nodes { id site { name } } } } }', 1],
    ['a node', '{ node(id: "VGFnOlsicmFpbiJd") { ... on Tag { label observations { totalCount } } } }', 1],
    ['three fields at the root', '{ a: tags { totalCount } b: tags { totalCount } surveys { totalCount } }', 3],
    ['the types only', '{ __schema { queryType { name } } __typename }', 0],
    ['the viewer', '{ viewer { kind } }', 0],
  ])('costs one statement for each field at its root: %s', async (_, document, expected) => {
    for (const name of ['guest', 'alice', 'rev', 'root'] as const) {
      const viewer = platform.as(name);
      const { errors } = await viewer.run(document);
      expect([name, errors, viewer.statements]).toEqual([name, undefined, expected]);
    }
  });

  it('costs as many for many rows as for few', async () => {
    const viewer = platform.as('root');
    const counts: number[] = [];
    for (const first of [1, 2, 100]) {
      await viewer.run(
        `{ observations(first: ${first}) { nodes { author { observations(first: ${first}) { nodes { tags { nodes { slug } } } } } } } }`,
      );
      counts.push(viewer.statements);
    }
    expect(counts).toEqual([1, 1, 1]);
  });

  it('answers a deep selection in a bounded number of statements, and in full', async () => {
    const nest = (depth: number): string =>
      depth === 0
        ? '{ id }'
        : `{ id corrects ${nest(depth - 1)} corrections { nodes ${depth > 1 ? nest(depth - 2) : '{ id }'} } }`;
    const root = platform.as('root');
    const { data, errors } = await root.run<{ observation: { corrects: { corrections: object } } }>(
      `{ observation(where: { id: "a-open-published" }) ${nest(9)} }`,
    );
    expect(errors).toBe(undefined);
    expect(data.observation.corrects).toMatchObject({
      id: 'a-closed-published',
      corrections: { nodes: [{ id: 'a-open-published', corrects: { id: 'a-closed-published' } }] },
    });
    expect(root.statements).toBeLessThanOrEqual(6);
  });
});

describe('a selection or a filter beyond what one operation may hold', () => {
  it.each([
    ['relations', `{ observations { nodes ${'{ corrects '.repeat(13)} { id } ${'}'.repeat(13)} } }`],
    ['conditions', `{ observations(where: { OR: [${'{ unit: { equals: "x" } }'.repeat(501)}] }) { totalCount } }`],
    ['terms of an order', `{ observations(orderBy: [${'{ unit: asc }'.repeat(21)}]) { totalCount } }`],
  ])('is refused by its own words, and asks nothing: %s', async (_, document) => {
    const viewer = platform.as('alice');
    const { errors } = await viewer.run(document);
    expect(errors).toEqual([expect.objectContaining({ code: 'BAD_INPUT' })]);
    expect(viewer.statements).toBe(0);
  });

  it.each([
    [
      'side by side',
      (length: number) =>
        `{ site: { is: { AND: [${'{ observations: { some: { unit: { equals: "x" } } } }'.repeat(length)}] } } }`,
    ],
    [
      'one in the other',
      (length: number) => `${'{ corrects: { is: '.repeat(length)}{ unit: { equals: "x" } }${'} }'.repeat(length)}`,
    ],
  ])('is answered or refused, never a failure of ours: a filter over many relations, %s', async (_, whereOf) => {
    for (const length of [10, 40, 70, 200]) {
      for (const name of ['guest', 'alice', 'root'] as const) {
        const document = `{ observations(where: ${whereOf(length)}) { totalCount } }`;
        const { data, errors } = await platform.as(name).run<{ observations: { totalCount: number } } | null>(document);
        expect(errors ? errors.map(({ code }) => code) : data?.observations.totalCount).toBeOneOf([0, ['TOO_DEEP']]);
      }
    }
  });

  it('is refused where one statement cannot hold it, in a nested list too', async () => {
    const depth = 30;
    const where = `${'{ corrects: { isNot: { OR: [{ unit: { equals: "y" } }, '.repeat(depth)}{ unit: { equals: "x" } }${' ] } } }'.repeat(depth)}`;
    const document = `{ surveys { nodes { sites { nodes { observations(where: ${where}) { totalCount } } } } } }`;
    const { errors } = await platform.as('alice').run(document);
    expect(errors?.map(({ code }) => code)).toBeOneOf(tooDeepOrNot);
  });
});
