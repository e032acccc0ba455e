/** Reads a list page by page, from either end. */
import { expect } from 'vitest';
import type { Answer, TestViewer } from './platform.ts';

export interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Readonly<Record<string, unknown>> }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

export interface PagedList {
  /** The operation, given the arguments and the selection of the list: `(args, page) => \`{ tags(${args}) ${page} }\``. */
  readonly document: (args: string, page: string) => string;
  /** The list's own name in the API, for the type of its orders: `Observation`. */
  readonly type: string;
  /** Finds the list in what the operation answers. */
  readonly find: (data: never) => Page;
  readonly orderBy?: readonly unknown[];
  readonly size: number;
  readonly backwards: boolean;
}

const selection =
  '{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id: ID } } }';

/** All pages, in the order in which they were read. `key` is the field that tells the rows apart. */
export async function pagesOf(
  viewer: TestViewer,
  { document, type, find, orderBy = [], size, backwards }: PagedList,
  key = 'id',
): Promise<Page[]> {
  const [count, place] = backwards ? ['last', 'before'] : ['first', 'after'];
  const text = `query ($orderBy: [${type}OrderBy!], $cursor: String, $size: Int) ${document(
    `orderBy: $orderBy, ${count}: $size, ${place}: $cursor`,
    selection.replace('ID', key),
  )}`;
  const pages: Page[] = [];
  for (let cursor: string | null = null; ;) {
    const answer: Answer<never> = await viewer.run<never>(text, { orderBy, size, cursor });
    expect(answer.errors).toBe(undefined);
    const page = find(answer.data);
    pages.push(page);
    expect([page.pageInfo.startCursor, page.pageInfo.endCursor]).toEqual([
      page.edges.at(0)?.cursor ?? null,
      page.edges.at(-1)?.cursor ?? null,
    ]);
    const more = backwards ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage;
    if (!more) return pages;
    expect(page.edges).toHaveLength(size);
    cursor = backwards ? page.pageInfo.startCursor : page.pageInfo.endCursor;
    if (pages.length > 1000) throw new Error('The pages have no end.');
  }
}

/** What pages say together, in the order of the list: compare it with `wholeList`. */
export function wholeOf(pages: readonly Page[], backwards: boolean) {
  const inOrder = backwards ? pages.toReversed() : pages;
  return {
    ids: inOrder.flatMap(({ edges }) => edges.map(({ node }) => node['id'])),
    totals: [...new Set(pages.map(({ totalCount }) => totalCount))],
    previous: inOrder.map(({ pageInfo }) => pageInfo.hasPreviousPage),
    next: inOrder.map(({ pageInfo }) => pageInfo.hasNextPage),
  };
}

/** These rows on so many pages: every page but the outermost has neighbours on both sides, and says so. */
export function wholeList(ids: readonly unknown[], pages: number) {
  const places = Array.from({ length: pages }, (_, at) => at);
  return {
    ids,
    totals: [ids.length],
    previous: places.map((at) => at > 0),
    next: places.map((at) => at < pages - 1),
  };
}
