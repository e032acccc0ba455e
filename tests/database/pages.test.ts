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
import { openTestPlatform, type Answer, type TestPlatform, type TestViewer } from '../support/platform.ts';
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

interface Page {
  observations: {
    edges: { cursor: string; node: { id: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    totalCount: number;
  };
}

/** All pages in one direction, from the end that it starts at. */
async function pagesOf(
  viewer: TestViewer,
  orderBy: readonly unknown[],
  size: number,
  backwards: boolean,
): Promise<Page['observations'][]> {
  const [count, place, declared] = backwards ? ['last', 'before', '$before'] : ['first', 'after', '$after'];
  const document = `query ($orderBy: [ObservationOrderBy!], ${declared}: String, $size: Int) {
    observations(orderBy: $orderBy, ${count}: $size, ${place}: ${declared}) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }
    }
  }`;
  const pages: Page['observations'][] = [];
  for (let cursor: string | null = null; ;) {
    const answer: Answer<Page> = await viewer.run<Page>(document, { orderBy, size, [place]: cursor });
    expect(answer.errors).toBe(undefined);
    const page: Page['observations'] = answer.data.observations;
    pages.push(page);
    expect([page.pageInfo.startCursor, page.pageInfo.endCursor]).toEqual([
      page.edges.at(0)?.cursor,
      page.edges.at(-1)?.cursor,
    ]);
    const more = backwards ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage;
    if (!more) return pages;
    expect(page.edges).toHaveLength(size);
    cursor = backwards ? page.pageInfo.startCursor : page.pageInfo.endCursor;
    if (pages.length > rows.Observation.length) throw new Error('The pages have no end.');
  }
}

describe.each(['root', 'alice'] as const)('the pages of a list, for %s', (name) => {
  it('are together the whole list, in its order, from either end', async () => {
    const viewer = platform.as(name);
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 9, max: 100 }), fc.boolean(), async (terms, size, backwards) => {
        const expected = naiveOrder(terms, worlds[name]);
        const pages = await pagesOf(viewer, toOrderBy(terms), size, backwards);
        const inOrder = backwards ? pages.toReversed() : pages;
        expect(inOrder.flatMap(({ edges }) => edges.map(({ node }) => node.id))).toEqual(expected);
        expect(new Set(pages.map(({ totalCount }) => totalCount))).toEqual(new Set([expected.length]));
        // Every page but the outermost has neighbours on both sides, and says so.
        expect(inOrder.map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual(inOrder.map((_, at) => at > 0));
        expect(inOrder.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual(
          inOrder.map((_, at) => at < inOrder.length - 1),
        );
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});

describe('a nested list', () => {
  it('has pages of its own under every parent, from the same statement', async () => {
    const alice = platform.as('alice');
    const { data } = await alice.run<{ sites: { nodes: { id: string; observations: Page['observations'] }[] } }>(`{
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
      observations: edges.map(({ node }) => node.id),
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
