import { sql } from 'kysely';
import { PergolaError } from '../../errors.ts';
import {
  keyOf,
  modelOf,
  relationOf,
  scalarOf,
  scalarsOf,
  type Model,
  type RelationField,
  type ScalarField,
} from '../../model/model.ts';
import { checkColumns, checkRequired } from './check-columns.ts';
import { countedField, countedFieldAlone, readCountedKeys } from './counted-keys.ts';
import { defaultColumns } from './defaults.ts';
import { evenPartsOf } from '../grouping.ts';
import { tupleText } from './row-finder.ts';
import type { Change, KeyValues, RowWriter } from './row-writer.ts';
import { cachedStatement } from '../statement-cache.ts';
import { toWriteError } from './write-errors.ts';

/** A row that waits to be inserted, and where it stands in the caller's input. */
export interface NewRow {
  /** The inserter adds what nobody gave a value. */
  readonly columns: KeyValues;
  readonly path: string;
}

/** More do not make it faster, and Prisma's adapter remembers the parameters of its last hundred statements. */
const maxInsertParameters = 4000;

/**
 * Inserts many rows with few statements. Like the row writer it asks for no right.
 *
 * @throws CONFLICT, BAD_INPUT with the path of the first row that cannot be stored.
 */
export function createBulkInserter({ context, stored, encode, insert }: RowWriter) {
  const { engine, run, tryOut, note } = context;
  const maxParameters = Math.min(engine.maxParameters, maxInsertParameters);

  /** @returns the keys, in the order of the rows. */
  async function insertMany(model: Model, rows: readonly NewRow[]): Promise<KeyValues[]> {
    const keys: KeyValues[] = [];
    for (const { fields, items } of alike(model, rows)) {
      if (fields.length === 0) {
        for (const { columns, path } of items) keys.push(await insert(model, columns, path));
        continue;
      }
      for (const part of evenPartsOf(items, Math.floor(maxParameters / fields.length))) {
        keys.push(...(await insertPart(model, fields, part)));
      }
    }
    return keys;
  }

  async function insertPart(
    model: Model,
    fields: readonly ScalarField[],
    rows: readonly NewRow[],
  ): Promise<KeyValues[]> {
    const values: unknown[] = [];
    for (const { columns } of rows)
      for (const field of fields) values.push(stored(model, field.name, columns[field.name]));
    const givenKey = keyFieldsAmong(model, fields);
    let keys: KeyValues[] | undefined;
    try {
      keys = await insertValues(model, fields, { rows: rows.length, values, path: rows[0]!.path });
    } catch (error) {
      return insertEach(model, rows, toWriteError(error, model.name, rows[0]!.path));
    }
    keys ??= rows.map(({ columns }) => Object.fromEntries(givenKey!.map(({ name }) => [name, columns[name]])));
    for (const [at, key] of keys.entries()) note({ model, verb: 'create', key, written: rows[at]!.columns });
    return keys;
  }

  /** @returns the keys, in the order of the rows; undefined where the values hold them. */
  async function insertValues(
    model: Model,
    fields: readonly ScalarField[],
    { rows, values, path, counted: given }: InsertedValues,
  ): Promise<KeyValues[] | undefined> {
    const keyFields = keyOf(model).fields;
    const isGiven = keyFieldsAmong(model, fields) !== undefined;
    const counted = given ?? (isGiven || engine.returnsKeys ? undefined : countedFieldAlone(context, model, path));
    const returning = counted || isGiven ? [] : keyFields;
    const statement = insertStatement(model, fields, { rows, returning });
    const insertAll = () => run(statement, values);
    const returned = await (rows > 1 ? tryOut(insertAll) : insertAll());
    if (counted) return readCountedKeys(context, model, { field: counted, rows });
    if (returning.length === 0) return undefined;
    const key = keyFields.map((name) => scalarOf(model, name));
    const keys = returned.map((row) =>
      Object.fromEntries(key.map((field, at) => [field.name, engine.fromColumn(field, row[at])])),
    );
    return inOrder(keys, keyFields);
  }

  /**
   * Inserts rows that have been checked.
   *
   * @returns the keys, in the order of the rows; undefined when the database refuses one of them, for whatever it says.
   */
  async function insertAlike(
    model: Model,
    { fields, values, written }: AlikeRows,
  ): Promise<readonly KeyValues[] | undefined> {
    const givenKey = keyFieldsAmong(model, fields)?.map((field) => [field.name, fields.indexOf(field)] as const);
    const counted = givenKey ? undefined : countedField(context, model);
    const width = fields.length;
    const rows = values.length / width;
    const partRows = Math.ceil(rows / Math.ceil(rows / Math.floor(maxParameters / width)));
    const keys: KeyValues[] = [];
    for (let from = 0; from < rows; from += partRows) {
      const part = values.slice(from * width, (from + partRows) * width);
      for (let at = 0; at < part.length; at++) part[at] = encode(fields[at % width]!, part[at]);
      let returned: KeyValues[] | undefined;
      try {
        returned = await insertValues(model, fields, {
          rows: part.length / width,
          values: part,
          path: '',
          counted,
        });
      } catch (error) {
        if (toWriteError(error, model.name, '') instanceof PergolaError) return undefined;
        throw error;
      }
      if (returned) for (const key of returned) keys.push(key);
    }
    if (givenKey)
      for (let at = 0; at < values.length; at += width)
        keys.push(Object.fromEntries(givenKey.map(([name, place]) => [name, values[at + place]])));
    const places = written.map((at) => [fields[at]!.name, at] as const);
    for (const [at, key] of keys.entries()) note(new AlikeChange(model, key, { values, from: at * width, places }));
    return keys;
  }

  function keyFieldsAmong(model: Model, fields: readonly ScalarField[]): readonly ScalarField[] | undefined {
    const key = keyOf(model).fields.map((name) => scalarOf(model, name));
    return key.every((field) => fields.includes(field)) ? key : undefined;
  }

  /** The database does not say which of many rows it refused, so they are tried one by one. */
  async function insertEach(model: Model, rows: readonly NewRow[], refused: unknown): Promise<KeyValues[]> {
    if (!(refused instanceof PergolaError)) throw refused;
    const keys: KeyValues[] = [];
    for (const { columns, path } of rows) {
      try {
        keys.push(await insert(model, columns, path));
      } catch (error) {
        // Not every engine goes on in a transaction after an error.
        throw error instanceof PergolaError ? error : refused;
      }
    }
    return keys;
  }

  function insertStatement(
    model: Model,
    fields: readonly ScalarField[],
    { rows, returning }: { rows: number; returning: readonly string[] },
  ): string {
    const key = JSON.stringify(['insert', model.name, fields.map(({ name }) => name), rows, returning]);
    return cachedStatement(context, key, () => {
      const columnNames = (names: readonly string[]) =>
        sql.join(names.map((name) => sql.id(scalarOf(model, name).column)));
      const row = sql`(${sql.join(fields.map(() => sql`${null}`))})`;
      const into = sql`insert into ${sql.table(model.table)} (${columnNames(fields.map(({ name }) => name))})`;
      const body = sql`${into} values ${sql.join(Array.from({ length: rows }, () => row))}`;
      return returning.length > 0 ? sql`${body} returning ${columnNames(returning)}` : body;
    }).sql;
  }

  /** Rows that go into one statement: they leave the same columns to the database. */
  function alike(
    model: Model,
    rows: readonly NewRow[],
  ): { fields: readonly ScalarField[]; items: readonly NewRow[] }[] {
    const scalars = scalarsOf(model);
    const defaulted = scalars.filter((field) => field.default !== undefined);
    const groups: { fields: readonly ScalarField[]; left: string; items: NewRow[] }[] = [];
    for (const row of rows) {
      const { columns, path } = row;
      for (const [name, value] of Object.entries(defaultColumns(model, columns))) columns[name] = value;
      checkColumns(model, columns, context, path);
      checkRequired(model, columns, path);
      let left = '';
      for (const { name } of defaulted) if (columns[name] === undefined) left += `${name} `;
      let group = groups.at(-1);
      if (group?.left !== left) {
        const names = new Set(left.split(' '));
        group = { fields: scalars.filter(({ name }) => !names.has(name)), left, items: [] };
        groups.push(group);
      }
      group.items.push(row);
    }
    return groups;
  }

  /** Ties new rows to others of an implicit many-to-many. A new row has no ties yet, so only pairs given twice are left out. */
  async function tieMany(
    model: Model,
    relation: RelationField,
    pairs: readonly (readonly [KeyValues, KeyValues])[],
  ): Promise<void> {
    const { join } = relationOf(model, relation.name);
    if (join.kind !== 'table') throw new Error(`${model.name}.${relation.name} has no join table.`);
    const target = modelOf(context.schema, relation.target);
    const [hereKey, thereKey] = [keyOf(model).fields[0]!, keyOf(target).fields[0]!];
    const distinct = new Map(
      pairs.map(([here, there]) => [
        JSON.stringify([tupleText(model, [hereKey], here), tupleText(target, [thereKey], there)]),
        [stored(model, hereKey, here[hereKey]), stored(target, thereKey, there[thereKey])],
      ]),
    );
    for (const part of evenPartsOf([...distinct.values()], Math.floor(maxParameters / 2))) {
      const key = JSON.stringify(['tie', join, part.length]);
      const statement = cachedStatement(context, key, () => {
        const row = sql`(${null}, ${null})`;
        const into = sql`insert into ${sql.table(join.table)} (${sql.id(join.near)}, ${sql.id(join.far)})`;
        return sql`${into} values ${sql.join(part.map(() => row))}`;
      });
      await run(statement.sql, part.flat());
    }
    for (const [key, far] of pairs)
      note({ model, verb: 'update', key, written: { [relation.name]: { connect: far } } });
  }

  /** Rows of Pergola's own, as values of these fields: nothing is checked, filled in or noted. */
  async function insertOwn(
    model: Model,
    names: readonly string[],
    rows: readonly (readonly unknown[])[],
  ): Promise<void> {
    const fields = names.map((name) => scalarOf(model, name));
    for (const part of evenPartsOf(rows, Math.floor(maxParameters / fields.length))) {
      const values: unknown[] = [];
      for (const row of part) for (let at = 0; at < names.length; at++) values.push(stored(model, names[at]!, row[at]));
      await run(insertStatement(model, fields, { rows: part.length, returning: [] }), values);
    }
  }

  return { insertMany, insertAlike, insertOwn, tieMany };
}

export type BulkInserter = ReturnType<typeof createBulkInserter>;

interface AlikeRows {
  readonly fields: readonly ScalarField[];
  /** Those of the first row in the order of the fields, then those of the second, and so on. */
  readonly values: readonly unknown[];
  /** The places of what somebody gave; the others are empty because nobody did. */
  readonly written: readonly number[];
}

interface InsertedValues {
  readonly rows: number;
  readonly values: readonly unknown[];
  /** Of the first row. */
  readonly path: string;
  readonly counted?: ScalarField | undefined;
}

interface PlacedValues {
  readonly values: readonly unknown[];
  readonly from: number;
  /** Of each field that was written. */
  readonly places: readonly (readonly [name: string, at: number])[];
}

/** A row whose values stay where they are until somebody asks for them. */
class AlikeChange implements Change {
  readonly verb = 'create';
  readonly model: Model;
  readonly key: KeyValues;
  private readonly placed: PlacedValues;

  constructor(model: Model, key: KeyValues, placed: PlacedValues) {
    this.model = model;
    this.key = key;
    this.placed = placed;
  }

  get written(): KeyValues {
    const { values, from, places } = this.placed;
    const written: KeyValues = {};
    for (const [name, at] of places) written[name] = values[from + at];
    return written;
  }
}

/** Keys that the database counts up: it gives them out in the order of the rows, but need not return them so. */
function inOrder(keys: KeyValues[], [name, ...rest]: readonly string[]): KeyValues[] {
  const number = (key: KeyValues) => key[name ?? ''] as number | bigint;
  const counted = rest.length === 0 && keys.every((key) => ['number', 'bigint'].includes(typeof number(key)));
  return counted ? keys.toSorted((a, b) => (number(a) < number(b) ? -1 : 1)) : keys;
}
