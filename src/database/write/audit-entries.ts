import { keyOf, type Model } from '../../model/model.ts';
import { jsonOfText, type AuditText } from './audit-text.ts';
import { valuesAt } from './insert-alike.ts';
import { tupleText } from './row-finder.ts';
import type { Change, CreatedRows, KeyValues } from './row-writer.ts';

/** Says what was written into a row, or into several of one model by one verb. */
export interface Entry extends Pick<Change, 'model' | 'verb'> {
  /** Of the row; empty for several. */
  readonly key: string;
  /** As JSON; of several rows by their keys. */
  readonly changes: string;
}

/** @param maxRows that share an entry. */
export function* entriesOf(
  noted: readonly (Change | CreatedRows)[],
  text: AuditText,
  maxRows: number,
): Generator<Entry> {
  let changes: Change[] = [];
  for (const it of noted) {
    if ('verb' in it) {
      changes.push(it);
      continue;
    }
    yield* entriesOfChanges(changes, text, maxRows);
    changes = [];
    yield* entriesOfCreated(it, text, maxRows);
  }
  yield* entriesOfChanges(changes, text, maxRows);
}

/** Changes that share an entry: each row once. */
interface Group extends Pick<Change, 'model' | 'verb'> {
  /** By the row's key, what was written into it. */
  readonly rows: Map<string, string>;
}

function* entriesOfChanges(changes: readonly Change[], text: AuditText, maxRows: number): Generator<Entry> {
  const groups: Group[] = [];
  const open = new Map<Model, Map<Change['verb'], Group>>();
  for (const change of changes) {
    const { model, verb } = change;
    const key = keyText(model, change.key);
    let ofModel = open.get(model);
    if (!ofModel) open.set(model, (ofModel = new Map()));
    let group = ofModel.get(verb);
    if (!group || group.rows.size >= maxRows || group.rows.has(key)) {
      group = { model, verb, rows: new Map() };
      ofModel.set(verb, group);
      groups.push(group);
    }
    group.rows.set(key, text.ofChange(change));
  }
  for (const { model, verb, rows } of groups) {
    const [[key, changed] = ['', '']] = rows;
    if (rows.size === 1) yield { model, verb, key, changes: changed };
    else {
      const members = Array.from(rows, ([it, written]) => `${jsonOfText(it)}:${written}`);
      yield { model, verb, key: '', changes: togetherOf(members.join()) };
    }
  }
}

function* entriesOfCreated(created: CreatedRows, text: AuditText, maxRows: number): Generator<Entry> {
  const { model, count, keyAt, columns } = created;
  const keyTextAt = (at: number) => keyText(model, keyAt(at));
  const membersOf = text.ofCreated(created, keyTextAt);
  for (let from = 0; from < count; from += maxRows) {
    const to = Math.min(from + maxRows, count);
    const entry =
      to - from === 1
        ? { key: keyTextAt(from), changes: text.ofChange({ model, written: valuesAt(columns, from) }) }
        : { key: '', changes: togetherOf(membersOf(from, to)) };
    yield { model, verb: 'create', ...entry };
  }
}

const togetherOf = (members: string) => `{"rows":{${members}}}`;

const keyText = (model: Model, key: KeyValues) => tupleText(model, keyOf(model).fields, key);
