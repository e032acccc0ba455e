import { sql } from 'kysely';
import {
  keyOf,
  modelOf,
  relationOf,
  scalarOf,
  type Model,
  type RelationField,
  type ScalarField,
  type Schema,
} from '../../model/model.ts';
import { checkColumns, checkRequired } from './check-columns.ts';
import { countedFieldAlone, readCountedKeys } from './counted-keys.ts';
import { defaultColumns, managedColumns } from './defaults.ts';
import type { OpenTransaction } from '../connection.ts';
import type { Engine, Sql, StoredType } from '../engine.ts';
import { storedEnum } from '../parameters.ts';
import { cachedStatement } from '../statement-cache.ts';
import { JsonText } from './json-text.ts';
import type { KeyAt } from './new-keys.ts';
import { fill, placeholder } from './placeholder.ts';
import { toWriteError } from './write-errors.ts';

export type KeyValues = Record<string, unknown>;

export interface RowWriterContext {
  readonly schema: Schema;
  readonly engine: Engine;
  /** Runs inside the transaction and gives the rows that the statement returns, as arrays. */
  readonly run: (sql: string, parameters: readonly unknown[]) => Promise<unknown[][]>;
  /** Runs what may be refused, and leaves the transaction as it was if it is. */
  readonly tryOut: OpenTransaction['tryOut'];
  /** Hears of every change. */
  readonly note: (change: Change) => void;
  /** Hears of rows that were created together. */
  readonly noteCreated: (rows: CreatedRows) => void;
}

/** One row that was written. */
export interface Change {
  readonly model: Model;
  readonly verb: 'create' | 'update' | 'delete';
  readonly key: KeyValues;
  /** The key that it had before an update that may have changed it. */
  readonly before?: KeyValues;
  /** What was written into its columns; for the ties of a many-to-many, the far row's key by relation. */
  readonly written: KeyValues;
}

/** Rows that were created together, by their columns: there need be no object for each of so many. */
export interface CreatedRows {
  readonly model: Model;
  readonly count: number;
  readonly keyAt: KeyAt;
  readonly columns: readonly { readonly field: ScalarField; readonly values: readonly unknown[] }[];
}

/**
 * Writes rows by their columns. It asks for no right: `write.ts` does, before and after.
 *
 * @throws CONFLICT, BAD_INPUT with the path in the caller's input.
 */
export function createRowWriter(context: RowWriterContext) {
  const { schema, engine, run, note } = context;

  const execute = async (model: Model, path: string, statement: Sql): Promise<unknown[][]> => {
    const { sql: text, parameters } = statement.compile(engine.compiler);
    return attempt(model, path, () => run(text, parameters));
  };

  const attempt = async (model: Model, path: string, act: () => Promise<unknown[][]>): Promise<unknown[][]> => {
    try {
      return await act();
    } catch (error) {
      throw toWriteError(error, model.name, path);
    }
  };

  /** As the driver takes it. */
  const encode = (field: ScalarField, value: unknown) => {
    if (value === null || value === undefined) return null;
    // Every engine takes the text of JSON.
    if (value instanceof JsonText) return value.text;
    return engine.toParameter(field, field.enum ? storedEnum(schema.enums.get(field.enum), value) : value);
  };
  const stored = (model: Model, name: string, value: unknown) => encode(scalarOf(model, name), value);
  const columnOf = (model: Model, name: string) => sql.id(scalarOf(model, name).column);
  const keyIs = (model: Model, key: KeyValues) =>
    sql.join(
      keyOf(model).fields.map((name) => sql`${columnOf(model, name)} = ${stored(model, name, key[name])}`),
      sql` and `,
    );
  const returned = (model: Model, [row]: readonly unknown[][]): KeyValues => {
    if (!row) throw new Error(`${model.name} was written, and the database did not say under which key.`);
    return Object.fromEntries(
      keyOf(model).fields.map((name, at) => [name, engine.fromColumn(scalarOf(model, name), row[at])]),
    );
  };
  const keyOfInserted = async (model: Model, rows: unknown[][], counted: ScalarField | undefined) =>
    counted ? (await readCountedKeys(context, model, { field: counted, rows: 1 }))(0) : returned(model, rows);
  /** The values stand in the order of the names. */
  const insertInto = (model: Model, names: readonly string[]): Sql => {
    const list = names.map((name) => columnOf(model, name));
    const values = names.map((name) => sql`${name}`);
    const body = names.length > 0 ? sql`(${sql.join(list)}) values (${sql.join(values)})` : engine.defaultRow;
    const insert = sql`insert into ${sql.table(model.table)} ${body}`;
    return isKeyed(model, names) || !engine.returnsKeys ? insert : sql`${insert} returning ${keyColumns(model)}`;
  };
  /** A column that changes with every update never holds the same twice, however fast the updates: it tells versions apart. */
  const assignment = (model: Model, name: string, value: Sql): Sql => {
    const { managed, type } = scalarOf(model, name);
    const column = columnOf(model, name);
    if (!managed) return sql`${column} = ${value}`;
    return type === 'Int'
      ? sql`${column} = coalesce(${column}, 0) + ${value}`
      : sql`${column} = ${engine.laterThan(column, value)}`;
  };
  /** Whether the whole key is among these columns: not every engine says what it wrote. */
  const isKeyed = (model: Model, names: readonly string[]) => keyOf(model).fields.every((name) => names.includes(name));
  const keyIn = (model: Model, values: KeyValues): KeyValues =>
    Object.fromEntries(keyOf(model).fields.map((name) => [name, values[name]]));
  const keyColumns = (model: Model) => sql.join(keyOf(model).fields.map((name) => columnOf(model, name)));

  return {
    context,
    stored,
    encode,
    columnOf,
    assignment,
    attempt,

    async insert(model: Model, given: KeyValues, path: string): Promise<KeyValues> {
      const columns = { ...given, ...defaultColumns(model, given) };
      checkColumns(model, columns, context, path);
      checkRequired(model, columns, path);
      const names = Object.keys(columns);
      const { sql: text } = cachedStatement(context, `insert ${model.name} ${names.join()}`, () =>
        insertInto(model, names),
      );
      const values = names.map((name) => stored(model, name, columns[name]));
      const counted = isKeyed(model, names) || engine.returnsKeys ? undefined : countedFieldAlone(context, model, path);
      const rows = await attempt(model, path, () => run(text, values));
      const key = isKeyed(model, names) ? keyIn(model, columns) : await keyOfInserted(model, rows, counted);
      note({ model, verb: 'create', key, written: columns });
      return key;
    },

    async update(model: Model, key: KeyValues, given: KeyValues, path: string): Promise<KeyValues> {
      const columns = { ...managedColumns(model), ...given };
      checkColumns(model, columns, context, path);
      const names = Object.keys(columns);
      const statement = cachedStatement(context, `update ${model.name} ${names.join()}`, () => {
        const changes = names.map((name) => assignment(model, name, placeholder('set', name)));
        const same = keyOf(model).fields.map((name) => sql`${columnOf(model, name)} = ${placeholder('key', name)}`);
        return sql`update ${sql.table(model.table)} set ${sql.join(changes)} where ${sql.join(same, sql` and `)}`;
      });
      const values = fill(statement, ({ of, name }) => stored(model, name, (of === 'set' ? columns : key)[name]));
      await attempt(model, path, () => run(statement.sql, values));
      const written = keyIn(model, { ...key, ...given });
      note({ model, verb: 'update', key: written, before: key, written: given });
      return written;
    },

    async delete(model: Model, key: KeyValues, path: string): Promise<void> {
      await execute(model, path, sql`delete from ${sql.table(model.table)} where ${keyIs(model, key)}`);
      note({ model, verb: 'delete', key, written: {} });
    },

    /** Ties a row to another of an implicit many-to-many; tied already is as good. */
    async tie(model: Model, key: KeyValues, relation: RelationField, far: KeyValues, path: string): Promise<void> {
      const { table, ends } = tieOf(model, key, relation, far);
      const columns = ends.map(({ column }) => column);
      const values = ends.map(({ value }) => sql`${value}`);
      await execute(model, path, engine.insertOnce(table, columns, values));
      note({ model, verb: 'update', key, written: { [relation.name]: { connect: far } } });
    },

    async untie(model: Model, key: KeyValues, relation: RelationField, far: KeyValues, path: string): Promise<void> {
      const { table, tied } = tieOf(model, key, relation, far);
      await execute(model, path, sql`delete from ${table} where ${tied}`);
      note({ model, verb: 'update', key, written: { [relation.name]: { disconnect: far } } });
    },
  };

  function tieOf(model: Model, key: KeyValues, relation: RelationField, far: KeyValues) {
    const { join } = relationOf(model, relation.name);
    if (join.kind !== 'table') throw new Error(`${model.name}.${relation.name} has no join table.`);
    const target = modelOf(schema, relation.target);
    const end = (of: Model, name: 'A' | 'B', values: KeyValues) => {
      const field = keyOf(of).fields[0]!;
      return { column: sql.id(name), value: stored(of, field, values[field]) };
    };
    const ends = [end(model, join.near, key), end(target, join.far, far)];
    const tied = sql.join(
      ends.map(({ column, value }) => sql`${column} = ${value}`),
      sql` and `,
    );
    return { table: sql.table(join.table), ends, tied };
  }
}

export const storedTypeOf = ({ type, enum: name }: ScalarField, { enums }: Schema): StoredType => ({
  type,
  enumType: enums.get(name ?? '')?.storedType,
});

export type RowWriter = ReturnType<typeof createRowWriter>;
