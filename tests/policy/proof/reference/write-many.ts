import type { WhereText } from '../policy-text.ts';
import { fieldIn, type RelationShape } from '../shape.ts';
import { textOf, type Row, type Value } from '../world.ts';
import { namedValues, type DataText } from '../write-text.ts';
import { holds } from './conditions.ts';
import { decidedField, decidedRow } from './decided.ts';
import { Refusal } from './draft.ts';
import { refusalsOfWhere } from './refusal.ts';
import { relatedRows } from './related.ts';
import { sightOf } from './sight.ts';
import type { Writer } from './write.ts';

export interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly same: number;
  readonly denied: number;
}

export const noCounts: Counts = { created: 0, updated: 0, deleted: 0, same: 0, denied: 0 };

/** The rows that match and may be touched, and how many others match. */
export function matching(
  writer: Writer,
  { model, where }: { readonly model: string; readonly where: DataText },
  mayTouch: (row: Row) => boolean,
) {
  if (refusalsOfWhere(where as WhereText, model, writer.facts).length > 0)
    throw new Refusal(model, { codes: ['FORBIDDEN'] });
  const eyes = sightOf(writer.draft.rights).eyes('filter');
  const seen = writer.draft.rights.readable(model).filter((row) => holds(where as WhereText, model, row, eyes));
  const rows = seen.filter(mayTouch);
  return { rows, denied: seen.length - rows.length };
}

/** A row that is there is changed where it differs; what the viewer may not read counts as different. */
export function upsertMany(
  writer: Writer,
  model: string,
  { by, data: all }: { readonly by: string; readonly data: readonly DataText[] },
): Counts {
  writer.requireVerb(model, 'create');
  writer.requireVerb(model, 'update');
  const { key, uniques } = writer.draft.model(model);
  const fields = [key, ...uniques].find((it) => it.join('_') === by)!;
  const counts = { created: 0, updated: 0, same: 0 };
  for (const data of wavesOf(all, fields).flatMap((wave) => writer.inTurn(wave))) {
    const where = Object.fromEntries(fields.map((name) => [name, data[name] ?? null]));
    const row = writer.look(model, 'read', { where: fields.length === 1 ? where : { [by]: where } });
    if (!row) {
      writer.create(model, data);
      counts.created++;
      continue;
    }
    const changed = Object.fromEntries(
      Object.entries(data).filter(([name, it]) => !isSame(writer, model, row, name, it)),
    );
    if (Object.keys(changed).length === 0) counts.same++;
    else {
      const tied = (it: Row) => textOf(it, key) === textOf(row, key);
      writer.updateNamed(model, { tied }, changed);
      counts.updated++;
    }
  }
  return { ...noCounts, ...counts };
}

function isSame(writer: Writer, model: string, row: Row, name: string, value: Value): boolean {
  const field = fieldIn(writer.draft.model(model), name);
  if (field.kind === 'relation') return isTiedSo(writer, model, row, field, value as DataText);
  const same = JSON.stringify(row[name]) === JSON.stringify(value);
  return same && writer.draft.rights.mayField(model, row, name, 'read');
}

/** Tied to what it is to be tied to, as far as the viewer sees; that nothing is tied is only seen by who sees all. */
function isTiedSo(
  writer: Writer,
  model: string,
  row: Row,
  { name, target, list }: RelationShape,
  value: DataText,
): boolean {
  const { rights } = writer.draft;
  const [verb, item] = Object.entries(value)[0] as [string, DataText | readonly DataText[]];
  if (Object.keys(value).length !== 1) return false;
  const tied = relatedRows(writer.draft.world, model, row, name);
  const seen = tied.filter((far) => rights.mayField(model, row, name, 'read') && rights.mayRow(target, far, 'read'));
  if (verb === 'disconnect' && !list) {
    const rightsToSee = [decidedRow(target, 'read', writer.facts), decidedField(model, name, 'read', writer.facts)];
    return tied.length === 0 && rightsToSee.every((it) => it === true);
  }
  if (verb !== 'connect') return false;
  const wanted = (Array.isArray(item) ? item : [item]) as readonly DataText[];
  return wanted.every((where) => {
    const values = Object.entries(namedValues(where));
    return seen.some((far) =>
      values.every(([key, it]) => far[key] === it && rights.mayField(target, far, key, 'read')),
    );
  });
}

/** Rows that each have a key of their own, then those that have one for the second time, and so on. */
function wavesOf(all: readonly DataText[], fields: readonly string[]): DataText[][] {
  const waves: DataText[][] = [];
  const seen = new Map<string, number>();
  for (const data of all) {
    const key = textOf(data, fields);
    const at = seen.get(key) ?? 0;
    seen.set(key, at + 1);
    (waves[at] ??= []).push(data);
  }
  return waves;
}
