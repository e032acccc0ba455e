import type { Plugin } from 'graphql-yoga';
import type { PageOptions } from './graphiql/page.ts';

/** `GET /graphql` for a browser: GraphiQL from the package registry's own files, with a bar for signing in. */
export function useGraphiQL(options: PageOptions): Plugin {
  let site: ReturnType<typeof load> | undefined;
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET') return;
      if (url.pathname === '/graphql' && request.headers.get('accept')?.includes('text/html')) {
        const { renderPage, files } = await (site ??= load());
        const { html, headers } = renderPage(files, options);
        endResponse(new fetchAPI.Response(html, { headers }));
      }
      if (url.pathname.startsWith('/-/graphiql/')) {
        const { serveFile, files } = await (site ??= load());
        const file = files.at(url.pathname);
        if (!file) {
          endResponse(new fetchAPI.Response('Not found.\n', { status: 404 }));
          return;
        }
        const { body, ...rest } = await serveFile(file, request.headers);
        endResponse(new fetchAPI.Response(body, rest));
      }
    },
  };
}

/** Nine megabytes of JavaScript as text: loaded when somebody looks, not when the server starts. */
async function load() {
  const [{ renderPage }, { packPageFiles }, { serveFile }] = await Promise.all([
    import('./graphiql/page.ts'),
    import('./graphiql/page-files.ts'),
    import('./graphiql/serve-file.ts'),
  ]);
  return { renderPage, serveFile, files: await packPageFiles() };
}
