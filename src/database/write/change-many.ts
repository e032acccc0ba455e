import { badInput, expectationFailed } from '../../errors.ts';
import { keyOf, modelOf, relationOf, type Model, type Schema } from '../../model/model.ts';
import { all, always, any, isAlways, not, some, type Filter } from '../../policy/filter.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { guardFilter } from '../guard.ts';
import { parseCallerWhere } from '../parse-arguments.ts';
import { Values } from '../values.ts';
import { createBulkChanger } from './bulk-changer.ts';
import { onlyEntry } from './bulk-link.ts';
import { cascadesOf, type Cascade } from './cascades.ts';
import type { SingleWriter } from './create-many.ts';
import type { Data } from './judge.ts';
import type { KeyValues, RowWriter } from './row-writer.ts';
import { sharesColumns } from './shared-columns.ts';
import type { Whereabouts } from './whereabouts.ts';
import type { Listing } from './writer.ts';

export interface ChangeManyOptions {
  /** How many rows the caller means to change: another number changes none. */
  readonly expect?: { readonly max?: number | null; readonly exactly?: number | null } | null;
  /** Counts the matching rows that the viewer reads but may not change. */
  readonly countDenied?: boolean;
}

export interface DeleteManyOptions extends ChangeManyOptions {
  readonly countCascades?: boolean;
  /** Called with the keys before the rows go. */
  readonly before?: (keys: readonly KeyValues[]) => Promise<void>;
}

export interface ChangedRows {
  readonly keys: readonly KeyValues[];
  readonly denied: number | undefined;
  readonly cascades: readonly Cascade[];
}

export interface ChangeManyContext {
  readonly schema: Schema;
  readonly policy: ViewerPolicy;
  readonly rows: RowWriter;
  readonly single: SingleWriter;
  readonly whereabouts: Whereabouts;
  listing(model: Model, filter: Filter, values: Values, limit: number): Promise<Listing>;
  counting(model: Model, filter: Filter, values: Values): Promise<number>;
}

/** Rows that one mutation changes by a condition, at most: the one writer of a database is held for so long. */
const maxRows = 10_000;

/**
 * Changes all rows that match a condition and on which the viewer has the right. Others that match are left as they are:
 * the rows that one may change are a part of those that one may read, as the readable ones are a part of all.
 */
export function createChangeMany({ schema, policy, rows, single, whereabouts, listing, counting }: ChangeManyContext) {
  const changer = createBulkChanger(rows);
  const { judge } = single;

  async function updateMany(
    modelName: string,
    where: unknown,
    data: Data,
    options: ChangeManyOptions = {},
  ): Promise<ChangedRows> {
    const model = modelOf(schema, modelName);
    judge.requireVerb(model, 'update', 'data');
    for (const name of Object.keys(data)) judge.requireFieldWrite(model, name, `data.${name}`);
    const rights = all([policy.rows(model.name, 'update'), judge.writeRights(model, data)]);
    const { keys, denied } = await target(model, where, rights, options);
    return { keys: await updateAll(model, keys, data, rights), denied, cascades: [] };
  }

  async function updateAll(model: Model, keys: readonly KeyValues[], data: Data, rights: Filter) {
    const columns = await commonColumns(model, data);
    if (!columns) {
      const written: KeyValues[] = [];
      // What is nested in the change of one row may change the key of another.
      for (const now of keys.map((key) => whereabouts.follow(model, key, 'where')))
        written.push(await single.updateRow(model, now(), data, { path: 'data', depth: 0 }));
      return written;
    }
    if (Object.keys(columns).length > 0) await changer.updateMany(model, keys, columns, 'data');
    const what = `leave this ${model.name} so`;
    judge.checks.add({ model, filter: rights, rows: keys.map((key) => ({ key, path: 'data' })), what });
    return keys;
  }

  /** The columns that the data come down to, where they are the same for all rows; undefined where each row goes alone. */
  async function commonColumns(model: Model, data: Data): Promise<KeyValues | undefined> {
    const columns: KeyValues = {};
    for (const [name, value] of Object.entries(data)) {
      if (value === undefined) continue;
      const field = model.fields.get(name);
      if (!field) throw badInput(`${model.name} has no field "${name}".`, 'Check the spelling.', `data.${name}`);
      if (field.kind === 'scalar') columns[name] = value;
      else if (
        field.owning &&
        !sharesColumns(model, field) &&
        ['connect', 'disconnect'].includes(onlyEntry(value)?.name ?? '')
      )
        for (const [column, it] of Object.entries(
          await single.link(model, field, value, { path: `data.${name}`, depth: 1 }),
        ))
          columns[column] = it;
      else return undefined;
    }
    return keyOf(model).fields.some((name) => name in columns) ? undefined : columns;
  }

  async function deleteMany(modelName: string, where: unknown, options: DeleteManyOptions = {}): Promise<ChangedRows> {
    const model = modelOf(schema, modelName);
    judge.requireVerb(model, 'delete', 'where');
    const { keys, denied, filter, values } = await target(model, where, policy.rows(model.name, 'delete'), options);
    const cascades = options.countCascades ? await cascadesOf(model, filter, values, { schema, policy, counting }) : [];
    await options.before?.(keys);
    await changer.deleteMany(model, keys, 'where');
    return { keys, denied, cascades };
  }

  /** The rows that match and on which the viewer has the right, and the condition that picks them. */
  async function target(model: Model, where: unknown, right: Filter, { expect, countDenied }: ChangeManyOptions) {
    const values = new Values();
    const asked = parseCallerWhere(where, model, schema, values);
    // An empty condition is nearly always a variable that was not filled in.
    if (isAlways(withoutTruisms(asked, model, schema)))
      throw badInput(
        '"where" holds for every row.',
        `Say which; all of them are { ${keyOf(model).fields[0]}: { not: null } }.`,
        'where',
      );
    const matching = all([guardFilter(asked, model.name, { schema, policy }), policy.rows(model.name, 'read')]);
    const filter = all([matching, right]);
    const { keys, more } = await listing(model, filter, new Values(values.list), maxRows);
    if (more)
      throw badInput(`"where" takes more than ${maxRows} rows.`, 'Narrow it, and write in several mutations.', 'where');
    requireExpected(model, keys.length, expect);
    const denied = countDenied ? await counting(model, all([matching, not(right)]), values) : undefined;
    return { keys, denied, filter, values };
  }

  return { updateMany, deleteMany };
}

function requireExpected(model: Model, count: number, expect: ChangeManyOptions['expect']) {
  const { max, exactly } = expect ?? {};
  if (max !== undefined && max !== null && count > max)
    throw expectationFailed(`${count} rows of ${model.name} match, and at most ${max} were expected.`, 'expect.max');
  if (exactly !== undefined && exactly !== null && count !== exactly)
    throw expectationFailed(`${count} rows of ${model.name} match, and ${exactly} were expected.`, 'expect.exactly');
}

/** The condition without what goes without saying: `{ site: { is: {} } }` holds for every row that cannot be without a site. */
function withoutTruisms(filter: Filter, model: Model, schema: Schema): Filter {
  const inner = (it: Filter) => withoutTruisms(it, model, schema);
  switch (filter.kind) {
    case 'all':
      return all(filter.of.map(inner));
    case 'any':
      return any(filter.of.map(inner));
    case 'not':
      return not(inner(filter.of));
    case 'some': {
      const relation = relationOf(model, filter.relation);
      const there = withoutTruisms(filter.filter, modelOf(schema, relation.target), schema);
      return relation.owning && relation.required && isAlways(there) ? always : some(relation.name, there);
    }
    default:
      return filter;
  }
}
