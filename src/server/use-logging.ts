import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../graphql/context.ts';
import { requestIdOf } from './use-request-id.ts';

/** One line for each operation: who, what, how long, how many statements. No values of the caller's. */
export function useLogging(logger: Logger): Plugin<Context> {
  return {
    onExecute({ args }) {
      const started = performance.now();
      return {
        onExecuteDone() {
          if (!logger.isLevelEnabled('info')) return;
          const { viewer, database, request } = args.contextValue as Context & { request: Request };
          logger.info(
            {
              requestId: requestIdOf(request),
              operation: args.operationName?.slice(0, 100) ?? null,
              viewer: viewer.kind,
              milliseconds: Math.round(performance.now() - started),
              statements: database.statements,
            },
            'operation',
          );
        },
      };
    },
  };
}
