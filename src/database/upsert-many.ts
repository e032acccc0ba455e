import { badInput, forbidden } from '../errors.ts';
import { keyOf, modelOf, relationsOf, type Model, type RelationField } from '../model/model.ts';
import { all, isNever } from '../policy/filter.ts';
import { uniqueTupleOf } from './bulk-link.ts';
import { changedData, comparedSelection } from './compare-rows.ts';
import { tupleText } from './row-finder.ts';
import type { KeyValues } from './row-writer.ts';
import type { Data } from './write.ts';
import type { Item, ManyContext, ManyWriter } from './write-many.ts';

/** What became of one row. */
export interface UpsertedRow {
  readonly key: KeyValues;
  readonly outcome: 'created' | 'updated' | 'same';
}

/** Creates the rows that are not there, and updates those that differ, by a unique key that every row gives. */
export function createManyUpserter({ schema, policy, finder, many, single }: Omit<ManyContext, 'rows'> & { many: ManyWriter }) {
  /**
   * @param by the fields of a unique key; a row gives them as columns, or through the relation that they belong to.
   * @returns one outcome per row, in order. A row that may not be read counts as absent, and meets its unique key as
   * any new row would; a value that may not be read counts as different.
   */
  async function upsertMany(
    modelName: string,
    data: readonly Data[],
    by: readonly string[],
    path = 'data',
  ): Promise<UpsertedRow[]> {
    const model = modelOf(schema, modelName);
    requireUnique(model, by);
    const results: UpsertedRow[] = [];
    let waiting: PlacedItem[] = [];
    for (const [at, it] of data.entries()) {
      const item = { data: it, path: `${path}[${at}]`, at };
      waiting.push({ ...item, tuple: await tupleOf(model, by, item) });
    }
    while (waiting.length > 0) {
      // A key that is given twice is created once and then updated, as it would be one by one.
      const first = new Map<string, PlacedItem>();
      const again: PlacedItem[] = [];
      for (const item of waiting) {
        const text = tupleText(model, by, item.tuple);
        if (first.has(text)) again.push(item);
        else first.set(text, item);
      }
      await upsertDistinct(model, [...first.values()], by, results);
      waiting = again;
    }
    return results;
  }

  async function upsertDistinct(model: Model, items: readonly PlacedItem[], by: readonly string[], results: UpsertedRow[]) {
    const filter = all([policy.rows(model.name, 'read'), ...by.map((name) => filterRight(model, name))]);
    const search = { model, by, filter, columns: keyOf(model).fields };
    const found = await finder.find(search, items.map(({ tuple }) => tuple));
    const old = (item: PlacedItem) => found.get(tupleText(model, by, item.tuple));
    const fresh = items.filter((item) => !old(item));
    const keys = await many.createItems(model, fresh);
    for (const [index, { at }] of fresh.entries()) results[at] = { key: keys[index]!, outcome: 'created' };
    await updateChanged(model, items.filter(old), (item) => old(item)!, results);
  }

  async function updateChanged(
    model: Model,
    items: readonly PlacedItem[],
    oldKey: (item: PlacedItem) => KeyValues,
    results: UpsertedRow[],
  ) {
    if (items.length === 0) return;
    const select = comparedSelection(model, items.map(({ data }) => data), schema);
    const key = keyOf(model).fields;
    const current = new Map((await finder.read(model, items.map(oldKey), select)).map((row) => [tupleText(model, key, row), row]));
    for (const item of items) {
      const old = oldKey(item);
      const row = current.get(tupleText(model, key, old));
      const changed = row ? changedData(model, item.data, row, { schema, policy }) : item.data;
      if (Object.keys(changed).length === 0) results[item.at] = { key: old, outcome: 'same' };
      else {
        const right = await single.find(model, whereOf(model, old), 'update', item.path);
        results[item.at] = { key: await single.updateRow(model, right, changed, item.path), outcome: 'updated' };
      }
    }
  }

  /** The key's values as this row gives them; those of a relation are read from the `connect`, or looked up. */
  async function tupleOf(model: Model, by: readonly string[], { data, path }: Item): Promise<KeyValues> {
    const tuple: Record<string, unknown> = {};
    for (const name of by) {
      const relation = data[name] === undefined ? relationOwning(model, name) : undefined;
      tuple[name] = relation ? await foreignKey(relation, name, data[relation.name], `${path}.${relation.name}`) : data[name];
      if (tuple[name] === undefined || tuple[name] === null) {
        throw badInput(`"${path}" lacks ${relation?.name ?? name}, which its key needs.`, 'Give it a value.', path);
      }
    }
    return tuple;
  }

  async function foreignKey(relation: RelationField, name: string, value: unknown, path: string): Promise<unknown> {
    if (relation.join.kind !== 'columns' || typeof value !== 'object' || value === null) return undefined;
    const there = relation.join.pairs.find(([here]) => here === name)?.[1];
    const connect: unknown = 'connect' in value ? value.connect : undefined;
    const unique = uniqueTupleOf(connect, modelOf(schema, relation.target));
    if (there !== undefined && unique && there in unique.tuple) return unique.tuple[there];
    return (await single.pointTo(relation, { connect }, path))[name];
  }

  function filterRight(model: Model, name: string) {
    const right = policy.field(model.name, name, 'filter');
    if (isNever(right)) throw forbidden(`filter by ${model.name}.${name}`);
    return right;
  }

  return { upsertMany };
}

interface PlacedItem extends Item {
  readonly at: number;
  readonly tuple: KeyValues;
}

function requireUnique(model: Model, by: readonly string[]) {
  const wanted = [...by].toSorted().join();
  if (model.uniques.some(({ fields }) => [...fields].toSorted().join() === wanted)) return;
  const known = model.uniques.map(({ fields }) => fields.join(' + ')).join(', ');
  throw badInput(`${by.join(' + ')} is not a unique key of ${model.name}.`, `Use one of: ${known}.`, 'key');
}

function relationOwning(model: Model, column: string): RelationField | undefined {
  return relationsOf(model).find(({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === column));
}

function whereOf(model: Model, key: KeyValues): Data {
  const { name, fields } = keyOf(model);
  return fields.length === 1 && name === fields[0] ? { [name]: key[name] } : { [name]: key };
}
