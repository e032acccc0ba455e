import type { Plugin } from 'graphql-yoga';
import type { Personas } from '../policy/persona.ts';

/** `GET /graphql` for a browser: GraphiQL from the package registry's own files, with a bar for signing in. */
export const useGraphiQL = (personas: Personas): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    if (url.pathname !== '/graphql' || request.method !== 'GET') return;
    if (!request.headers.get('accept')?.includes('text/html')) return;
    // Nine megabytes of JavaScript as text: loaded when somebody looks, not when the server starts.
    const { graphiqlPage } = await import('./graphiql-page.ts');
    const { html, headers } = graphiqlPage(personas);
    endResponse(new fetchAPI.Response(html, { headers }));
  },
});
