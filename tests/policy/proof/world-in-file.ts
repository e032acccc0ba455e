import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibsqlConnection } from '../../../src/database/engines/libsql-connection.ts';
import { sqlite } from '../../../src/database/engines/sqlite.ts';
import {
  modelIn,
  scalarsIn,
  tablesIn,
  type ModelShape,
  type ScalarShape,
  type ScalarType,
  type Shape,
} from './shape.ts';
import { storedValue } from './stored-value.ts';
import type { WorldStore } from './stored-world.ts';
import type { Row, World } from './world.ts';

/** As Prisma's migrations have them. */
const columnTypes: Record<ScalarType, string> = {
  String: 'TEXT',
  Int: 'INTEGER',
  BigInt: 'BIGINT',
  Float: 'REAL',
  Decimal: 'DECIMAL',
  Boolean: 'BOOLEAN',
  DateTime: 'DATETIME',
  Date: 'DATETIME',
  Json: 'JSONB',
  Bytes: 'BLOB',
  Enum: 'TEXT',
};

/** A SQLite file of its own. */
export async function storeInFile(shape: Shape): Promise<WorldStore> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pergola-proof-'));
  const path = join(folder, 'world.db');
  const connection = new LibsqlConnection(path);
  connection.script('PRAGMA synchronous = OFF;');
  connection.script(createTables(shape));
  const write = async (it: World) => {
    connection.script('BEGIN');
    for (const model of it.shape.models) writeRows(model, it, connection);
    for (const { table, a, b } of tablesIn(it.shape)) {
      connection.script(`DELETE FROM ${quoted(table)}`);
      const [left, right] = [a, b].map((name) =>
        scalarsIn(modelIn(it.shape, name)).find((field) => field.name === modelIn(it.shape, name).key[0])!,
      );
      for (const [one, other] of it.links[table] ?? []) {
        connection.execute({
          sql: `INSERT INTO ${quoted(table)} VALUES (?, ?)`,
          // What SQLite stores is what it takes, whatever the driver's types say.
          args: [storedValue(one, left!, it.shape, sqlite), storedValue(other, right!, it.shape, sqlite)] as never,
        });
      }
    }
    connection.script('COMMIT');
  };
  return {
    url: `file:${path}`,
    write,
    dump: async () => dump(shape, connection),
    async [Symbol.asyncDispose]() {
      connection.close();
      await rm(folder, { recursive: true });
    },
  };
}

function createTables(shape: Shape): string {
  const column = ({ column: name, type, required }: ScalarShape) =>
    `${quoted(name)} ${columnTypes[type]}${required ? ' NOT NULL' : ''}`;
  const models = shape.models.map((model) => {
    const key = model.key.map((name) => quoted(columnOf(model, name))).join(', ');
    return `CREATE TABLE ${quoted(model.table)} (${[...scalarsIn(model).map(column), `PRIMARY KEY (${key})`].join(', ')});`;
  });
  const typeOf = (name: string) =>
    columnTypes[scalarsIn(modelIn(shape, name)).find((it) => it.name === modelIn(shape, name).key[0])!.type];
  const tables = tablesIn(shape).map(
    ({ table, a, b }) =>
      `CREATE TABLE ${quoted(table)} ("A" ${typeOf(a)} NOT NULL, "B" ${typeOf(b)} NOT NULL, PRIMARY KEY ("A", "B"));`,
  );
  const uniques = shape.models.flatMap((model) =>
    model.uniques.map((key) => {
      const columns = key.map((name) => quoted(columnOf(model, name))).join(', ');
      return `CREATE UNIQUE INDEX ${quoted(`${model.table} ${key.join(' ')}`)} ON ${quoted(model.table)} (${columns});`;
    }),
  );
  return [...models, ...tables, ...uniques].join('\n');
}

function dump(shape: Shape, connection: LibsqlConnection): string[] {
  const tables = [...shape.models.map(({ table }) => table), ...tablesIn(shape).map(({ table }) => table)];
  return tables.flatMap((table) => {
    const rows = connection.rows(`SELECT * FROM ${quoted(table)}`, []);
    return rows.map((row) => `${table} ${JSON.stringify(row, asJson)}`);
  });
}

const asJson = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);

const columnOf = (model: ModelShape, name: string) => scalarsIn(model).find((it) => it.name === name)!.column;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

function writeRows(model: ModelShape, { rows, shape }: World, connection: LibsqlConnection) {
  const fields = scalarsIn(model);
  connection.script(`DELETE FROM ${quoted(model.table)}`);
  const sql = `INSERT INTO ${quoted(model.table)} (${fields.map(({ column }) => quoted(column)).join(', ')}) VALUES (${fields.map(() => '?').join(', ')})`;
  // As above.
  for (const row of rows[model.name] ?? []) connection.execute({ sql, args: valuesOf(row, fields, shape) as never });
}

const valuesOf = (row: Row, fields: readonly ScalarShape[], shape: Shape) =>
  fields.map((field) => storedValue(row[field.name] ?? null, field, shape, sqlite));
