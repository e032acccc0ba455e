import { escapeHtml } from './escape-html.ts';
import { box, layOut, type Box, type Wire } from './schema-layout.ts';
import type { Model } from '../model/model.ts';

/** The models and what ties them, as SVG. `*` stands where many rows may be. Its colours come from `pageStyle`. */
export function schemaDiagram(models: readonly Model[], linkOf: (model: string) => string): string {
  const { width, height, boxes, wires } = layOut(models);
  const label = `${models.length} models and the relations between them`;
  return `<svg class="diagram" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="${label}">
<g aria-hidden="true">${wires.map(drawWire).join('\n')}</g>
${boxes.map((it) => drawBox(it, linkOf)).join('\n')}
</svg>`;
}

export const diagramStyle = `
.diagram { display: block; font: 12px system-ui, sans-serif; height: auto; min-width: 56rem; width: 100%; }
.diagram rect { fill: var(--card); stroke: var(--line); }
.diagram .head { fill: var(--leaf-soft); stroke: var(--line); }
.diagram text { fill: var(--ink); }
.diagram .name { font-size: 13px; font-weight: 600; }
.diagram .type, .diagram .more, .diagram .many { fill: var(--quiet); }
.diagram .key { font-weight: 600; }
.diagram .wire { fill: none; stroke: var(--wire); stroke-width: 1.4; }
.diagram .between { stroke-dasharray: 5 4; }
.diagram a:hover .head, .diagram a:focus .head { fill: var(--line); }
`;

function drawBox({ model, x, y, height, lines, more }: Box, linkOf: (model: string) => string): string {
  const name = escapeHtml(model.name);
  const rows = lines.map(({ name: field, type, key }, at) => {
    const baseline = box.head + 17 + at * box.line;
    return `<text class="${key ? 'key' : ''}" x="12" y="${baseline}">${escapeHtml(shorten(field, 16))}</text><text class="type" x="${box.width - 12}" y="${baseline}" text-anchor="end">${escapeHtml(shorten(type, 12))}</text>`;
  });
  const rest =
    more > 0 ? `<text class="more" x="12" y="${box.head + 17 + lines.length * box.line}">and ${more} more</text>` : '';
  const title = model.description ? `<title>${escapeHtml(model.description)}</title>` : '';
  return `<a href="${escapeHtml(linkOf(model.name))}" aria-label="${name}"><g transform="translate(${x} ${Math.round(y)})">${title}<rect width="${box.width}" height="${height}" rx="7"/><path class="head" d="M0 7a7 7 0 0 1 7-7h${box.width - 14}a7 7 0 0 1 7 7v${box.head - 7}h-${box.width}z"/><text class="name" x="12" y="20">${name}</text>${rows.join('')}${rest}</g></a>`;
}

/** From a box that points to the one that it points at; the ends of several spread over the side. */
function drawWire({ from, to, relation }: Wire): string {
  const style = `wire${relation.join.kind === 'table' ? ' between' : ''}`;
  const [startY, endY] = [
    from.y + box.head / 2 + spread(relation.name, from),
    to.y + box.head / 2 + spread(from.model.name, to),
  ];
  const many = (x: number, y: number) => `<text class="many" x="${x}" y="${y - 4}">*</text>`;
  if (from === to) {
    const [x, y] = [from.x + box.width, from.y + box.head / 2];
    return `<path class="${style}" d="M${x} ${y}c44 -26 44 44 0 30"/>${many(x + 4, y)}`;
  }
  if (from.x === to.x) {
    const x = from.x + box.width;
    return `<path class="${style}" d="M${x} ${startY}C${x + 60} ${startY} ${x + 60} ${endY} ${x} ${endY}"/>${many(x + 5, startY)}`;
  }
  const leftwards = from.x > to.x;
  const [startX, endX] = leftwards ? [from.x, to.x + box.width] : [from.x + box.width, to.x];
  const bend = (endX - startX) / 2;
  const end = relation.join.kind === 'table' ? many(leftwards ? endX + 5 : endX - 10, endY) : '';
  return `<path class="${style}" d="M${startX} ${startY}C${startX + bend} ${startY} ${endX - bend} ${endY} ${endX} ${endY}"/>${many(leftwards ? startX - 10 : startX + 5, startY)}${end}`;
}

/** A place on the side of a box that differs from name to name, and is the same at each drawing. */
function spread(name: string, { height }: Box): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 997;
  return (sum / 997) * Math.min(height - box.head - 10, 60);
}

const shorten = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
