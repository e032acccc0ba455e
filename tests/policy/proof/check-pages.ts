import type { Difference } from './check-answer.ts';
import { documentOf } from './document.ts';
import { plainSelect, type ListText, type PageText } from './operation.ts';
import type { ViewerText } from './policy-text.ts';
import type { Service } from './service.ts';
import type { Shape } from './shape.ts';

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: object }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Undefined where it is refused. */
type Page = Connection | 'too deep' | undefined;

interface Body {
  readonly data: { readonly it: Connection } | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

export interface PagesOptions {
  readonly service: Service;
  readonly shape: Shape;
  /** How many rows on a page. */
  readonly size: number;
}

const maxPages = 120;
/** The longest page, which holds every row of a world. */
const wholeSize = 100;

/** P3: the pages of a list, one after the other and from either end, are the list. */
export async function checkPages(
  list: ListText,
  viewer: ViewerText,
  { service, shape, size }: PagesOptions,
): Promise<Difference | undefined> {
  const read = (page: PageText, cursor?: string) => readPage({ ...list, page }, cursor, viewer, { service, shape });
  const whole = await read({ backwards: false, size: wholeSize });
  if (!whole || whole === 'too deep') return undefined;
  for (const backwards of [false, true]) {
    const pages = await readPages(backwards, (cursor) => read({ backwards, size }, cursor));
    // What is after a place is a longer question than the whole.
    if (pages === 'too deep') return undefined;
    if (JSON.stringify(pages) !== JSON.stringify(whole.edges)) return { expected: whole.edges, actual: pages };
  }
  return undefined;
}

/** All edges, or what is wrong with a page. */
async function readPages(backwards: boolean, read: (cursor: string | undefined) => Promise<Page>) {
  const edges: Connection['edges'][number][] = [];
  let cursor: string | undefined;
  for (let count = 0; count < maxPages; count++) {
    const page = await read(cursor);
    if (!page) return 'a page was refused';
    if (page === 'too deep') return page;
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    const [more, before] = backwards ? [hasPreviousPage, hasNextPage] : [hasNextPage, hasPreviousPage];
    if (before !== (cursor !== undefined))
      return `page ${count} says that ${before ? 'something' : 'nothing'} is before it`;
    if (backwards) edges.unshift(...page.edges);
    else edges.push(...page.edges);
    if (!more) return edges;
    cursor = (backwards ? startCursor : endCursor) ?? undefined;
  }
  return 'there is no end of pages';
}

async function readPage(
  list: ListText,
  cursor: string | undefined,
  viewer: ViewerText,
  { service, shape }: Omit<PagesOptions, 'size'>,
): Promise<Page> {
  const asked: ListText = {
    ...list,
    // Whichever place: the cursor is given below.
    page: { ...list.page, ...(cursor !== undefined && { from: { viewer: 0, row: 0 } }) },
    parts: { rows: 'edges', total: false, info: true, cursors: true },
    select: plainSelect('nodeId'),
  };
  const { api, names } = service;
  const document = documentOf({ kind: 'list', list: asked }, { shape, api, names, cursor: () => cursor });
  const { text } = await service.ask(document, viewer);
  const { data, errors } = JSON.parse(text) as Body;
  return errors?.[0]?.extensions.code === 'TOO_DEEP' ? 'too deep' : data?.it;
}
