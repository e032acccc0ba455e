import type { Plugin } from 'graphql-yoga';
import { apiText } from '../graphql/api-text.ts';
import type { ApiShownTo } from './visible-apis.ts';

/** `/-/schema.graphql`: the API as text, of what whoever asks may use. */
export const useSchemaText = (apiShownTo: ApiShownTo): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/-/schema.graphql') return;
    const api = await apiShownTo(request);
    if (!api) return;
    const headers = { 'content-type': 'text/plain; charset=utf-8', vary: 'authorization, cookie' };
    endResponse(new fetchAPI.Response(apiText(api), { headers }));
  },
});
