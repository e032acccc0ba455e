import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { apiText } from '../graphql/api-text.ts';
import type { MaySeeDesign } from './platform-rights.ts';

/** `/-/schema.graphql`: the API as text, in development for everybody, else for who has the right `schema:read`. */
export const useSchemaText = (api: GraphQLSchema, maySeeDesign: MaySeeDesign): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/-/schema.graphql' || !(await maySeeDesign(request))) return;
    const headers = { 'content-type': 'text/plain; charset=utf-8', vary: 'authorization, cookie' };
    endResponse(new fetchAPI.Response(apiText(api), { headers }));
  },
});
