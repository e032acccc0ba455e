import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { PergolaError } from '../errors.ts';
import { errorResponse } from './error-response.ts';
import { requestIdOf } from './use-request-id.ts';

const unexpected = new PergolaError('INTERNAL', 'Something went wrong on our side.', '');

/**
 * A plugin whose hooks around a request fail without telling anybody why. What would leave one otherwise is answered by
 * the library below Yoga, with the stack as the body: paths, and whatever the message of a driver's error says.
 */
export function guardedPlugin<P extends Plugin>(plugin: P, logger: Logger): P {
  const { onRequest, onResponse } = plugin;
  const refusal = (request: Request, err: unknown, fetchAPI: Parameters<typeof errorResponse>[0]) => {
    logger.error({ err, requestId: requestIdOf(request) }, 'unexpected error');
    return errorResponse(fetchAPI, unexpected, { status: 500 });
  };
  return {
    ...plugin,
    ...(onRequest && {
      async onRequest(payload: Parameters<typeof onRequest>[0]) {
        try {
          await onRequest(payload);
        } catch (error) {
          payload.endResponse(refusal(payload.request, error, payload.fetchAPI));
        }
      },
    }),
    ...(onResponse && {
      async onResponse(payload: Parameters<typeof onResponse>[0]) {
        try {
          await onResponse(payload);
        } catch (error) {
          payload.setResponse(refusal(payload.request, error, payload.fetchAPI));
        }
      },
    }),
  };
}
