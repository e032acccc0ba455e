import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { apiText } from '../graphql/api-text.ts';

/** `/-/schema.graphql`: the API as text, in development. */
export const useSchemaText = (api: GraphQLSchema, development: boolean): Plugin => ({
  onRequest({ url, fetchAPI, endResponse }) {
    if (!development || url.pathname !== '/-/schema.graphql') return;
    endResponse(new fetchAPI.Response(apiText(api), { headers: { 'content-type': 'text/plain; charset=utf-8' } }));
  },
});
