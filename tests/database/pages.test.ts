/** Pages by key: whatever the order, forward and backward, together they are the whole list. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compare,
  insertRows,
  makeRows,
  naiveWorld,
  relations,
  type ModelName,
  type NaiveRow,
} from '../support/naive-world.ts';
import { pagesOf, wholeList, wholeOf, type Page } from '../support/pages.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { aliceRules, strictPolicies } from '../support/strict-policies.ts';

const rows = makeRows();
const worlds = { root: naiveWorld(rows), alice: naiveWorld(rows, aliceRules) };

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform({ policies: strictPolicies, fill: (client) => insertRows(client, rows) });
});
afterAll(() => platform[Symbol.asyncDispose]());

/** One term of an order: `site.name`, `comments#` for their number. */
const fields = [
  'quantity',
  'unit',
  'value',
  'measuredAt',
  'status',
  'internalNote',
  'serialNumber',
  'siteId',
  'correctsId',
];
const related = [
  'site.name',
  'site.elevationMeters',
  'corrects.internalNote',
  'corrects.unit',
  'corrects.site.name',
  'corrects.corrects.value',
];
const counts = ['comments#', 'tags#', 'corrections#', 'site.observations#', 'corrects.comments#'];

interface Term {
  readonly by: string;
  readonly direction: 'asc' | 'desc';
}

const orders: fc.Arbitrary<Term[]> = fc.array(
  fc.record({ by: fc.constantFrom(...fields, ...related, ...counts), direction: fc.constantFrom('asc', 'desc') }),
  { maxLength: 4 },
);

const toOrderBy = (terms: readonly Term[]): unknown[] =>
  terms.map(({ by, direction }) =>
    by.split('.').reduceRight<object | string>((inner, name) => {
      return name.endsWith('#') ? { [name.slice(0, -1)]: { _count: inner } } : { [name]: inner };
    }, direction),
  );

function naiveOrder(terms: readonly Term[], world: (typeof worlds)['root']): unknown[] {
  const valueOf = (row: NaiveRow, model: ModelName, [name = '', ...rest]: readonly string[]): unknown => {
    if (name.endsWith('#')) return world.related(model, name.slice(0, -1), row).length;
    if (rest.length === 0) return world.value(model, name, row);
    const [other] = world.related(model, name, row);
    return other === undefined ? null : valueOf(other, relations[model][name]!.target, rest);
  };
  // The tie is broken by the key, in the direction of the last term.
  const all = [...terms, { by: 'id', direction: terms.at(-1)?.direction ?? 'asc' }];
  const keys = all.map(({ by, direction }) => ({ path: by.split('.'), sign: direction === 'asc' ? 1 : -1 }));
  return world
    .list('Observation')
    .map((row) => ({ row, values: keys.map(({ path }) => valueOf(row, 'Observation', path)) }))
    .toSorted((a, b) => keys.reduce((found, { sign }, at) => found || sign * compare(a.values[at], b.values[at]), 0))
    .map(({ row }) => row.id);
}

describe.each(['root', 'alice'] as const)('the pages of a list, for %s', (name) => {
  it('are together the whole list, in its order, from either end', async () => {
    const viewer = platform.as(name);
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 9, max: 100 }), fc.boolean(), async (terms, size, backwards) => {
        const pages = await pagesOf(viewer, {
          type: 'Observation',
          document: (args, page) => `{ observations(${args}) ${page} }`,
          find: ({ observations }: { observations: Page }) => observations,
          orderBy: toOrderBy(terms),
          size,
          backwards,
        });
        expect(wholeOf(pages, backwards)).toEqual(wholeList(naiveOrder(terms, worlds[name]), pages.length));
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('are so under a row, and over a table between, too', async () => {
    const viewer = platform.as(name);
    const world = worlds[name];
    const parents = [
      ...world.list('Site').map(({ id }) => ({ model: 'Site' as const, where: `{ id: "${id}" }`, id })),
      ...world.list('Tag').map(({ id }) => ({ model: 'Tag' as const, where: `{ slug: "${id}" }`, id })),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...parents),
        orders,
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        async ({ model, where, id }, terms, size, backwards) => {
          const pages = await pagesOf(viewer, {
            type: 'Observation',
            document: (args, page) =>
              `{ row: ${model.toLowerCase()}(where: ${where}) { observations(${args}) ${page} } }`,
            find: ({ row }: { row: { observations: Page } }) => row.observations,
            orderBy: toOrderBy(terms),
            size,
            backwards,
          });
          const inside = new Set<unknown>(
            world
              .related(
                model,
                'observations',
                rows[model].find((row) => row.id === id)!,
              )
              .map((row) => row.id),
          );
          expect(wholeOf(pages, backwards)).toEqual(
            wholeList(
              naiveOrder(terms, world).filter((one) => inside.has(one)),
              pages.length,
            ),
          );
        },
      ),
      { numRuns: 60, seed: 8 },
    );
  });
});

describe('a nested list', () => {
  it('has pages of its own under every parent, from the same statement', async () => {
    const alice = platform.as('alice');
    const { data } = await alice.run<{ sites: { nodes: { id: string; observations: Page }[] } }>(`{
      sites(first: 100) { nodes { id observations(first: 2, orderBy: [{ value: desc }]) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }
      } } }
    }`);
    expect(alice.statements).toBe(1);
    const order = naiveOrder([{ by: 'value', direction: 'desc' }], worlds.alice);
    const { list, related: through } = worlds.alice;
    const whole = list('Site').map((site) => {
      const inside = new Set(through('Site', 'observations', site).map(({ id }) => id));
      return { id: site.id, observations: order.filter((id) => inside.has(id as string)) };
    });
    const found = data.sites.nodes.map(({ id, observations: { edges, totalCount, pageInfo } }) => ({
      id,
      totalCount,
      more: pageInfo.hasNextPage,
      observations: edges.map(({ node }) => node['id']),
    }));
    const expected = whole.map(({ id, observations }) => ({
      id,
      totalCount: observations.length,
      more: observations.length > 2,
      observations: observations.slice(0, 2),
    }));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(found.toSorted(byId)).toEqual(expected.toSorted(byId));
  });
});
