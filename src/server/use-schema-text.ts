import type { Plugin } from 'graphql-yoga';
import { viewerOf } from '../auth/identify.ts';
import { apiText } from '../graphql/api-text.ts';
import type { IdentityOf } from './identity-of.ts';
import type { Platform } from './platform.ts';

interface Options {
  readonly development: boolean;
  readonly identityOf: IdentityOf;
}

/** `/-/schema.graphql`: the API as text, in development for everybody, else for who has the right `schema:read`. */
export const useSchemaText = (platform: Platform, { development, identityOf }: Options): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/-/schema.graphql') return;
    const identity = development ? null : await identityOf(request);
    if (!development && !(identity && platform.database.as(viewerOf(identity)).policy.has('schema:read'))) return;
    const headers = { 'content-type': 'text/plain; charset=utf-8', vary: 'authorization, cookie' };
    endResponse(new fetchAPI.Response(apiText(platform.api), { headers }));
  },
});
