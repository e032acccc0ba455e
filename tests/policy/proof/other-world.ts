import { fits, linksOf, rowFrom, type RowPlan } from './arbitrary/rows.ts';
import type { PolicyTexts, ViewerText } from './policy-text.ts';
import { Rights } from './reference/rights.ts';
import { viewOf } from './reference/view.ts';
import { modelIn, scalarsIn, tablesIn } from './shape.ts';
import { isSound, rowsOf, type Row, type World } from './world.ts';

export type Edit =
  | { readonly kind: 'add' | 'remove' | 'change'; readonly model: string; readonly row: number; readonly plan: RowPlan }
  | { readonly kind: 'link'; readonly table: string; readonly pair: readonly [number, number] };

/** A world that looks the same to the viewer: of the edits those are made that change only what they may not read. */
export function otherWorld(
  world: World,
  edits: readonly Edit[],
  policies: PolicyTexts,
  viewer: ViewerText,
): { world: World; made: number } {
  const view = viewOf(new Rights(world, policies, viewer));
  let made = 0;
  let other = world;
  for (const edit of edits) {
    const next = applyEdit(other, edit, new Rights(other, policies, viewer));
    if (!next || !isSound(next) || viewOf(new Rights(next, policies, viewer)) !== view) continue;
    other = next;
    made++;
  }
  return { world: backwards(other), made };
}

function applyEdit(world: World, edit: Edit, rights: Rights): World | undefined {
  if (edit.kind === 'link') return toggleLink(world, edit.table, edit.pair);
  const model = modelIn(world.shape, edit.model);
  const rows = rowsOf(world, model.name);
  const put = (changed: readonly Row[]): World => ({ ...world, rows: { ...world.rows, [model.name]: changed } });
  if (edit.kind === 'add') {
    const row = rowFrom(edit.plan, model, world, 'where it can', edit.row);
    return row && fits(row, rows, model) ? put([...rows, row]) : undefined;
  }
  const hidden = edit.kind === 'remove' ? rows.filter((row) => !rights.mayRow(model.name, row, 'read')) : rows;
  const row = hidden[edit.row % Math.max(hidden.length, 1)];
  if (!row) return undefined;
  if (edit.kind === 'remove') return put(rows.filter((it) => it !== row));
  const plan = rowFrom(edit.plan, model, world, 'where it can', edit.row);
  const mayKnow = (field: string) =>
    model.key.includes(field) ||
    (rights.mayRow(model.name, row, 'read') && rights.mayField(model.name, row, field, 'read'));
  const changed =
    plan && Object.fromEntries(scalarsIn(model).map(({ name }) => [name, (mayKnow(name) ? row : plan)[name] ?? null]));
  return changed && put(rows.map((it) => (it === row ? changed : it)));
}

function toggleLink(world: World, table: string, pair: readonly [number, number]): World | undefined {
  const sides = tablesIn(world.shape).find((it) => it.table === table);
  const [link] = sides ? linksOf(sides, [pair], world) : [];
  if (!link) return undefined;
  const links = world.links[table] ?? [];
  const rest = links.filter(([a, b]) => a !== link[0] || b !== link[1]);
  return { ...world, links: { ...world.links, [table]: rest.length < links.length ? rest : [...links, link] } };
}

/** The order in which rows were written is nobody's business either. */
function backwards({ shape, rows, links }: World): World {
  const turned = <T>(lists: Readonly<Record<string, readonly T[]>>) =>
    Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.toReversed()]));
  return { shape, rows: turned(rows), links: turned(links) };
}
