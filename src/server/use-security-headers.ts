import type { Plugin } from 'graphql-yoga';

/** What every answer says to a browser. Pages set a policy of their own, with a nonce. */
export const useSecurityHeaders = (): Plugin => ({
  onResponse({ response }) {
    response.headers.set('x-content-type-options', 'nosniff');
    response.headers.set('referrer-policy', 'no-referrer');
    response.headers.set('cross-origin-resource-policy', 'same-origin');
    if (!response.headers.has('content-security-policy')) {
      response.headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    }
  },
});
