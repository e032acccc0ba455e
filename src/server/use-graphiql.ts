import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import type { PageOptions } from './graphiql/page.ts';
import type { PageFile } from './graphiql/page-files.ts';

/** `GET /graphql` for a browser: GraphiQL from the package registry's own files, with a bar for signing in. */
export function useGraphiQL(options: PageOptions): Plugin {
  // Nine megabytes of JavaScript as text: loaded when somebody looks, not when the server starts.
  let loading: Promise<Pages> | undefined;
  const load = () => (loading ??= loadPages());
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET') return;
      if (url.pathname === '/graphql' && request.headers.get('accept')?.includes('text/html')) {
        const { renderPage, files } = await load();
        const { html, headers } = renderPage(files, options);
        endResponse(new fetchAPI.Response(html, { headers }));
      }
      if (url.pathname.startsWith('/-/graphiql/')) {
        const file = (await load()).files.at(url.pathname);
        const { body, ...init } = file ? await answer(file, request.headers) : { body: 'Not found.\n', status: 404 };
        endResponse(new fetchAPI.Response(body, init));
      }
    },
  };
}

async function loadPages() {
  const [{ renderPage }, { packPageFiles }] = await Promise.all([import('./graphiql/page.ts'), import('./graphiql/page-files.ts')]);
  return { renderPage, files: await packPageFiles() };
}
type Pages = Awaited<ReturnType<typeof loadPages>>;

async function answer({ hash, type, gzipped }: PageFile, asked: Headers) {
  const compressed = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(asked.get('accept-encoding') ?? '');
  // Strong, so the two encodings, which differ in their bytes, differ in it.
  const etag = compressed ? `"${hash}-gzip"` : `"${hash}"`;
  const headers = { etag, 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' };
  const known = (asked.get('if-none-match') ?? '').split(',').map((it) => it.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return { body: null, status: 304, headers };
  if (compressed) return { body: gzipped, status: 200, headers: { ...headers, 'content-type': type, 'content-encoding': 'gzip' } };
  return { body: await promisify(gunzip)(gzipped), status: 200, headers: { ...headers, 'content-type': type } };
}
