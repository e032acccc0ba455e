import { sql } from 'kysely';
import { PergolaError } from '../../errors.ts';
import type { Sql } from '../engine.ts';
import { keyOf, scalarOf, type Model, type ScalarField } from '../../model/model.ts';
import { fewSizes } from '../grouping.ts';
import { countedField, readCountedKeys } from './counted-keys.ts';
import { keyFieldsAmong, keysAt, returnedKeys, type KeyAt } from './new-keys.ts';
import { storedTypeOf, type CreatedRows, type KeyValues, type RowWriter } from './row-writer.ts';
import { cachedStatement } from '../statement-cache.ts';
import { toWriteError } from './write-errors.ts';

/** Rows that give the same fields, column by column: a loop over one column knows its type. */
interface AlikeRows {
  readonly count: number;
  readonly columns: readonly AlikeColumn[];
}

export interface AlikeColumn {
  readonly field: ScalarField;
  readonly values: readonly unknown[];
  /** Whether somebody gave it, rather than nobody. */
  readonly isWritten: boolean;
}

/** Runs a statement that inserts so many rows, and gives their keys as far as they are told by then. */
type Insert = (statement: string, parameters: readonly unknown[], rows: number) => Promise<readonly KeyValues[]>;

interface InsertHow {
  readonly insert: Insert;
  readonly returning: readonly string[];
}

/** Inserts rows that have been checked, and asks for no right. */
export function createAlikeInserter({ context, encode }: RowWriter) {
  const { engine, run, noteCreated } = context;

  /**
   * What was done is undone by the caller when the database refuses anything: it does not say which of many rows it was.
   *
   * @returns the keys of the rows; undefined when one of them is refused, or nobody would know its key.
   */
  return async function insertAlike(model: Model, { count, columns }: AlikeRows): Promise<KeyAt | undefined> {
    const given = keyFieldsAmong(
      model,
      columns.map(({ field }) => field),
    );
    const counted = given ? undefined : countedField(context, model);
    if (!given && !counted && !engine.returnsKeys) return undefined;
    const returning = given || counted ? [] : keyOf(model).fields;
    const keys: KeyValues[] = [];
    const isCountedAtOnce = counted && engine.countedKey?.of === 'last';
    const insert: Insert = async (statement, parameters, rows) => {
      const returned = await run(statement, parameters);
      if (counted && !isCountedAtOnce)
        return keysAt(await readCountedKeys(context, model, { field: counted, rows }), rows);
      return returnedKeys(model, returned, context);
    };
    try {
      for await (const some of insertParts(model, { count, columns }, { returning, insert }))
        for (const key of some) keys.push(key);
    } catch (error) {
      if (toWriteError(error, model.name, '') instanceof PergolaError) return undefined;
      throw error;
    }
    const keyAt = given
      ? givenKeys(given, columns)
      : isCountedAtOnce
        ? await readCountedKeys(context, model, { field: counted, rows: count })
        : (at: number) => keys[at]!;
    const written = columns.filter(({ isWritten }) => isWritten);
    noteCreated({ model, count, keyAt, columns: written });
    return keyAt;
  };

  /** The values of a part are made while the part before it is written: a server is at work meanwhile. */
  async function* insertParts(
    model: Model,
    { count, columns }: AlikeRows,
    { insert, returning }: InsertHow,
  ): AsyncGenerator<readonly KeyValues[], void> {
    const fields = columns.map(({ field }) => field);
    if (engine.insertColumns) {
      const lists = columns.map(({ field, values }) => values.map((value) => encode(field, value)));
      yield await insert(columnsStatement(model, fields, returning, engine.insertColumns), lists, count);
      return;
    }
    const limit = Math.floor(Math.min(engine.maxParameters, engine.insertedValues) / fields.length);
    let running: Promise<readonly KeyValues[]> = Promise.resolve([]);
    let from = 0;
    for (const rows of fewSizes(count, limit)) {
      const parameters = Array<unknown>(rows * columns.length);
      let next = 0;
      for (let at = from; at < from + rows; at++)
        for (const { field, values } of columns) parameters[next++] = encode(field, values[at]);
      from += rows;
      yield await running;
      running = insert(rowsStatement(model, fields, returning, rows), parameters, rows);
    }
    yield await running;
  }

  type Names = readonly string[];
  type InsertColumns = NonNullable<typeof engine.insertColumns>;

  function columnsStatement(model: Model, fields: readonly ScalarField[], returning: Names, insert: InsertColumns) {
    const key = JSON.stringify(['insert columns', model.name, fields.map(({ name }) => name), returning]);
    return cachedStatement(context, key, () => {
      const columns = fields.map((field) => ({
        column: sql.id(field.column),
        type: storedTypeOf(field, context.schema),
        list: sql`${null}`,
      }));
      return withReturning(model, insert(sql.table(model.table), columns), returning);
    }).sql;
  }

  function rowsStatement(model: Model, fields: readonly ScalarField[], returning: Names, rows: number) {
    const key = JSON.stringify(['insert rows', model.name, fields.map(({ name }) => name), returning, rows]);
    return cachedStatement(context, key, () => {
      const names = sql.join(fields.map(({ column }) => sql.id(column)));
      const row = sql`(${sql.join(fields.map(() => sql`${null}`))})`;
      const values = sql.join(Array.from({ length: rows }, () => row));
      return withReturning(model, sql`insert into ${sql.table(model.table)} (${names}) values ${values}`, returning);
    }).sql;
  }
}

function withReturning(model: Model, insert: Sql, names: readonly string[]): Sql {
  const columns = names.map((name) => sql.id(scalarOf(model, name).column));
  return columns.length > 0 ? sql`${insert} returning ${sql.join(columns)}` : insert;
}

function givenKeys(key: readonly ScalarField[], columns: readonly AlikeColumn[]): KeyAt {
  const places = key.map((field) => columns.find((it) => it.field === field)!);
  return (at) => valuesAt(places, at);
}

/** One of the rows. */
export function valuesAt(columns: CreatedRows['columns'], at: number): KeyValues {
  const row: KeyValues = {};
  for (const { field, values } of columns) row[field.name] = values[at];
  return row;
}
