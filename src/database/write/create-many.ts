import { badInput, forbidden } from '../../errors.ts';
import { keyOf, modelOf, type Model, type RelationField, type Schema } from '../../model/model.ts';
import { all, isNever } from '../../policy/filter.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { createAlikeWriter } from './create-alike.ts';
import { createBulkInserter } from './bulk-inserter.ts';
import { canLinkInBulk, onlyEntry, uniqueTupleOf, type UniqueTuple } from './bulk-link.ts';
import { refusing } from '../refused-right.ts';
import { groupBy, partsOf } from '../grouping.ts';
import { tupleText, type RowFinder } from './row-finder.ts';
import { emptyColumns } from './shared-columns.ts';
import type { KeyValues, RowWriter } from './row-writer.ts';
import type { Data, Judge, Place } from './judge.ts';

/** What many rows need of the writer of single ones. */
export interface SingleWriter {
  createRow(model: Model, data: Data, place: Place): Promise<KeyValues>;
  updateRow(model: Model, row: KeyValues, data: Data, place: Place): Promise<KeyValues>;
  /** The columns of a relation that the row itself holds. */
  link(model: Model, relation: RelationField, value: unknown, place: Place): Promise<KeyValues>;
  presetsOf(model: Model): KeyValues;
  readonly judge: Judge;
}

export interface ManyContext {
  readonly schema: Schema;
  readonly policy: ViewerPolicy;
  readonly finder: RowFinder;
  readonly rows: RowWriter;
  readonly single: SingleWriter;
}

/** One row's data, and where it stands in the caller's input. */
export interface Item {
  readonly data: Data;
  readonly path: string;
}

/** A row that needs nothing but columns and links to rows that are there. */
export interface PlainRow extends Item {
  readonly columns: KeyValues;
  readonly links: Link[];
}

interface Link extends UniqueTuple {
  readonly relation: RelationField;
  readonly where: unknown;
  readonly path: string;
}

/** More would only hold more in memory. */
const maxRun = 2048;

/**
 * Creates many rows under the same rules as one, with a handful of statements for a few thousand: rows that are plain
 * go together, any other goes through `create` in its place.
 */
export function createManyWriter(context: ManyContext) {
  const { schema, policy, finder, rows, single } = context;
  const inserter = createBulkInserter(rows);
  const { judge } = single;

  async function createMany(modelName: string, data: readonly Data[], path = 'data'): Promise<KeyValues[]> {
    const model = modelOf(schema, modelName);
    judge.requireVerb(model, 'create', path);
    return createItems(
      model,
      data.map((it, at) => ({ data: it, path: `${path}[${at}]` })),
    );
  }

  async function createItems(model: Model, items: readonly Item[]): Promise<KeyValues[]> {
    const split = plainRowSplitter(model);
    const keys: KeyValues[] = [];
    let run: PlainRow[] = [];
    const endRun = async () => {
      for (const part of partsOf(run, maxRun)) keys.push(...(await insertRun(model, part)));
      run = [];
    };
    for (const item of items) {
      const row = split(item);
      if (row) run.push(row);
      else {
        await endRun();
        keys.push(await single.createRow(model, item.data, { path: item.path, depth: 0 }));
      }
    }
    await endRun();
    return keys;
  }

  async function insertRun(model: Model, run: readonly PlainRow[]): Promise<KeyValues[]> {
    if (run[0]) judge.requireVerb(model, 'create', run[0].path);
    const linked = await fillLinks(model, run);
    const presets = Object.entries(single.presetsOf(model));
    for (const { columns } of run) for (const [name, value] of presets) columns[name] = value;
    const keys = await inserter.insertMany(model, run);
    checkNew(model, run, keys);
    await tie(model, run, keys, linked);
    return keys;
  }

  /** Puts the keys of linked rows into the columns that hold them. Gives the linked rows. */
  async function fillLinks(model: Model, run: readonly PlainRow[]): Promise<Map<Link, KeyValues>> {
    const linked = await linkedRows(
      model,
      run.flatMap(({ links }) => links),
    );
    for (const { columns, links } of run) for (const link of links) setForeignKey(columns, link, linked.get(link)!);
    return linked;
  }

  /** The rows to be linked, by link: one statement for each relation, and one more for each that is not found. */
  async function linkedRows(model: Model, links: readonly Link[]): Promise<Map<Link, KeyValues>> {
    const groups = groupBy(links, ({ relation, key }) => `${relation.name} ${key.name}`);
    const linked = new Map<Link, KeyValues>();
    for (const group of groups.values()) {
      const { relation, key } = group[0]!;
      const target = modelOf(schema, relation.target);
      const { join } = relation;
      const columns = join.kind === 'columns' ? join.pairs.map(([, there]) => there) : keyOf(target).fields;
      const seen = key.fields.map((name) => policy.field(target.name, name, 'filter'));
      const filter = all([policy.rows(target.name, 'link'), ...seen]);
      const texts = group.map(({ tuple }) => tupleText(target, key.fields, tuple));
      const tuples = new Map(group.map(({ tuple }, at) => [texts[at]!, tuple]));
      const found = await finder.find({ model: target, by: key.fields, filter, columns }, tuples);
      for (const [at, link] of group.entries()) {
        // What is missing here is asked for alone: it is refused as everywhere, or the database takes two texts for one.
        linked.set(link, found.get(texts[at]!) ?? (await linkedRow(model, link, target)));
      }
    }
    return linked;
  }

  async function linkedRow(model: Model, { relation, where, path }: Link, target: Model): Promise<KeyValues> {
    const { join } = relation;
    if (join.kind === 'table') return judge.find(target, 'link', { where, path });
    const columns = await single.link(
      model,
      relation,
      { connect: where },
      { path: path.replace(/\.connect$/, ''), depth: 1 },
    );
    return Object.fromEntries(join.pairs.map(([here, there]) => [there, columns[here]]));
  }

  function checkNew(model: Model, run: readonly PlainRow[], keys: readonly KeyValues[]) {
    const groups = groupBy(
      run.map(({ data, path }, at) => ({ data, path, key: keys[at]! })),
      ({ data }) => Object.keys(data).join(),
    );
    for (const group of groups.values()) {
      const filter = all([policy.rows(model.name, 'create'), judge.writeRights(model, group[0]!.data)]);
      judge.checks.add({ model, filter, rows: group, what: `create this ${model.name}` });
    }
  }

  async function tie(
    model: Model,
    run: readonly PlainRow[],
    keys: readonly KeyValues[],
    linked: ReadonlyMap<Link, KeyValues>,
  ) {
    const ties = run.flatMap(({ links }, at) =>
      links.filter(({ relation }) => relation.list).map((link) => ({ link, here: keys[at]! })),
    );
    for (const group of groupBy(ties, ({ link }) => link.relation).values()) {
      const pairs = group.map(({ link, here }) => [here, linked.get(link)!] as const);
      await inserter.tieMany(model, group[0]!.link.relation, pairs);
    }
  }

  /** Tells plain rows from others, and refuses what may not be written; what is the same for all rows is asked once. */
  function plainRowSplitter(model: Model) {
    const writable = new Map<string, boolean>();
    const mayWrite = (name: string) => {
      const known = writable.get(name) ?? !isNever(policy.field(model.name, name, 'write'));
      writable.set(name, known);
      return known;
    };
    const linkable = new Map<RelationField, boolean>();
    const mayLink = (relation: RelationField) => {
      const known = linkable.get(relation) ?? canLinkInBulk(model, relation, policy, schema);
      linkable.set(relation, known);
      return known;
    };

    return ({ data, path }: Item): PlainRow | undefined => {
      const row: PlainRow = { data, path, columns: {}, links: [] };
      for (const name of Object.keys(data)) {
        const value = data[name];
        if (value === undefined) continue;
        if (!mayWrite(name))
          throw refusing(forbidden(`write ${model.name}.${name}`, `${path}.${name}`), {
            model: model.name,
            field: name,
            verb: 'write',
          });
        const field = model.fields.get(name);
        if (!field) throw badInput(`${model.name} has no field "${name}".`, 'Check the spelling.', `${path}.${name}`);
        if (field.kind === 'scalar') row.columns[name] = value;
        else if (!mayLink(field) || !addLinks(model, row, field, value)) return undefined;
      }
      return row;
    };
  }

  /** @returns whether the relation is connected, or left empty, and nothing else. */
  function addLinks(model: Model, row: PlainRow, relation: RelationField, value: unknown): boolean {
    const link = onlyEntry(value);
    if (!link) return false;
    const { join } = relation;
    if (link.name === 'disconnect' && link.value === true && join.kind === 'columns' && !relation.required) {
      for (const name of Object.keys(emptyColumns(model, relation))) row.columns[name] = null;
      return true;
    }
    if (link.name !== 'connect') return false;
    const target = modelOf(schema, relation.target);
    const path = `${row.path}.${relation.name}.connect`;
    const add = (where: unknown, at: string) => {
      const unique = uniqueTupleOf(where, target);
      if (unique) row.links.push({ relation, where, path: at, key: unique.key, tuple: unique.tuple });
      return unique !== undefined;
    };
    if (!Array.isArray(link.value)) return add(link.value, path);
    return link.value.every((where, at) => add(where, `${path}[${at}]`));
  }

  return { createMany, createItems, plainRowSplitter, fillLinks, ...createAlikeWriter(context) };
}

export type ManyWriter = ReturnType<typeof createManyWriter>;

function setForeignKey(columns: KeyValues, { relation: { join } }: Link, there: KeyValues) {
  if (join.kind === 'columns') for (const [here, name] of join.pairs) columns[here] = there[name];
}
