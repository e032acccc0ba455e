import type { Plugin } from 'graphql-yoga';
import { apiText } from '../graphql/api-text.ts';
import { mayReadSchema, type SchemaReaders } from './may-read-schema.ts';
import type { Platform } from './platform.ts';

/** `/-/schema.graphql`: the API as text, in development for everybody, else for who has the right `schema:read`. */
export const useSchemaText = (platform: Platform, readers: SchemaReaders): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/-/schema.graphql') return;
    if (!(await mayReadSchema(request, platform, readers))) return;
    const headers = { 'content-type': 'text/plain; charset=utf-8', vary: 'authorization, cookie' };
    endResponse(new fetchAPI.Response(apiText(platform.api), { headers }));
  },
});
