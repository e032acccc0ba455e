import type { Plugin } from 'graphql-yoga';
import type { Config } from '../config.ts';
import type { IdentityOf } from './identity-of.ts';

/**
 * Refuses requests that another site's page makes a browser send. JSON alone already forces browsers to ask first, and
 * CORS is off; this holds when either is loosened, and for signing somebody in to a foreign account.
 */
export const useSameOrigin = (
  { publicUrl, corsOrigins }: Pick<Config, 'publicUrl' | 'corsOrigins'>,
  identityOf: IdentityOf,
): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    const origin = request.headers.get('origin');
    if (origin === null || request.method === 'GET' || request.method === 'OPTIONS') return;
    const known = [url.origin, new URL(publicUrl).origin, ...corsOrigins];
    if (known.includes(origin)) return;
    // A page cannot know a token, and what it does with one it does in its own name. The header alone exempts nobody:
    // with one that is not valid, or none, what counts is the cookie that the browser adds.
    if (request.headers.get('authorization') !== null && (await identityOf(request)) !== null) return;
    const body = {
      errors: [
        { message: 'This origin may not call the API. Name it in CORS_ORIGINS.', extensions: { code: 'FORBIDDEN' } },
      ],
    };
    endResponse(fetchAPI.Response.json(body, { status: 403 }));
  },
});
