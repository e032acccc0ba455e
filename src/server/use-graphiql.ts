import type { Plugin } from 'graphql-yoga';
import type { MaySeeDesign } from './platform-rights.ts';
import type { PageOptions } from './graphiql/page.ts';

/** `GET /graphql` for a browser: GraphiQL from the package registry's own files, with a bar for signing in. */
export function useGraphiQL(options: PageOptions, maySeeDesign: MaySeeDesign): Plugin {
  let site: ReturnType<typeof load> | undefined;
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET' || !isOurs(request, url) || !(await maySeeDesign(request))) return;
      if (url.pathname === '/graphql') {
        const { renderPage, files } = await (site ??= load());
        const { html, headers } = renderPage(files, options);
        endResponse(new fetchAPI.Response(html, { headers }));
      }
      if (url.pathname.startsWith(filesPath)) {
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

const filesPath = '/-/graphiql/';

const isOurs = ({ headers }: Request, { pathname }: URL) =>
  pathname.startsWith(filesPath) ||
  (pathname === '/graphql' && (headers.get('accept')?.includes('text/html') ?? false));

/** Nine megabytes of JavaScript as text: loaded when somebody looks, not when the server starts. */
async function load() {
  const [{ renderPage }, { packPageFiles }, { serveFile }] = await Promise.all([
    import('./graphiql/page.ts'),
    import('./graphiql/page-files.ts'),
    import('./graphiql/serve-file.ts'),
  ]);
  return { renderPage, serveFile, files: await packPageFiles() };
}
