import type { CallOptions, Connection } from './connect.ts';
import type { Operation } from './operation.ts';

export type Run = Connection['run'];

/** Variables may be left out where none is required. */
type Arguments<Variables> =
  Partial<Variables> extends Variables
    ? [variables?: Variables, options?: CallOptions]
    : [variables: Variables, options?: CallOptions];

export const bind =
  <Data, Variables>(run: Run, operation: Operation<Data, Variables>) =>
  (...[variables, options]: Arguments<Variables>): Promise<Data> =>
    run(operation, variables, options);

/** How a client calls an operation. Written out in types: what a compiler infers for a hundred models, it cannot write. */
export type Call<Called> =
  Called extends Operation<infer Data, infer Variables> ? (...rest: Arguments<Variables>) => Promise<Data> : never;

/** How a client goes through the pages of an operation. */
export type Pages<Called> =
  Called extends Operation<Page<infer Row>, infer Variables>
    ? (
        variables?: Omit<Variables, 'after' | 'before' | 'last'>,
        options?: CallOptions,
      ) => AsyncGenerator<Row, void, undefined>
    : never;

interface Page<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Every row, page by page: `first` is the size of a page. The next page is asked for when the last row of one is taken. */
export const pagesOf = <Row, Variables extends { readonly after?: string | null | undefined }>(
  run: Run,
  operation: Operation<Page<Row>, Variables>,
) =>
  async function* all(
    variables?: Omit<Variables, 'after' | 'before' | 'last'>,
    options?: CallOptions,
  ): AsyncGenerator<Row, void, undefined> {
    let after: string | null | undefined;
    for (;;) {
      const page: Page<Row> = await run(
        operation,
        { first: 100, ...variables, after } as unknown as Variables,
        options,
      );
      yield* page.nodes;
      if (!page.pageInfo.hasNextPage) return;
      after = page.pageInfo.endCursor;
    }
  };
