import { documentOf } from './document.ts';
import type { ListText, PageText } from './operation.ts';
import type { ViewerText } from './policy-text.ts';
import type { Service } from './service.ts';
import type { Shape } from './shape.ts';

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: object }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

const maxPages = 120;

/** P3: the pages of a list, one after the other and from either end, are the list. Gives what is wrong. */
export async function checkPages(
  list: ListText,
  viewer: ViewerText,
  { service, shape, size }: { service: Service; shape: Shape; size: number },
) {
  const { api, names } = service;
  const read = async (page: PageText, cursor?: string): Promise<Connection | undefined> => {
    const parts = { rows: 'edges', total: false, info: true, cursors: true } as const;
    const from = { viewer: 0, row: 0 };
    const whole: ListText = {
      ...list,
      page: { ...page, ...(cursor !== undefined && { from }) },
      parts,
      select: { fields: ['nodeId'], relations: [], fragment: false },
    };
    const { data } = await service.ask(
      documentOf({ kind: 'list', list: whole }, { shape, api, names, cursor: () => cursor }),
      viewer,
    );
    return (data as { it: Connection } | null)?.it;
  };
  const pagesOf = async (backwards: boolean) => {
    const edges: Connection['edges'][number][] = [];
    let cursor: string | undefined;
    for (let count = 0; count < maxPages; count++) {
      const page = await read({ backwards, size }, cursor);
      if (!page) return 'a page was refused';
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
  };
  const whole = await read({ backwards: false, size: 100 });
  if (!whole) return undefined;
  for (const backwards of [false, true]) {
    const pages = await pagesOf(backwards);
    if (JSON.stringify(pages) !== JSON.stringify(whole.edges))
      return { expected: whole.edges, actual: pages, backwards };
  }
  return undefined;
}
