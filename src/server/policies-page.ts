import type { LockLine } from '../policy/lock.ts';
import type { Personas } from '../policy/persona.ts';
import { escapeHtml } from './escape-html.ts';
import { pageStyle } from './page-style.ts';

/**
 * The policies as a table: personas across, models and their fields down. A cell says always, never or depends, in a
 * word and a colour; the rule opens on a click or with the keyboard. Plain HTML: there is no script in it.
 */
export function policiesPage(lines: readonly LockLine[], personas: Personas, nonce: string): string {
  const names = Object.keys(personas);
  const models = [...new Set(lines.map(({ model }) => model))];
  const head = names
    .map((name) => `<th scope="col" title="${escapeHtml(personas[name]!.description)}">${escapeHtml(name)}</th>`)
    .join('');
  const bodies = models
    .map((model) =>
      modelRows(
        model,
        lines.filter((line) => line.model === model),
        names,
      ),
    )
    .join('\n');
  const links = models.map((model) => `<a href="#${escapeHtml(model)}">${escapeHtml(model)}</a>`).join(' ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Policies · Pergola</title>
<style nonce="${nonce}">${pageStyle}${css}</style>
</head>
<body>
<header>
<h1>Policies</h1>
<p>Who may do what. <span class="always">always</span> <span class="depends">depends</span> on the row: open it to read the rule. <span class="never">never</span></p>
<nav aria-label="Models">${links}</nav>
</header>
<table>
<thead><tr><th scope="col">right</th>${head}</tr></thead>
${bodies}
</table>
</body>
</html>
`;
}

function modelRows(model: string, lines: readonly LockLine[], names: readonly string[]): string {
  const rows = lines.map((line) => {
    const cells = names.map((name) => cell(line.grants[name] ?? 'never')).join('');
    const place = line.field === undefined ? '' : `${escapeHtml(line.field)} `;
    return `<tr class="${line.field === undefined ? 'row' : 'field'}"><th scope="row">${place}<b>${line.verb}</b></th>${cells}</tr>`;
  });
  const title = `<tr class="model"><th scope="rowgroup" colspan="${names.length + 1}" id="${escapeHtml(model)}">${escapeHtml(model)}</th></tr>`;
  return `<tbody>${title}\n${rows.join('\n')}</tbody>`;
}

function cell(grant: string): string {
  if (grant === 'always' || grant === 'never') return `<td class="${grant}">${grant}</td>`;
  return `<td class="depends"><details><summary>depends</summary>${escapeHtml(grant)}</details></td>`;
}

const css = `
:root { --always: #d7f0dc; --never: #f0efeb; --depends: #fdf0cc; }
@media (prefers-color-scheme: dark) { :root { --always: #1d4228; --never: #26262b; --depends: #4a3c12; } }
body { font-size: 14px; margin: 0 auto; max-width: 75rem; padding: 1.5rem; }
h1 { color: var(--leaf); font-size: 1.5rem; margin: 0; }
header p { color: var(--quiet); }
header span { border-radius: 3px; color: CanvasText; padding: 1px 6px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-bottom: 1rem; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; }
th, td { border: 1px solid var(--line); padding: 3px 8px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { background: var(--paper); position: sticky; top: 0; }
.model th { border-left: 0; border-right: 0; font-size: 1.1rem; padding-top: 1.2rem; scroll-margin-top: 2rem; }
th[scope=row] { font-weight: 400; }
.field th[scope=row] { padding-left: 1.5rem; }
.always { background: var(--always); } .never { background: var(--never); color: var(--quiet); } .depends { background: var(--depends); }
summary { cursor: pointer; }
`;
