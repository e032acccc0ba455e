import { badInput, forbidden, PergolaError, staleVersion } from '../../errors.ts';
import { modelOf, type Model, type RelationField, type Schema } from '../../model/model.ts';
import { all, some, type Filter, type Operand } from '../../policy/filter.ts';
import type { Viewer } from '../../policy/viewer.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { Values } from '../values.ts';
import { asksFor, onlyEntry } from './bulk-link.ts';
import { createChangeMany } from './change-many.ts';
import { createManyWriter } from './create-many.ts';
import { createJudge, type Data, type Judge, type JudgeContext, type Place, type Wanted } from './judge.ts';
import { acrossRelation } from './nested-input.ts';
import { createNewRowChecks } from './new-row-checks.ts';
import { createPointer, type Pointed, type Unjudged } from './point-to.ts';
import { Provided } from './provided.ts';
import { createRowFinder } from './row-finder.ts';
import type { KeyValues, LoneRow, RowWriter } from './row-writer.ts';
import { joinColumns, requireSharedSame } from './shared-columns.ts';
import { createManyUpserter } from './upsert-many.ts';
import type { Whereabouts } from './whereabouts.ts';
import { createFarWriter } from './write-far.ts';

export interface WriteContext {
  readonly schema: Schema;
  readonly policy: ViewerPolicy;
  readonly viewer: Viewer;
  readonly rows: RowWriter;
  readonly whereabouts: Whereabouts;
  readonly matching: JudgeContext['matching'];
  /** The keys of all rows that match, or of so many of them. */
  listing(model: Model, filter: Filter, values: Values, limit?: number): Promise<Listing>;
  counting(model: Model, filter: Filter, values: Values): Promise<number>;
}

export interface Listing {
  readonly keys: readonly KeyValues[];
  /** More rows match. */
  readonly more: boolean;
}

export interface VersionOption {
  /** What the row's version was when the caller read it. */
  readonly ifVersion?: unknown;
}

/**
 * Writes for one viewer inside one transaction. Every level is judged by the policy of its own model: the old row
 * before it is changed, the linked row before it is pointed at, and the new row after all of it, when `finish` runs.
 *
 * @throws NOT_FOUND for rows that are absent or unreadable, FORBIDDEN, CONFLICT, STALE_VERSION, TOO_DEEP, BAD_INPUT; each
 * names the path in the input, and each undoes the whole transaction.
 */
export function createWriter(context: WriteContext) {
  const { schema, policy, rows, viewer, whereabouts } = context;
  const finder = createRowFinder(rows.context, viewer, policy);
  const base = createJudge(context);
  const checks = createNewRowChecks({ finder, requireRow: base.requireRow, whereabouts });
  const judge: Judge = { ...base, checks };
  const nested = {
    schema,
    policy,
    rows,
    whereabouts,
    judge,
    create: createRow,
    update: updateNamed,
    delete: deleteRow,
  };
  const pointTo = createPointer(nested);
  const writeFar = createFarWriter({ ...nested, listing: context.listing });

  // ---- one row by name

  const create = (modelName: string, data: Data, path = 'data'): Promise<KeyValues> =>
    createRow(modelOf(schema, modelName), data, root(path));

  async function update(modelName: string, where: unknown, data: Data, { ifVersion }: VersionOption = {}) {
    const model = modelOf(schema, modelName);
    const key = await judge.findToUpdate(model, data, { where, path: 'where', dataPath: 'data' });
    await judge.requireVersion(model, key, ifVersion);
    return updateRow(model, key, data, root('data'));
  }

  async function upsert(
    modelName: string,
    where: unknown,
    data: { create: Data; update: Data },
    { ifVersion }: VersionOption = {},
  ) {
    const model = modelOf(schema, modelName);
    judge.requireVerb(model, 'create', 'create');
    judge.requireVerb(model, 'update', 'update');
    // A row that may not be read goes the way of one that is not there, and meets the unique key as any create would.
    const readable = await judge.lookUp(model, 'read', { where, path: 'where' });
    if (!readable) {
      // Whoever has seen a version has seen a row: that it is gone is a change too.
      if (ifVersion !== undefined && ifVersion !== null) throw staleVersion(model.name, 'ifVersion');
      return createRow(model, data.create, root('create'));
    }
    const key = await judge.findToUpdate(model, data.update, { where, path: 'where', dataPath: 'update' });
    await judge.requireVersion(model, key, ifVersion);
    return updateRow(model, key, data.update, root('update'));
  }

  async function remove(modelName: string, where: unknown, { ifVersion }: VersionOption = {}): Promise<KeyValues> {
    const model = modelOf(schema, modelName);
    const key = await judge.find(model, 'delete', { where, path: 'where' });
    await judge.requireVersion(model, key, ifVersion);
    await deleteRow(model, key, 'where');
    return key;
  }

  /** What creating a row comes down to; undefined where it is more than to insert it, if its rows allow it. */
  async function alone(modelName: string, data: Data): Promise<LoneRow | undefined> {
    const model = modelOf(schema, modelName);
    judge.requireVerb(model, 'create', 'data');
    const links: Unjudged[] = [];
    const place = root('data');
    const { columns, later } = await prepare(model, data, { place, judgeLater: (link) => void links.push(link) });
    const complete = rows.completeRow(model, { ...columns, ...presetsOf(model) }, place.path);
    const values = new Values();
    const linked = links.map(({ relation, model: target, wanted }) =>
      some(relation, judge.filterOf(target, 'link', wanted, values)),
    );
    const filter = all([policy.rows(model.name, 'create'), judge.writeRights(model, data), ...linked]);
    // It would be asked before the row is among them.
    if (later.length > 0 || asksFor(model, filter, model, schema)) return undefined;
    return { model, columns: complete, filter, values };
  }

  // ---- rows at any level

  async function createRow(model: Model, data: Data, place: Place, given: KeyValues = {}): Promise<KeyValues> {
    judge.requireVerb(model, 'create', place.path);
    const links: Unjudged[] = [];
    // What is written before the row may decide what may be linked to: then each link is judged in its turn.
    const judgeLater = onlyConnects(model, data) ? (link: Unjudged) => void links.push(link) : undefined;
    const prepared = async () => {
      const { columns, later } = await prepare(model, data, { place, judgeLater });
      return { columns: { ...columns, ...given, ...presetsOf(model) }, later };
    };
    const { columns, later } = await prepared().catch(async (error: unknown) => {
      // Of what is refused, the first is told of: a link that is still to be judged comes before. What the database
      // says stays as it is: it tells whether to try again, and after it nothing more may be asked of the transaction.
      if (error instanceof PergolaError && error.code !== 'DATABASE_UNAVAILABLE') await judgeLinks(links);
      throw error;
    });
    const key = await insertLinked(model, columns, place.path, links);
    const filter = all([policy.rows(model.name, 'create'), judge.writeRights(model, data)]);
    checks.add({ model, filter, rows: [{ key, path: place.path }], what: `create this ${model.name}` });
    return writeLater(model, key, place.path, later);
  }

  /** The insert itself asks whether the rows may be linked to that it points at. */
  async function insertLinked(model: Model, columns: KeyValues, path: string, links: readonly Unjudged[]) {
    if (links.length === 0) return rows.insert(model, columns, path);
    const provided = new Provided(viewer);
    for (const link of links) {
      const filter = judge.filterOf(link.model, 'link', link.wanted, provided.values);
      provided.rows.push({ model: link.model, filter });
    }
    let complete: KeyValues;
    try {
      complete = rows.completeRow(model, columns, path);
    } catch (error) {
      // Of a link that is refused and a value that cannot be stored, the link is told of.
      await judgeLinks(links);
      throw error;
    }
    const key = await rows.insertProvided(model, complete, path, provided);
    if (key) return key;
    // One by one, to say which of them it was.
    await judgeLinks(links);
    // Never inserted here instead: it would be a second row, should the database have told the first one wrongly.
    throw new Error(`${model.name} was not inserted, though all that it links to is there.`);
  }

  async function judgeLinks(links: readonly Unjudged[]): Promise<void> {
    for (const { model, wanted } of links) await judge.find(model, 'link', wanted);
  }

  /** The row has been found as one that may be changed so. */
  async function updateRow(model: Model, row: KeyValues, data: Data, place: Place): Promise<KeyValues> {
    const now = whereabouts.follow(model, row, place.path);
    const { columns, later } = await prepare(model, data, { place, row: now });
    const old = now();
    const key = Object.keys(columns).length > 0 ? await rows.update(model, old, columns, place.path) : old;
    const filter = all([policy.rows(model.name, 'update'), judge.writeRights(model, data)]);
    checks.add({ model, filter, rows: [{ key, path: place.path }], what: `leave this ${model.name} so` });
    return writeLater(model, key, place.path, later);
  }

  async function writeLater(model: Model, key: KeyValues, path: string, later: readonly Later[]): Promise<KeyValues> {
    const now = whereabouts.follow(model, key, path);
    for (const write of later) await write(now());
    return now();
  }

  async function updateNamed(model: Model, wanted: Wanted, data: Data, place: Place): Promise<KeyValues> {
    return updateRow(model, await judge.findToUpdate(model, data, { ...wanted, dataPath: place.path }), data, place);
  }

  /** The row has been found as one that may be deleted. */
  function deleteRow(model: Model, key: KeyValues, path: string): Promise<void> {
    return rows.delete(model, key, path);
  }

  /** Splits data into this row's columns and what must wait until they are written. */
  async function prepare(model: Model, data: Data, { place, row: now, judgeLater }: PrepareOptions) {
    const columns: KeyValues = {};
    const later: Later[] = [];
    for (const [name, value] of Object.entries(data)) {
      if (value === undefined) continue;
      const path = `${place.path}.${name}`;
      judge.requireFieldWrite(model, name, path);
      const field = model.fields.get(name);
      if (!field) throw badInput(`${model.name} has no field "${name}".`, 'Check the spelling.', path);
      if (field.kind === 'scalar') {
        columns[name] = value;
        continue;
      }
      const at = acrossRelation(place, name);
      if (!field.owning) later.push((key) => writeFar(model, key, field, { value, place: at }));
      else {
        const row = now?.();
        const pointed: Pointed = await pointTo(model, field, value, { place: at, row, judgeLater });
        if (row) {
          const relations = Object.keys(data).filter((it) => data[it] !== undefined);
          await requireSharedSame(model, field, pointed.columns, { row, relations, judge, path: at.path });
        }
        joinColumns(model, columns, pointed.columns, at.path);
        if (pointed.after) later.push(pointed.after);
      }
    }
    return { columns, later };
  }

  function presetsOf(model: Model): KeyValues {
    return Object.fromEntries([...policy.presets(model.name)].map(([name, operand]) => [name, presetOf(operand)]));
  }

  function presetOf(operand: Operand): unknown {
    if (operand.kind === 'constant') return operand.value;
    // Without a value the column would be left to the caller's next best guess.
    if (operand.kind !== 'viewer' || viewer.id === null) throw forbidden('write without being signed in');
    return viewer.id;
  }

  // ---- many rows

  const link = (model: Model, relation: RelationField, value: unknown, place: Place) =>
    pointTo(model, relation, value, { place }).then(({ columns }) => columns);
  const single = { createRow, updateRow, link, presetsOf, judge };
  const many = createManyWriter({ schema, policy, finder, rows, single });
  const { upsertMany } = createManyUpserter({ schema, policy, finder, rows, many, single });
  const { updateMany, deleteMany } = createChangeMany({ ...context, single });
  const { createMany, createAlike, givesKey } = many;
  return {
    create,
    alone,
    createMany,
    createAlike,
    givesKey,
    update,
    updateMany,
    upsert,
    upsertMany,
    delete: remove,
    deleteMany,
    finish: checks.judge,
  };
}

interface PrepareOptions {
  readonly place: Place;
  readonly row?: () => KeyValues;
  readonly judgeLater?: ((link: Unjudged) => void) | undefined;
}

/** Whether nothing is done at the rows that this one points at. */
const onlyConnects = (model: Model, data: Data): boolean =>
  Object.entries(data).every(([name, value]) => {
    const field = model.fields.get(name);
    if (field?.kind !== 'relation' || !field.owning || value === undefined) return true;
    return onlyEntry(value)?.name === 'connect';
  });

/** What waits until a row's own columns are written. */
type Later = (key: KeyValues) => Promise<void>;

const root = (path: string): Place => ({ path, depth: 0 });
