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
      onRequest: (payload: Parameters<typeof onRequest>[0]) =>
        caught(
          () => onRequest(payload),
          (error) => payload.endResponse(refusal(payload.request, error, payload.fetchAPI)),
        ),
    }),
    ...(onResponse && {
      onResponse: (payload: Parameters<typeof onResponse>[0]) =>
        caught(
          () => onResponse(payload),
          (error) => payload.setResponse(refusal(payload.request, error, payload.fetchAPI)),
        ),
    }),
  };
}

/** What is done at once stays so: promises for forty hooks are felt in a small request. */
function caught(act: () => unknown, refuse: (error: unknown) => void): Promise<unknown> | undefined {
  try {
    const result = act();
    return result instanceof Promise ? result.catch(refuse) : undefined;
  } catch (error) {
    refuse(error);
    return undefined;
  }
}

/** A plugin that answers at addresses of its own: what is asked of the API does not go through it. */
export function besideApi<P extends Plugin>(plugin: P): P {
  const { onRequest } = plugin;
  if (!onRequest) return plugin;
  return {
    ...plugin,
    onRequest: (payload: Parameters<typeof onRequest>[0]) =>
      payload.url.pathname === '/graphql' ? undefined : onRequest(payload),
  };
}
