import { badInput, forbidden, notFound } from '../../errors.ts';
import { keyOf, modelOf, relationOf, type Model, type RelationField, type Schema } from '../../model/model.ts';
import { all, isAlways, isNever, type Filter, type Operand } from '../../policy/filter.ts';
import type { RowVerb } from '../../policy/rule.ts';
import type { Viewer } from '../../policy/viewer.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { guardFilter } from '../guard.ts';
import { createNewRowChecks } from './new-row-checks.ts';
import { keyFilter, parseUniqueWhere } from '../parse-arguments.ts';
import { createRowFinder } from './row-finder.ts';
import type { KeyValues, RowWriter } from './row-writer.ts';
import { createManyUpserter } from './upsert-many.ts';
import { Values } from '../values.ts';
import { createManyWriter } from './create-many.ts';

/** A caller's `data`: scalars by name, and `{ create, connect, disconnect }` by relation. */
export type Data = Readonly<Record<string, unknown>>;

export interface WriteContext {
  readonly schema: Schema;
  readonly policy: ViewerPolicy;
  readonly viewer: Viewer;
  readonly rows: RowWriter;
  /** One row that matches, as these columns (the key's unless said otherwise), seen from inside the transaction. */
  matching(model: Model, filter: Filter, values: Values, columns?: readonly string[]): Promise<KeyValues | undefined>;
}

/**
 * Writes for one viewer inside one transaction. Every level is judged by the policy of its own model: the old row
 * before it is changed, the linked row before it is pointed at, and the new row after all of it, when `finish` runs.
 *
 * @throws NOT_FOUND for rows that are absent or unreadable, FORBIDDEN, CONFLICT, BAD_INPUT; each names the path in the
 * input, and each undoes the whole transaction.
 */
export function createWriter(context: WriteContext) {
  const { schema, policy, rows } = context;
  const finder = createRowFinder(rows.context, context.viewer, policy);
  const checks = createNewRowChecks({ finder, requireRow });

  async function create(modelName: string, data: Data, path = 'data', given: KeyValues = {}): Promise<KeyValues> {
    const model = modelOf(schema, modelName);
    requireVerb(model, 'create', path);
    const { columns, later } = await prepare(model, data, path);
    const key = await rows.insert(model, { ...columns, ...given, ...presetsOf(model) }, path);
    checkAfter(
      model,
      key,
      all([policy.rows(model.name, 'create'), writeRights(model, data)]),
      path,
      `create this ${model.name}`,
    );
    await writeRelated(model, key, later, path);
    return key;
  }

  async function update(modelName: string, where: unknown, data: Data, path = 'data'): Promise<KeyValues> {
    const model = modelOf(schema, modelName);
    const old = await find(model, where, 'update', 'where');
    return updateRow(model, old, data, path);
  }

  async function updateRow(model: Model, old: KeyValues, data: Data, path: string): Promise<KeyValues> {
    requireVerb(model, 'update', path);
    const rights = writeRights(model, data);
    if (!isAlways(rights))
      await requireRow(model, old, rights, () => forbidden(`write these fields of ${model.name}`, path));
    const { columns, later } = await prepare(model, data, path);
    const key = Object.keys(columns).length > 0 ? await rows.update(model, old, columns, path) : old;
    checkAfter(model, key, all([policy.rows(model.name, 'update'), rights]), path, `leave this ${model.name} so`);
    await writeRelated(model, key, later, path);
    return key;
  }

  async function upsert(modelName: string, where: unknown, data: { create: Data; update: Data }): Promise<KeyValues> {
    const model = modelOf(schema, modelName);
    requireVerb(model, 'create', 'create');
    requireVerb(model, 'update', 'update');
    // A row that may not be read goes the way of one that is not there, and meets the unique key as any create would.
    const readable = await lookUp(model, where, 'read', 'where');
    if (!readable) return create(modelName, data.create, 'create');
    return updateRow(model, await find(model, where, 'update', 'where'), data.update, 'update');
  }

  async function remove(modelName: string, where: unknown): Promise<KeyValues> {
    const model = modelOf(schema, modelName);
    const key = await find(model, where, 'delete', 'where');
    await rows.delete(model, key, 'where');
    return key;
  }

  // ---- rights

  function requireVerb(model: Model, verb: RowVerb, path: string) {
    if (isNever(policy.rows(model.name, verb))) throw forbidden(`${verb} ${model.name}`, path);
  }

  /** The condition under which all these fields may be written. */
  function writeRights(model: Model, data: Data): Filter {
    return all(Object.keys(data).map((name) => policy.field(model.name, name, 'write')));
  }

  function checkAfter(model: Model, key: KeyValues, filter: Filter, path: string, what: string) {
    checks.add({ model, filter, rows: [{ key, path }], what });
  }

  /** The refusal is made when it is needed: an error notes where it stands, which takes as long as a statement. */
  async function requireRow(model: Model, key: KeyValues, filter: Filter, refusal: () => Error) {
    const values = new Values();
    const row = await context.matching(model, all([keyFilter(model, [key], values), filter]), values);
    if (!row) throw refusal();
  }

  async function lookUp(model: Model, where: unknown, verb: RowVerb, path: string): Promise<KeyValues | undefined> {
    const values = new Values();
    const named = guardFilter(parseUniqueWhere(where, model, schema, values, path), model.name, { schema, policy });
    return context.matching(model, all([named, policy.rows(model.name, verb)]), values);
  }

  /** Absent, unreadable and untouchable rows read the same. */
  async function find(model: Model, where: unknown, verb: RowVerb, path: string): Promise<KeyValues> {
    const row = await lookUp(model, where, verb, path);
    if (!row) throw notFound(model.name, path);
    return row;
  }

  // ---- relations

  /** Splits data into this row's columns and what must wait until the row is there. */
  async function prepare(model: Model, data: Data, path: string) {
    const columns: KeyValues = {};
    const later: [RelationField, Record<string, unknown>][] = [];
    for (const [name, value] of Object.entries(data)) {
      if (value === undefined) continue;
      const at = `${path}.${name}`;
      if (isNever(policy.field(model.name, name, 'write'))) throw forbidden(`write ${model.name}.${name}`, at);
      const field = model.fields.get(name);
      if (!field) throw badInput(`${model.name} has no field "${name}".`, 'Check the spelling.', at);
      if (field.kind === 'scalar') columns[name] = value;
      else if (field.owning)
        Object.entries(await pointTo(field, value, at)).forEach(([column, it]) => (columns[column] = it));
      else later.push([field, nestedOf(value, at, field)]);
    }
    return { columns, later };
  }

  /** The foreign key columns for `{ create }`, `{ connect }` or `{ disconnect: true }`. */
  async function pointTo(relation: RelationField, value: unknown, path: string): Promise<KeyValues> {
    const nested = nestedOf(value, path, relation);
    if (relation.join.kind !== 'columns') throw new Error(`${relation.name} owns no columns.`);
    const { pairs } = relation.join;
    if (nested['disconnect'] === true) {
      if (relation.required) throw badInput(`"${path}" is required.`, 'Connect another row instead.', path);
      return Object.fromEntries(pairs.map(([here]) => [here, null]));
    }
    const target = modelOf(schema, relation.target);
    const key = nested['create']
      ? await create(target.name, nested['create'] as Data, `${path}.create`)
      : await find(target, nested['connect'], 'link', `${path}.connect`);
    const referenced = await readColumns(
      target,
      key,
      pairs.map(([, there]) => there),
    );
    return Object.fromEntries(pairs.map(([here, there]) => [here, referenced[there]]));
  }

  async function writeRelated(
    model: Model,
    key: KeyValues,
    later: [RelationField, Record<string, unknown>][],
    path: string,
  ) {
    for (const [relation, nested] of later) {
      const at = `${path}.${relation.name}`;
      const target = modelOf(schema, relation.target);
      for (const [how, value] of Object.entries(nested)) {
        const items = (Array.isArray(value) ? value : [value]) as Data[];
        for (const [index, item] of items.entries()) {
          const itemPath = Array.isArray(value) ? `${at}.${how}[${index}]` : `${at}.${how}`;
          await writeRelatedRow({ model, key, relation, target }, how, item, itemPath);
        }
      }
    }
  }

  async function writeRelatedRow(
    { model, key, relation, target }: { model: Model; key: KeyValues; relation: RelationField; target: Model },
    how: string,
    item: Data,
    path: string,
  ) {
    if (how !== 'create' && how !== 'connect' && how !== 'disconnect')
      throw badInput(`There is no "${how}" here.`, 'Create, connect or disconnect.', path);
    if (relation.join.kind === 'table') {
      const far = how === 'create' ? await create(target.name, item, path) : await find(target, item, 'link', path);
      await (how === 'disconnect'
        ? rows.untie(model, key, relation, far, path)
        : rows.tie(model, key, relation, far, path));
      return;
    }
    // The other row holds the columns: it is created or updated, and it points at this one, which must allow that.
    const { pairs } = relation.join;
    const here = await readColumns(
      model,
      key,
      pairs.map(([name]) => name),
    );
    const columns = Object.fromEntries(pairs.map(([name, there]) => [there, how === 'disconnect' ? null : here[name]]));
    checkAfter(model, key, policy.rows(model.name, 'link'), path, `link to this ${model.name}`);
    const back = relationOf(target, relation.opposite ?? '');
    const right = policy.field(target.name, back.name, 'write');
    if (isNever(right)) throw forbidden(`write ${target.name}.${back.name}`, path);
    if (how === 'create') {
      const created = await create(target.name, item, path, columns);
      checkAfter(target, created, right, path, `write ${target.name}.${back.name}`);
      return;
    }
    if (how === 'disconnect' && back.required)
      throw badInput(`"${path}" would leave ${target.name}.${back.name} empty.`, 'Connect it elsewhere.', path);
    const old = await find(target, item, 'update', path);
    if (!isAlways(right))
      await requireRow(target, old, right, () => forbidden(`write ${target.name}.${back.name}`, path));
    if (how === 'disconnect') await requireTied(target, old, here, pairs, path);
    const written = await rows.update(target, old, columns, path);
    checkAfter(target, written, all([policy.rows(target.name, 'update'), right]), path, `leave this ${target.name} so`);
  }

  /** Only a row that is tied to this one can be untied from it. */
  async function requireTied(
    target: Model,
    key: KeyValues,
    here: KeyValues,
    pairs: readonly (readonly [string, string])[],
    path: string,
  ) {
    const values = new Values();
    const tied = pairs.map(([name, there]): Filter => ({
      kind: 'compare',
      field: there,
      operator: 'equals',
      operands: [values.add(here[name])],
    }));
    const row = await context.matching(target, all([keyFilter(target, [key], values), ...tied]), values);
    if (!row) throw notFound(target.name, path);
  }

  async function readColumns(model: Model, key: KeyValues, names: readonly string[]): Promise<KeyValues> {
    if (names.every((name) => keyOf(model).fields.includes(name))) return key;
    const values = new Values();
    const row = await context.matching(model, keyFilter(model, [key], values), values, names);
    if (!row) throw notFound(model.name);
    return row;
  }

  function presetsOf(model: Model): KeyValues {
    return Object.fromEntries([...policy.presets(model.name)].map(([name, operand]) => [name, presetOf(operand)]));
  }

  function presetOf(operand: Operand): unknown {
    if (operand.kind === 'constant') return operand.value;
    // Without a value the column would be left to the caller's next best guess.
    if (operand.kind !== 'viewer' || context.viewer.id === null) throw forbidden('write without being signed in');
    return context.viewer.id;
  }

  const single = { create, updateRow, find, pointTo, presetsOf, requireVerb, writeRights, checks };
  const many = createManyWriter({ schema, policy, finder, rows, single });
  const { createMany } = many;
  const { upsertMany } = createManyUpserter({ schema, policy, finder, many, single });
  return { create, createMany, update, upsert, upsertMany, delete: remove, finish: checks.judge };
}

function nestedOf(value: unknown, path: string, { list }: RelationField): Record<string, unknown> {
  const entries = Object.entries(value ?? {}).filter(([, it]) => it !== undefined && it !== null && it !== false);
  if (entries.length === 0)
    throw badInput(`"${path}" says nothing to do.`, 'Give create, connect or disconnect.', path);
  if (!list && entries.length > 1)
    throw badInput(
      `"${path}" says several things to do with one row.`,
      'Give one of create, connect and disconnect.',
      path,
    );
  return Object.fromEntries(entries) as Record<string, unknown>;
}

export type Writer = ReturnType<typeof createWriter>;
