import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { PergolaError } from '../errors.ts';
import type { IdentityOf } from './identity-of.ts';
import { errorResponse } from './error-response.ts';
import { requestIdOf } from './use-request-id.ts';

/**
 * Credentials in the `Authorization` header that are not valid end the request, with one answer to the letter whatever
 * is wrong with them: expired, revoked, misspelt, of another place. (RFC 6750, section 3.)
 */
export const useIdentity = (identityOf: IdentityOf, logger: Logger): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (request.headers.get('authorization') === null) return;
    // `/metrics` has a token of its own.
    if (url.pathname !== '/graphql' && !url.pathname.startsWith('/-/')) return;
    try {
      if ((await identityOf(request)) !== null) return;
      // Not a word of what was sent: it may be a secret with a letter missing.
      logger.info({ requestId: requestIdOf(request) }, 'credentials refused');
      endResponse(
        errorResponse(fetchAPI, unauthenticated(), { status: 401, headers: { 'www-authenticate': 'Bearer' } }),
      );
    } catch (error) {
      if (!(error instanceof PergolaError)) throw error;
      logger.warn({ err: error.cause }, error.fact);
      endResponse(errorResponse(fetchAPI, error, { status: 503, headers: { 'retry-after': '1' } }));
    }
  },
});

const unauthenticated = () =>
  new PergolaError(
    'UNAUTHENTICATED',
    'The credentials in the Authorization header are not valid.',
    'Sign in again, or make a new token.',
  );
