import { createHash, timingSafeEqual } from 'node:crypto';
import { getOperationAST, GraphQLError, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import { ownCode } from './mask-error.ts';
import type { Metrics } from './metrics.ts';
import { operationHash } from './operation-hash.ts';

type ServerContext = Context & { readonly params?: { readonly query?: string | null } };

/** Counts what is answered, and shows the counts at `/metrics` to whoever has the token; without one, to everybody. */
export const useMetrics = (metrics: Metrics, token: string | undefined): Plugin<Context> => ({
  async onRequest({ request, url, fetchAPI: { Response }, endResponse }) {
    if (url.pathname !== '/metrics') return;
    if (token !== undefined && !isSame(request.headers.get('authorization') ?? '', `Bearer ${token}`)) {
      endResponse(new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer' } }));
      return;
    }
    const { contentType, text } = await metrics.text();
    endResponse(new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } }));
  },
  onExecute({ args }) {
    const started = performance.now();
    return {
      onExecuteDone() {
        const { viewer, database, params } = args.contextValue as ServerContext;
        metrics.operation({
          type: getOperationAST(args.document, args.operationName)?.operation ?? OperationTypeNode.QUERY,
          hash: operationHash(params?.query ?? ''),
          viewer: viewer.kind,
          seconds: (performance.now() - started) / 1_000,
          statements: database.statements,
          rows: database.rows,
        });
      },
    };
  },
  onResultProcess({ result }) {
    const errors = 'errors' in result ? (result.errors ?? []) : [];
    for (const error of errors) if (error instanceof GraphQLError) metrics.error(ownCode(error));
  },
  onResponse({ response }) {
    metrics.response(response.status);
  },
});

/** Takes the same time wherever the two differ, and whatever their lengths. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}
