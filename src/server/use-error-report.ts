import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { inOrder } from './error-order.ts';
import { ownCode } from './mask-error.ts';
import { requestIdOf } from './use-request-id.ts';

/**
 * The last look at every error of an answer: each has a code of ours, also those of parsing and validating, which no
 * mask has seen; what nobody expected is logged whole, and the caller gets the number under which it stands there. What
 * the database or its disk said is for the log alone.
 */
export const useErrorReport = (logger: Logger): Plugin => ({
  onExecutionResult({ result, setResult }) {
    if (!result || Symbol.asyncIterator in result || !result.errors) return;
    setResult({ ...result, errors: inOrder(result) });
  },
  onResultProcess({ request, result }) {
    const errors = 'errors' in result ? (result.errors ?? []) : [];
    for (const error of errors) {
      if (!(error instanceof GraphQLError)) continue;
      const code = ownCode(error);
      error.extensions['code'] = code;
      const { originalError: err, path } = error;
      const requestId = requestIdOf(request);
      if (code === 'INTERNAL') {
        error.extensions['requestId'] = requestId;
        logger.error({ err, path, requestId }, 'unexpected error');
      } else if (code === 'DATABASE_UNAVAILABLE' && err) logger.warn({ err, path, requestId }, 'the database failed');
    }
  },
});
