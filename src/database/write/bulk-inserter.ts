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
import { countedFieldAlone, readCountedKeys } from './counted-keys.ts';
import { defaultColumns } from './defaults.ts';
import { evenPartsOf } from '../grouping.ts';
import { keyFieldsAmong, keysAt, returnedKeys } from './new-keys.ts';
import { tupleText } from './row-finder.ts';
import type { KeyValues, RowWriter } from './row-writer.ts';
import { cachedStatement } from '../statement-cache.ts';
import { toWriteError } from './write-errors.ts';

/** A row that waits to be inserted, and where it stands in the caller's input. */
export interface NewRow {
  /** The inserter adds what nobody gave a value. */
  readonly columns: KeyValues;
  readonly path: string;
}

/**
 * Inserts many rows with few statements. Like the row writer it asks for no right.
 *
 * @throws CONFLICT, BAD_INPUT with the path of the first row that cannot be stored.
 */
export function createBulkInserter({ context, stored, insert }: RowWriter) {
  const { engine, run, tryOut, note } = context;
  const maxParameters = Math.min(engine.maxParameters, engine.insertedValues);

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
    { rows, values, path }: { readonly rows: number; readonly values: readonly unknown[]; readonly path: string },
  ): Promise<KeyValues[] | undefined> {
    const isGiven = keyFieldsAmong(model, fields) !== undefined;
    const counted = isGiven || engine.returnsKeys ? undefined : countedFieldAlone(context, model, path);
    const returning = counted || isGiven ? [] : keyOf(model).fields;
    const statement = insertStatement(model, fields, { rows, returning });
    const insertAll = () => run(statement, values);
    const returned = await (rows > 1 ? tryOut(insertAll) : insertAll());
    if (counted) return keysAt(await readCountedKeys(context, model, { field: counted, rows }), rows);
    return returning.length === 0 ? undefined : returnedKeys(model, returned, context);
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

  return { insertMany, insertOwn, tieMany };
}
