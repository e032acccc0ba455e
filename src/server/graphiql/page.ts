import { randomBytes } from 'node:crypto';
import type { Personas } from '../../policy/persona.ts';
import { escapeHtml } from '../escape-html.ts';
import { mark, renderBar } from './bar.ts';
import type { PageFile, PageFiles } from './page-files.ts';

export interface PageOptions {
  readonly personas: Personas;
  /** The queries of the tabs that a first visit finds open. A tab is named after its operation. */
  readonly startingTabs: readonly string[];
}

export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Nothing of the request is in the page: what stands in its address is read by the browser, as data. */
export function renderPage(files: PageFiles, { personas, startingTabs }: PageOptions): Page {
  const nonce = randomBytes(16).toString('base64');
  const style = ({ path }: PageFile) => `<link rel="stylesheet" href="${escapeHtml(path)}">`;
  const script = ({ path }: PageFile) => `<script nonce="${nonce}" defer src="${escapeHtml(path)}"></script>`;
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Pergola</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(mark('#c2188b'))}">
    ${files.styles.map(style).join('\n    ')}
  </head>
  <body>${renderBar(personas)}
    <main id="graphiql"><p>Loading GraphiQL...</p><noscript><p>GraphiQL needs JavaScript.</p></noscript></main>
    <script type="application/json" id="graphiql-options">${escapeJson({ tabs: startingTabs })}</script>
    ${files.scripts.map(script).join('\n    ')}
  </body>
</html>
`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(nonce),
    // Stored, it would come back with a nonce that somebody may have read since.
    'cache-control': 'no-store',
    vary: 'accept',
  };
  return { html, headers };
}

/** A value as JSON inside an element: without a `<`, nothing in it can end the element or open a comment. */
const escapeJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');

/**
 * No script but the page's own files runs: neither what somebody gets into the page, nor `eval`, which GraphiQL does not
 * need. Styles may stand in the page because Monaco, its editor, writes one for every line, as an attribute in a piece
 * of HTML; the fonts of GraphiQL are part of its style sheet. No image of a foreign server: a description in the API
 * could name one, and it would be told who reads it. The sign-in form is sent by script only, so that a password never
 * gets into an address when that script is missing.
 */
const contentSecurityPolicy = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "worker-src 'self'",
    "connect-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
