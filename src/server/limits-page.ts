import type { Budget } from '../limits/counter.ts';
import type { OperationLimits } from '../limits/operation-limits.ts';
import { escapeHtml } from './escape-html.ts';

export interface ShownLimits {
  readonly operations: OperationLimits;
  readonly pages: { readonly default: number; readonly max: number };
  readonly rates: readonly (readonly [string, Budget])[];
}

/** The limits of this server as two tables. Plain HTML: there is no script in it. */
export function limitsPage({ operations, pages, rates }: ShownLimits, nonce: string): string {
  const one = [
    ...Object.entries(operations),
    ['page, unless told', pages.default] as const,
    ['page, at most', pages.max] as const,
  ].map(([name, limit]) => row(name, number(limit)));
  const often = rates.map(([name, { max, windowSeconds }]) =>
    row(name, `${number(max)} in ${number(windowSeconds)} s`),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Limits · Pergola</title>
<style nonce="${nonce}">${css}</style>
</head>
<body>
<h1>Limits</h1>
<table><caption>One operation</caption>
${one.join('\n')}
</table>
<table><caption>How often</caption>
${often.join('\n')}
</table>
</body>
</html>
`;
}

const row = (name: string, value: string) =>
  `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`;

const number = (value: number) => value.toLocaleString('en');

const css = `
:root { color-scheme: light dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 40rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; }
table { border-collapse: collapse; margin-bottom: 2rem; width: 100%; }
caption { font-weight: 600; padding: .5rem 0; text-align: left; }
th, td { border: 1px solid GrayText; font-weight: 400; padding: 3px 8px; text-align: left; }
td { text-align: right; }
`;
