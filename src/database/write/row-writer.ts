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
import type { Filter } from '../../policy/filter.ts';
import { storedValue, type Parameter } from '../parameters.ts';
import type { Values } from '../values.ts';
import { cachedStatement } from '../statement-cache.ts';
import { JsonText } from './json-text.ts';
import type { KeyAt } from './new-keys.ts';
import { fill, placeholder, type Placeholder } from './placeholder.ts';
import { boundTo, shapeOf, whereProvided, type Provided } from './provided.ts';
import { toWriteError } from './write-errors.ts';

export type KeyValues = Record<string, unknown>;

export interface RowWriterContext {
  readonly schema: Schema;
  readonly engine: Engine;
  /** Runs inside the transaction. */
  readonly write: OpenTransaction['write'];
  /** The same, and gives the rows that the statement returns, as arrays. */
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

/** A row with all that is to be stored of it. */
export interface InsertableRow {
  readonly model: Model;
  readonly columns: KeyValues;
}

/** A row, and what must hold of it. */
export interface LoneRow extends InsertableRow {
  readonly filter: Filter;
  readonly values: Values;
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
  const { schema, engine, run, write, note } = context;
  /** Where new rows stand, by the key that `insert` gave: by that object and no other. */
  const places = new WeakMap<KeyValues, unknown>();

  const execute = async (model: Model, path: string, statement: Sql): Promise<unknown[][]> => {
    const { sql: text, parameters } = statement.compile(engine.compiler);
    return attempt(model, path, () => run(text, parameters));
  };

  const attempt = async <T>(model: Model, path: string, act: () => Promise<T>): Promise<T> => {
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
    return engine.toParameter(field, storedValue(field, value, schema));
  };
  const stored = (model: Model, name: string, value: unknown) => encode(scalarOf(model, name), value);
  const columnOf = (model: Model, name: string) => sql.id(scalarOf(model, name).column);
  const keyIs = (model: Model, key: KeyValues) =>
    sql.join(
      keyOf(model).fields.map((name) => sql`${columnOf(model, name)} = ${stored(model, name, key[name])}`),
      sql` and `,
    );
  const returned = (model: Model, row: readonly unknown[] | undefined): KeyValues => {
    if (!row) throw new Error(`${model.name} was written, and the database did not say under which key.`);
    return Object.fromEntries(
      keyOf(model).fields.map((name, at) => [name, engine.fromColumn(scalarOf(model, name), row[at])]),
    );
  };
  const keyOfInserted = async (model: Model, row: unknown[] | undefined, counted: ScalarField | undefined) =>
    counted ? (await readCountedKeys(context, model, { field: counted, rows: 1 }))(0) : returned(model, row);
  const insertInto = (model: Model, names: readonly string[], provided: Provided | undefined): Sql => {
    const list = sql.join(names.map((name) => columnOf(model, name)));
    const values = sql.join(names.map((name) => placeholder('set', name)));
    const isGiven = isKeyed(model, names);
    const returning = [
      ...(isGiven || !engine.returnsKeys ? [] : keyOf(model).fields.map((name) => columnOf(model, name))),
      ...(engine.rowPlace ? [engine.rowPlace.returned] : []),
    ];
    return sql.join(
      [
        sql`insert into ${sql.table(model.table)}`,
        provided
          ? sql`(${list}) select ${values} ${whereProvided(provided, context)}`
          : names.length > 0
            ? sql`(${list}) values (${values})`
            : engine.defaultRow,
        ...(returning.length > 0 ? [sql`returning ${sql.join(returning)}`] : []),
      ],
      sql` `,
    );
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

  /** With what nobody gave a value. @throws BAD_INPUT for what cannot be stored, before the database is asked. */
  function completeRow(model: Model, given: KeyValues, path: string): KeyValues {
    const columns = { ...given, ...defaultColumns(model, given) };
    checkColumns(model, columns, context, path);
    checkRequired(model, columns, path);
    return columns;
  }

  /** @param provided else nothing is inserted, and undefined is given. */
  async function insertRow(model: Model, columns: KeyValues, path: string, provided?: Provided) {
    const names = Object.keys(columns);
    const shape = `insert ${model.name} ${names.join()} ${provided ? shapeOf(provided) : ''}`;
    const statement = cachedStatement(context, shape, () => insertInto(model, names, provided));
    const values = (statement.parameters as readonly (Placeholder | Parameter)[]).map((it) =>
      'operand' in it ? boundTo(it, provided!, context) : stored(model, it.name, columns[it.name]),
    );
    const isGiven = isKeyed(model, names);
    const counted = isGiven || engine.returnsKeys ? undefined : countedFieldAlone(context, model, path);
    const { rows, changed } = await attempt(model, path, () => write(statement.sql, values));
    if (provided && changed === 0) return undefined;
    const key = isGiven ? keyIn(model, columns) : await keyOfInserted(model, rows[0], counted);
    if (engine.rowPlace) places.set(key, rows[0]?.at(-1));
    note({ model, verb: 'create', key, written: columns });
    return key;
  }

  return {
    context,
    stored,
    encode,
    columnOf,
    assignment,
    attempt,
    completeRow,

    async insert(model: Model, given: KeyValues, path: string): Promise<KeyValues> {
      return (await insertRow(model, completeRow(model, given, path), path))!;
    },

    /** @returns undefined, and has inserted nothing, where a row that it needs is not there. */
    insertProvided: (model: Model, complete: KeyValues, path: string, provided: Provided) =>
      insertRow(model, complete, path, provided),

    keyOf: ({ model, columns }: InsertableRow): KeyValues | undefined =>
      isKeyed(model, Object.keys(columns)) ? keyIn(model, columns) : undefined,

    /** Where this new row stands in its table, as far as it has not been written since; undefined where nobody knows. */
    placeOf: (key: KeyValues): unknown => places.get(key),

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
