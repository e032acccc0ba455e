import type { Model } from '../model/model.ts';
import { escapeHtml } from './escape-html.ts';
import { pageStyle } from './page-style.ts';
import { diagramStyle, schemaDiagram } from './schema-diagram.ts';

export interface Home {
  /** Each with how many of its rows the viewer may see. */
  readonly models: readonly { readonly model: Model; readonly rows: number }[];
  /** Who looks at it, such as `guest` or an address. */
  readonly viewer: string;
  readonly publicUrl: string;
  /** Whether GraphiQL and the policies are there. */
  readonly development: boolean;
}

/** `/`: what runs here, and where to go from it. Plain HTML: there is no script in it. */
export function homePage({ models, viewer, publicUrl, development }: Home, nonce: string): string {
  const url = escapeHtml(publicUrl);
  const total = models.reduce((sum, { rows }) => sum + rows, 0);
  const linkOf = (name: string) => (development ? `/-/policies#${name}` : `#${name}`);
  const cards = [
    ...(development
      ? [
          card('/graphql', 'GraphiQL', 'Ask something, as any persona'),
          card('/-/policies', 'Policies', 'Who may do what, and by which rule'),
        ]
      : []),
    card('/-/schema.graphql', 'The API as text', 'For code generators and reviews'),
    card('/readyz', 'Health', 'Database, migrations, policies'),
  ];
  const rows = models
    .map(
      ({ model, rows: count }) =>
        `<tr id="${escapeHtml(model.name)}"><th scope="row"><a href="${escapeHtml(linkOf(model.name))}">${escapeHtml(model.name)}</a></th><td class="number">${count.toLocaleString('en')}</td><td>${escapeHtml(model.description ?? '')}</td></tr>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pergola</title>
<style nonce="${nonce}">${pageStyle}${diagramStyle}${css}</style>
</head>
<body>
<header>
<h1>Pergola</h1>
<p>${models.length} models, ${total.toLocaleString('en')} rows that you may see as <b>${escapeHtml(viewer)}</b>.</p>
</header>
<main>
<nav aria-label="Pages">${cards.join('')}</nav>
<section aria-labelledby="use">
<h2 id="use">Use it</h2>
<dl>
<dt>SDK</dt><dd><code>npm i @pergola/sdk --registry ${url}/-/npm/</code></dd>
<dt>Import</dt><dd><code>npm run pergola -- import rows.csv --model ${escapeHtml(models[0]?.model.name ?? 'Model')}</code></dd>
<dt>Ask</dt><dd><code>curl ${url}/graphql -H 'content-type: application/json' -d '{"query":"{ __typename }"}'</code></dd>
</dl>
</section>
<section aria-labelledby="schema">
<h2 id="schema">Schema</h2>
<p class="note">A line leads from the row that points to the row that it points at; <span aria-hidden="true">*</span> stands where many may be, and a dashed line is a table between.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Diagram">${schemaDiagram(
    models.map(({ model }) => model),
    linkOf,
  )}</div>
</section>
<section aria-labelledby="rows">
<h2 id="rows">Rows</h2>
<table>
<thead><tr><th scope="col">model</th><th scope="col" class="number">rows</th><th scope="col">what it is</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>
</section>
</main>
</body>
</html>
`;
}

const card = (href: string, title: string, text: string) =>
  `<a class="card" href="${href}"><b>${title}</b><span>${text}</span></a>`;

const css = `
header, main { margin: 0 auto; max-width: 72rem; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { color: var(--leaf); font-size: 2rem; letter-spacing: -.02em; line-height: 1.1; margin: 0; }
header p { color: var(--quiet); font-size: 1.05rem; margin: .4rem 0 1.6rem; }
header b { color: var(--ink); }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
main { padding-bottom: 4rem; }
nav { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; color: inherit; display: block; padding: .8rem 1rem; text-decoration: none; }
.card:hover { border-color: var(--leaf); }
.card b { color: var(--leaf); display: block; }
.card span, .note { color: var(--quiet); }
.note { margin: 0 0 .6rem; }
dl { background: var(--card); border: 1px solid var(--line); border-radius: 10px; display: grid; gap: .35rem 1rem; grid-template-columns: max-content 1fr; margin: 0; padding: .8rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
.scroll svg rect { fill: var(--paper); }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; text-align: left; vertical-align: top; }
thead th { color: var(--quiet); font-weight: 400; }
tbody th { font-weight: 600; }
.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
td:last-child { color: var(--quiet); }
`;
