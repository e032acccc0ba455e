import { sql } from 'kysely';
import { keyOf, scalarOf, type Model } from '../../model/model.ts';
import { evenPartsOf, partsOf } from '../grouping.ts';
import { cachedStatement } from '../statement-cache.ts';
import { checkColumns } from './check-columns.ts';
import { managedColumns } from './defaults.ts';
import { fill, placeholder } from './placeholder.ts';
import { storedTypeOf, type KeyValues, type RowWriter } from './row-writer.ts';

/** A row that is there, and what some of its columns are to hold. */
export interface ChangedRow {
  readonly key: KeyValues;
  readonly columns: KeyValues;
  readonly path: string;
}

/** Where the key has several fields, a condition on each row is one level deeper. */
const maxKeys = (model: Model) => (keyOf(model).fields.length === 1 ? 2000 : 200);

/** Updates and deletes many rows by their keys with few statements. Like the row writer it asks for no right. */
export function createBulkChanger({ context, stored, columnOf, assignment, attempt }: RowWriter) {
  const { engine, run, note } = context;

  /** The same values for all of them. None may be of the key. */
  async function updateMany(model: Model, keys: readonly KeyValues[], given: KeyValues, path: string): Promise<void> {
    const columns = { ...managedColumns(model), ...given };
    checkColumns(model, columns, context, path);
    const names = Object.keys(columns);
    for (const part of partsOf(keys, maxKeys(model))) {
      const statement = cachedStatement(context, `update many ${model.name} ${names.join()} ${part.length}`, () => {
        const changes = names.map((name) => assignment(model, name, placeholder('set', name)));
        return sql`update ${sql.table(model.table)} set ${sql.join(changes)} where ${isOneOf(model, part.length)}`;
      });
      const values = fill(statement, ({ of, name, row }) =>
        stored(model, name, of === 'set' ? columns[name] : part[row]![name]),
      );
      await attempt(model, path, () => run(statement.sql, values));
      for (const key of part) note({ model, verb: 'update', key, written: given });
    }
  }

  /** Other values for each of them; all change the same columns, none of them of the key. */
  async function updateEach(model: Model, rows: readonly ChangedRow[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const managed = managedColumns(model);
    const names = Object.keys({ ...managed, ...first.columns });
    for (const { columns, path } of rows) checkColumns(model, columns, context, path);
    const { fields } = keyOf(model);
    for (const part of evenPartsOf(rows, Math.floor(engine.maxParameters / (fields.length + names.length)))) {
      const statement = cachedStatement(context, `update each ${model.name} ${names.join()} ${part.length}`, () =>
        engine.updateEach({
          table: sql.table(model.table),
          key: fields.map((name) => columnOf(model, name)),
          assignments: names.map((name) => (value) => assignment(model, name, value)),
          fields: [...fields, ...names].map((name) => storedTypeOf(scalarOf(model, name), context.schema)),
          rows: part.map((_, row) => [
            ...fields.map((name) => placeholder('key', name, row)),
            ...names.map((name) => placeholder('set', name, row)),
          ]),
        }),
      );
      const values = fill(statement, ({ of, name, row }) =>
        stored(model, name, of === 'key' ? part[row]!.key[name] : (part[row]!.columns[name] ?? managed[name])),
      );
      await attempt(model, part[0]!.path, () => run(statement.sql, values));
      for (const { key, columns } of part) note({ model, verb: 'update', key, written: columns });
    }
  }

  async function deleteMany(model: Model, keys: readonly KeyValues[], path: string): Promise<void> {
    for (const part of partsOf(keys, maxKeys(model))) {
      const statement = cachedStatement(
        context,
        `delete many ${model.name} ${part.length}`,
        () => sql`delete from ${sql.table(model.table)} where ${isOneOf(model, part.length)}`,
      );
      const values = fill(statement, ({ name, row }) => stored(model, name, part[row]![name]));
      await attempt(model, path, () => run(statement.sql, values));
      for (const key of part) note({ model, verb: 'delete', key, written: {} });
    }
  }

  function isOneOf(model: Model, rows: number) {
    const { fields } = keyOf(model);
    const tuples = Array.from({ length: rows }, (_, row) => fields.map((name) => placeholder('key', name, row)));
    return engine.isOneOf(
      fields.map((name) => columnOf(model, name)),
      tuples,
    );
  }

  return { updateMany, updateEach, deleteMany };
}
