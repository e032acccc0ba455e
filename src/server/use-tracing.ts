import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import { maskError, ownCode } from './mask-error.ts';
import { operationHash } from './operation-hash.ts';
import type { Tracing } from './tracing.ts';
import { requestIdOf } from './use-request-id.ts';

type ServerContext = Context & { readonly params?: { readonly query?: string | null } };

/** A span for each request and for each operation in it; the database adds its own below them. */
export const useTracing = (tracing: Tracing): Plugin<Context> => ({
  instrumentation: {
    request: ({ request }, run) => tracing.request(request, run),
    execute: (_, run) => tracing.operation(run),
  },
  onExecute({ args }) {
    // What Yoga adds to our own context.
    const { viewer, database, params } = args.contextValue as ServerContext;
    const operation = getOperationAST(args.document, args.operationName);
    tracing.note({
      'graphql.operation.type': operation?.operation ?? 'query',
      'graphql.operation.name': operation?.name?.value.slice(0, 100) ?? '',
      'pergola.document': operationHash(params?.query ?? ''),
      'pergola.viewer': viewer.kind,
    });
    return {
      onExecuteDone({ result }) {
        tracing.note({ 'pergola.statements': database.statements, 'pergola.rows': database.rows });
        const [error] = 'errors' in result ? (result.errors ?? []) : [];
        if (error === undefined) return;
        const code = ownCode(maskError(error));
        tracing.failed(code, code === 'INTERNAL');
      },
    };
  },
  onResponse({ request, response }) {
    tracing.note({ 'http.response.status_code': response.status, 'pergola.request_id': requestIdOf(request) });
    if (response.status >= 500) tracing.failed(String(response.status), true);
  },
});
