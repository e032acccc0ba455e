import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { requestIdOf } from './use-request-id.ts';

/** Logs what nobody expected, whole, and gives the caller the number under which it stands in the log. */
export const useErrorReport = (logger: Logger): Plugin => ({
  onResultProcess({ request, result }) {
    const errors = 'errors' in result ? (result.errors ?? []) : [];
    for (const error of errors) {
      if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'INTERNAL') continue;
      const requestId = requestIdOf(request);
      error.extensions['requestId'] = requestId;
      logger.error({ err: error.originalError, path: error.path, requestId }, 'unexpected error');
    }
  },
});
