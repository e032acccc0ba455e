import { badInput, forbidden, notFound, staleVersion } from '../../errors.ts';
import { keyOf, versionOf, type Model, type Schema } from '../../model/model.ts';
import { all, isAlways, isNever, type Filter } from '../../policy/filter.ts';
import type { RowVerb } from '../../policy/rule.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { guardFilter } from '../guard.ts';
import { checkValue, keyFilter, parseUniqueWhere } from '../parse-arguments.ts';
import { refusing, type NamedRow } from '../refused-right.ts';
import { Values } from '../values.ts';
import type { NewRowChecks } from './new-row-checks.ts';
import type { KeyValues } from './row-writer.ts';

/** A caller's `data`: scalars by name, and what to do at the other end by relation. */
export type Data = Readonly<Record<string, unknown>>;

/** Where something stands in the caller's input, and how many relations lead there. */
export interface Place {
  readonly path: string;
  readonly depth: number;
}

/** A further condition on the row that is looked for, such as "tied to that one". */
export type Within = (values: Values) => Filter;

export interface Wanted {
  /** What names the row: one of its unique keys. Left out where `within` names it. */
  readonly where?: unknown;
  readonly within?: Within | undefined;
  readonly path: string;
}

export interface JudgeContext {
  readonly schema: Schema;
  readonly policy: ViewerPolicy;
  /** One row that matches, as these columns (the key's unless said otherwise), seen from inside the transaction. */
  matching(model: Model, filter: Filter, values: Values, columns?: readonly string[]): Promise<KeyValues | undefined>;
}

/**
 * Judges the rows that a write touches, for one viewer inside one transaction: the row that is named, before it is
 * changed. Rows as they are after the change are judged by `NewRowChecks`.
 */
export function createJudge({ schema, policy, matching }: JudgeContext) {
  function requireVerb(model: Model, verb: RowVerb, path: string) {
    if (isNever(policy.rows(model.name, verb)))
      throw refusing(forbidden(`${verb} ${model.name}`, path), { model: model.name, verb });
  }

  function requireFieldWrite(model: Model, field: string, path: string) {
    if (isNever(policy.field(model.name, field, 'write')))
      throw refusing(forbidden(`write ${model.name}.${field}`, path), { model: model.name, field, verb: 'write' });
  }

  /** The condition under which all these fields may be written. */
  function writeRights(model: Model, data: Data): Filter {
    const given = Object.keys(data).filter((name) => data[name] !== undefined);
    return all(given.map((name) => policy.field(model.name, name, 'write')));
  }

  /** The row that is named, where the viewer has the right on it. */
  function lookUp(model: Model, verb: RowVerb, wanted: Wanted, further: Filter[] = []): Promise<KeyValues | undefined> {
    const values = new Values();
    return matching(model, all([filterOf(model, verb, wanted, values), ...further]), values);
  }

  /** What holds of the row that is named, where the viewer has the right on it, and of no other. */
  const filterOf = (model: Model, verb: RowVerb, wanted: Wanted, values: Values): Filter =>
    all([...namedBy(model, wanted, values), policy.rows(model.name, verb)]);

  function namedBy(model: Model, { where, within, path }: Wanted, values: Values): Filter[] {
    const named = where === undefined ? [] : [parseUniqueWhere(where, model, schema, values, path)];
    return [
      ...named.map((filter) => guardFilter(filter, model.name, { schema, policy })),
      ...(within ? [within(values)] : []),
    ];
  }

  /** Absent, unreadable and untouchable rows read the same. */
  async function find(model: Model, verb: RowVerb, wanted: Wanted): Promise<KeyValues> {
    const row = await lookUp(model, verb, wanted);
    if (!row) throw refusing(notFound(model.name, wanted.path), { model: model.name, verb, row: named(model, wanted) });
    return row;
  }

  const named = (model: Model, wanted: Wanted): NamedRow => {
    const values = new Values();
    return { model: model.name, filter: all(namedBy(model, wanted, values)), values };
  };

  /** The row that is named, where these fields of it may be changed as it is now. */
  async function findToUpdate(model: Model, data: Data, wanted: Wanted & { dataPath: string }): Promise<KeyValues> {
    requireVerb(model, 'update', wanted.dataPath);
    const rights = writeRights(model, data);
    const row = await lookUp(model, 'update', wanted, [rights]);
    if (row) return row;
    // Asked a second time to say which of the two it was.
    await find(model, 'update', wanted);
    const field = Object.keys(data).find((name) => !isAlways(policy.field(model.name, name, 'write')));
    throw refusing(forbidden(`write these fields of ${model.name}`, wanted.dataPath), {
      model: model.name,
      ...(field !== undefined && { field }),
      verb: 'write',
      row: named(model, wanted),
    });
  }

  /** Refuses a change by somebody who has not seen the last one. */
  async function requireVersion(model: Model, key: KeyValues, version: unknown): Promise<void> {
    if (version === undefined || version === null) return;
    const field = versionOf(model);
    if (!field) throw badInput(`${model.name} has no version.`, 'Leave ifVersion out.', 'ifVersion');
    if (isNever(policy.field(model.name, field.name, 'filter')))
      throw forbidden(`filter by ${model.name}.${field.name}`, 'ifVersion');
    const values = new Values();
    const operands = [values.add(checkValue(version, field, 'ifVersion'))];
    const same: Filter = { kind: 'compare', field: field.name, operator: 'equals', operands };
    const guarded = guardFilter(same, model.name, { schema, policy });
    const row = await matching(model, all([keyFilter(model, [key], values), guarded]), values);
    if (!row) throw staleVersion(model.name, 'ifVersion');
  }

  /** The refusal is made when it is needed: an error notes where it stands, which takes as long as a statement. */
  async function requireRow(model: Model, key: KeyValues, filter: Filter, refusal: () => Error) {
    const values = new Values();
    const row = await matching(model, all([keyFilter(model, [key], values), filter]), values);
    if (!row) throw refusal();
  }

  /** These columns of a row that is there. */
  async function readColumns(model: Model, key: KeyValues, names: readonly string[]): Promise<KeyValues> {
    if (names.every((name) => keyOf(model).fields.includes(name))) return key;
    const values = new Values();
    const row = await matching(model, keyFilter(model, [key], values), values, names);
    if (!row) throw notFound(model.name);
    return row;
  }

  return {
    requireVerb,
    requireFieldWrite,
    writeRights,
    lookUp,
    filterOf,
    find,
    findToUpdate,
    requireVersion,
    requireRow,
    readColumns,
  };
}

export type Judge = ReturnType<typeof createJudge> & { readonly checks: NewRowChecks };
