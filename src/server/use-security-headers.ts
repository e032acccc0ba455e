import type { Plugin } from 'graphql-yoga';
import type { Config } from '../config.ts';

/** What every answer says to a browser. Pages set a policy of their own, with a nonce. */
export function useSecurityHeaders({ publicUrl }: Pick<Config, 'publicUrl'>): Plugin {
  const encrypted = new URL(publicUrl).protocol === 'https:';
  return {
    onResponse({ response }) {
      response.headers.set('x-content-type-options', 'nosniff');
      response.headers.set('referrer-policy', 'no-referrer');
      response.headers.set('cross-origin-resource-policy', 'same-origin');
      // Of this host only: what lies below it may be somebody else's, and not encrypted.
      if (encrypted) response.headers.set('strict-transport-security', 'max-age=31536000');
      if (!response.headers.has('content-security-policy')) {
        response.headers.set(
          'content-security-policy',
          "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        );
      }
    },
  };
}
