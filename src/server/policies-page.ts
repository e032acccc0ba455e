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
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Policies · Pergola</title>
<style nonce="${nonce}">${pageStyle}:root { --table: calc(var(--first) + ${names.length} * 6.5rem); }${css}</style>
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
  const span = names.length + 1;
  const title = `<tr class="model"><th scope="rowgroup" colspan="${span}" id="${escapeHtml(model)}"><span>${escapeHtml(model)}</span></th></tr>`;
  // Five rows of "never" and no field would look like a model that somebody forgot.
  if (lines.every(({ grants }) => names.every((name) => (grants[name] ?? 'never') === 'never')))
    return `<tbody>${title}\n<tr><td class="never" colspan="${span}"><span>never: not part of the API for any of them</span></td></tr></tbody>`;
  const rows = lines.map((line) => {
    const cells = names.map((name) => cell(line.grants[name] ?? 'never')).join('');
    const place = line.field === undefined ? '' : `${escapeHtml(line.field)} `;
    return `<tr class="${line.field === undefined ? 'row' : 'field'}"><th scope="row">${place}<b>${line.verb}</b></th>${cells}</tr>`;
  });
  return `<tbody>${title}\n${rows.join('\n')}</tbody>`;
}

function cell(grant: string): string {
  if (grant === 'always' || grant === 'never') return `<td class="${grant}">${grant}</td>`;
  return `<td class="depends"><details><summary>depends</summary>${escapeHtml(grant)}</details></td>`;
}

const css = `
:root { --first: 12.5rem; --always: #d7f0dc; --never: #f0efeb; --depends: #fdf0cc; }
@media (max-width: 40rem) { :root { --first: 10rem; } }
@media (prefers-color-scheme: dark) { :root { --always: #1d4228; --never: #26262b; --depends: #4a3c12; } }
/* The page scrolls sideways where it is narrow; what names the rows and the columns stays in sight. */
body { font-size: 14px; line-height: 20px; margin: 0 auto; max-width: 75rem; min-width: var(--table); padding: 0 1.5rem 1.5rem; }
header { box-sizing: border-box; left: 1.5rem; max-width: min(72rem, calc(100vw - 3rem)); padding-top: 1.5rem; position: sticky; width: max-content; }
h1 { color: var(--leaf); font-size: 1.5rem; line-height: 1.3; margin: 0; }
header p { color: var(--quiet); }
header span { border-radius: 3px; color: CanvasText; padding: 1px 6px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-bottom: 1rem; }
/* Borders of their own: collapsed ones do not travel with a sticky cell. */
table { border-collapse: separate; border-spacing: 0; border-left: 1px solid var(--line); border-top: 1px solid var(--line); min-width: var(--table); table-layout: fixed; width: 100%; }
th, td { border: solid var(--line); border-width: 0 1px 1px 0; padding: 3px 8px; text-align: left; vertical-align: top; overflow-wrap: break-word; }
thead th { background: var(--paper); border-top-width: 1px; position: sticky; top: 0; z-index: 2; }
thead th:first-child { left: 0; width: var(--first); box-sizing: border-box; z-index: 3; }
.model th { background: var(--paper); font-size: 1.1rem; line-height: 24px; padding-top: 18px; scroll-margin-top: 27px; }
.model span, td.never > span { left: 8px; position: sticky; }
th[scope=row] { background: var(--paper); font-weight: 400; left: 0; position: sticky; z-index: 1; }
tbody tr:hover th[scope=row] { background: var(--line); }
.field th[scope=row] { padding-left: 1.5rem; }
.always { background: var(--always); } .never { background: var(--never); color: var(--quiet); } .depends { background: var(--depends); }
summary { cursor: pointer; }
`;
