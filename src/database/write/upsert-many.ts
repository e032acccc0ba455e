import { badInput, forbidden } from '../../errors.ts';
import { keyOf, modelOf, relationsOf, type Model, type RelationField } from '../../model/model.ts';
import { all, isNever } from '../../policy/filter.ts';
import { onlyEntry, uniqueTupleOf } from './bulk-link.ts';
import { changedData, comparedSelection } from './compare-rows.ts';
import { related, type Row } from '../read.ts';
import { tupleText } from './row-finder.ts';
import type { KeyValues } from './row-writer.ts';
import type { Data } from './judge.ts';
import { createBulkChanger } from './bulk-changer.ts';
import { refusing } from '../refused-right.ts';
import { groupBy } from '../grouping.ts';
import type { Item, ManyContext, ManyWriter, PlainRow } from './create-many.ts';

/** What became of one row. */
export interface UpsertedRow {
  readonly key: KeyValues;
  /** `existing`: was there already, and was to be left alone. */
  readonly outcome: 'created' | 'updated' | 'same' | 'existing';
  /** Of an updated row: what the viewer could read in the fields that changed, as it was before. */
  readonly before?: Readonly<Record<string, unknown>>;
}

export interface UpsertManyOptions {
  readonly path?: string;
  /** Saves looking for rows that are most likely not there: one that is there is a CONFLICT. */
  readonly expectNew?: boolean;
  /** Rows that are there are left as they are. */
  readonly leaveExisting?: boolean;
}

/** Creates the rows that are not there, and updates those that differ, by a unique key that every row gives. */
export function createManyUpserter({
  schema,
  policy,
  finder,
  rows,
  many,
  single,
}: ManyContext & { readonly many: ManyWriter }) {
  const changer = createBulkChanger(rows);
  const { judge } = single;

  /**
   * @param by the fields of a unique key; a row gives them as columns, or through the relation that they belong to.
   * @returns one outcome per row, in order. A row that may not be read counts as absent, and meets its unique key as
   * any new row would; a value that may not be read counts as different.
   */
  async function upsertMany(
    modelName: string,
    data: readonly Data[],
    by: readonly string[],
    { path = 'data', expectNew = false, leaveExisting = false }: UpsertManyOptions = {},
  ): Promise<UpsertedRow[]> {
    const model = modelOf(schema, modelName);
    requireUnique(model, by);
    const places = by.map((name) => ({ name, relation: relationOwning(model, name) }));
    const items: PlacedItem[] = [];
    for (const [at, it] of data.entries()) {
      const itemPath = `${path}[${at}]`;
      const tuple = givenTuple(places, it) ?? (await lookedUpTuple(model, places, it, itemPath));
      items.push({ data: it, path: itemPath, at, tuple, text: expectNew ? '' : tupleText(model, by, tuple) });
    }
    if (expectNew) {
      const keys = await many.createItems(model, items);
      return keys.map((key) => ({ key, outcome: 'created' }));
    }
    return upsertItems(model, items, { by, leaveExisting });
  }

  async function upsertItems(
    model: Model,
    items: readonly PlacedItem[],
    how: { readonly by: readonly string[]; readonly leaveExisting: boolean },
  ): Promise<UpsertedRow[]> {
    const results: UpsertedRow[] = [];
    let waiting = items;
    while (waiting.length > 0) {
      // A key that is given twice is created once and then updated, as it would be one by one.
      const first = new Map<string, PlacedItem>();
      const again: PlacedItem[] = [];
      for (const item of waiting) {
        if (first.has(item.text)) again.push(item);
        else first.set(item.text, item);
      }
      await upsertDistinct(model, [...first.values()], how, results);
      waiting = again;
    }
    return results;
  }

  async function upsertDistinct(
    model: Model,
    items: readonly PlacedItem[],
    { by, leaveExisting }: { readonly by: readonly string[]; readonly leaveExisting: boolean },
    results: UpsertedRow[],
  ) {
    const filter = all([policy.rows(model.name, 'read'), ...by.map((name) => filterRight(model, name))]);
    const search = { model, by, filter, columns: keyOf(model).fields };
    const found = await finder.find(search, new Map(items.map(({ text, tuple }) => [text, tuple])));
    const old = ({ text }: PlacedItem) => found.get(text);
    const fresh = items.filter((item) => !old(item));
    const keys = await many.createItems(model, fresh);
    for (const [index, { at }] of fresh.entries()) results[at] = { key: keys[index]!, outcome: 'created' };
    if (leaveExisting) {
      for (const item of items.filter(old)) results[item.at] = { key: old(item)!, outcome: 'existing' };
      return;
    }
    await updateChanged(model, items.filter(old), (item) => old(item)!, results);
  }

  async function updateChanged(
    model: Model,
    items: readonly PlacedItem[],
    oldKey: (item: PlacedItem) => KeyValues,
    results: UpsertedRow[],
  ) {
    if (items.length === 0) return;
    const select = comparedSelection(
      model,
      items.map(({ data }) => data),
      schema,
    );
    const key = keyOf(model).fields;
    const current = new Map(
      (await finder.read(model, items.map(oldKey), select)).map((row) => [tupleText(model, key, row), row]),
    );
    const changed: ChangedItem[] = [];
    for (const item of items) {
      const old = oldKey(item);
      const row = current.get(tupleText(model, key, old));
      const data = row ? changedData(model, item.data, row, { schema, policy }) : item.data;
      if (Object.keys(data).length === 0) results[item.at] = { key: old, outcome: 'same' };
      else changed.push({ at: item.at, path: item.path, data, key: old, before: beforeOf(data, row) });
    }
    const before = new Map(changed.map((item) => [item.at, item.before]));
    for (const [at, written] of await changeItems(model, changed))
      results[at] = { key: written, outcome: 'updated', before: before.get(at)! };
  }

  /** Rows that change the same plain columns go together; any other goes alone. Gives the keys by place. */
  async function changeItems(model: Model, items: readonly ChangedItem[]): Promise<Map<number, KeyValues>> {
    const written = new Map<number, KeyValues>();
    const split = many.plainRowSplitter(model);
    const keyFields = keyOf(model).fields;
    const plain: (ChangedItem & PlainRow)[] = [];
    const others: ChangedItem[] = [];
    for (const item of items) {
      const row = split(item);
      const ties = row?.links.some(({ relation }) => relation.list);
      if (row && !ties) plain.push({ ...item, ...row });
      else others.push(item);
    }
    await many.fillLinks(model, plain);
    for (const group of groupBy(plain, ({ columns }) => Object.keys(columns).join()).values()) {
      const rights = all([policy.rows(model.name, 'update'), judge.writeRights(model, group[0]!.data)]);
      const names = Object.keys(group[0]!.columns);
      const keys = new Map(group.map(({ key }) => [tupleText(model, keyFields, key), key]));
      const allowed = await finder.find({ model, by: keyFields, filter: rights, columns: [] }, keys);
      const mayChange = ({ key }: ChangedItem) =>
        names.every((name) => !keyFields.includes(name)) && allowed.has(tupleText(model, keyFields, key));
      const together = group.filter(mayChange);
      await changer.updateEach(model, together);
      judge.checks.add({ model, filter: rights, rows: together, what: `leave this ${model.name} so` });
      for (const { at, key } of together) written.set(at, key);
      // What may not be changed is refused there as everywhere.
      others.push(...group.filter((item) => !mayChange(item)));
    }
    for (const { at, key, data, path } of others.toSorted((a, b) => a.at - b.at)) {
      const found = await judge.findToUpdate(model, data, { where: whereOf(model, key), path, dataPath: path });
      written.set(at, await single.updateRow(model, found, data, { path, depth: 0 }));
    }
    return written;
  }

  /** The key's values as this row gives them: as columns, or as the `connect` of their relation. */
  function givenTuple(places: readonly KeyPlace[], data: Data): KeyValues | undefined {
    const tuple: Record<string, unknown> = {};
    for (const { name, relation } of places) {
      const value = data[name] ?? (relation && connectedValue(relation, name, data[relation.name]));
      if (value === undefined || value === null) return undefined;
      tuple[name] = value;
    }
    return tuple;
  }

  function connectedValue(relation: RelationField, name: string, value: unknown): unknown {
    const { join } = relation;
    const there = join.kind === 'columns' ? join.pairs.find(([here]) => here === name)?.[1] : undefined;
    const entry = onlyEntry(value);
    const unique = entry?.name === 'connect' ? uniqueTupleOf(entry.value, modelOf(schema, relation.target)) : undefined;
    return there === undefined ? undefined : unique?.tuple[there];
  }

  /** For a `connect` by another key than the one that the columns hold. */
  async function lookedUpTuple(
    model: Model,
    places: readonly KeyPlace[],
    data: Data,
    path: string,
  ): Promise<KeyValues> {
    const tuple: Record<string, unknown> = {};
    for (const { name, relation } of places) {
      const link = relation && data[relation.name];
      const linked = onlyEntry(link)?.name === 'connect' && relation !== undefined;
      const found =
        data[name] ??
        (linked
          ? (await single.link(model, relation, link, { path: `${path}.${relation.name}`, depth: 1 }))[name]
          : undefined);
      if (found === undefined || found === null) {
        throw badInput(`"${path}" lacks ${relation?.name ?? name}, which its key needs.`, 'Give it a value.', path);
      }
      tuple[name] = found;
    }
    return tuple;
  }

  function filterRight(model: Model, name: string) {
    const right = policy.field(model.name, name, 'filter');
    if (isNever(right))
      throw refusing(forbidden(`filter by ${model.name}.${name}`), { model: model.name, field: name, verb: 'filter' });
    return right;
  }

  return { upsertMany };
}

/** A row that is there, and the part of its data that differs. */
interface ChangedItem extends Item {
  readonly at: number;
  readonly before: Readonly<Record<string, unknown>>;
  readonly key: KeyValues;
}

/** Columns as they are, relations as the rows that they show. */
const beforeOf = (data: Data, row: Row | undefined) =>
  Object.fromEntries(Object.keys(data).map((name) => [name, row?.[name] ?? row?.[related]?.[name] ?? null]));

interface PlacedItem extends Item {
  readonly at: number;
  readonly tuple: KeyValues;
  /** The tuple's text. */
  readonly text: string;
}

/** A field of the key, and the relation that it belongs to. */
interface KeyPlace {
  readonly name: string;
  readonly relation: RelationField | undefined;
}

function requireUnique(model: Model, by: readonly string[]) {
  const wanted = [...by].toSorted().join();
  if (model.uniques.some(({ fields }) => [...fields].toSorted().join() === wanted)) return;
  const known = model.uniques.map(({ fields }) => fields.join(' + ')).join(', ');
  throw badInput(`${by.join(' + ')} is not a unique key of ${model.name}.`, `Use one of: ${known}.`, 'key');
}

function relationOwning(model: Model, column: string): RelationField | undefined {
  return relationsOf(model).find(
    ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === column),
  );
}

function whereOf(model: Model, key: KeyValues): Data {
  const { name, fields } = keyOf(model);
  return fields.length === 1 && name === fields[0] ? { [name]: key[name] } : { [name]: key };
}
