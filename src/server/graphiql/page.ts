import { randomBytes } from 'node:crypto';
import type { Personas } from '../../policy/persona.ts';
import { renderBar } from './bar.ts';
import { escapeHtml, escapeJson } from './escape.ts';
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
    <link rel="icon" href="${icon}">
    ${files.styles.map(style).join('\n    ')}
  </head>
  <body>${renderBar(personas)}
    <main id="graphiql"><p>Loading GraphiQL...</p><noscript><p>GraphiQL needs JavaScript.</p></noscript></main>
    <script type="application/json" id="graphiql-options">${escapeJson({ tabs: startingTabs })}</script>
    ${files.scripts.map(script).join('\n    ')}
  </body>
</html>
`;
  return { html, headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': contentSecurityPolicy(nonce), ...headers } };
}

/** Stored, it would be shown again with a nonce that somebody may have read since. */
const headers = { 'cache-control': 'no-store', vary: 'accept' };

const contentSecurityPolicy = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "font-src data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#c2188b" stroke-width="2" stroke-linecap="round"><path d="M2 6h20M4 10h16M6.5 10v11M17.5 10v11M7 3v3M12 3v3M17 3v3"/></svg>',
)}`;
