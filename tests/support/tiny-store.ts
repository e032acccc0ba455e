/** The database of a tiny service, and its rows past every policy. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { sqliteScripts } from '../../src/database/schema-engine/sqlite-connector.ts';
import { sqliteAdapters } from '../../src/database/schema-engine/sqlite-adapter.ts';
import { openWasmEngine } from '../../src/database/schema-engine/wasm-engine.ts';

export interface TinyStore {
  readonly url: string;
  /** Rows, past every policy. */
  sql(text: string, ...values: unknown[]): Promise<unknown[][]>;
  /** Every row of every table. */
  everything(): Promise<Everything>;
  /** Puts the first rows in the place of all others. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Rows by table and key, such as `Room 1,2`. */
export type Everything = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Without a disk to wait for, where the system has such a folder. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What differs: `+ Room 1,2`, `- Room 1,2`, `Room 1,2 homeId: 1 > 2`. */
export function difference(before: Everything, after: Everything): string[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `- ${key}`);
  const come = [...after.keys()].filter((key) => !before.has(key)).map((key) => `+ ${key}`);
  const changed = [...before].flatMap(([key, row]) =>
    Object.entries(after.get(key) ?? row)
      .filter(([name, value]) => value !== row[name])
      .map(([name, value]) => `${key} ${name}: ${row[name]} > ${value}`),
  );
  return [...gone, ...come, ...changed];
}

const filled = new Map<string, Promise<string>>();

export async function openInFile(schemaText: string, rows: string): Promise<TinyStore> {
  const key = JSON.stringify([schemaText, rows]);
  const first = filled.get(key) ?? fill(schemaText, rows);
  filled.set(key, first);
  const folder = await mkdtemp(join(memory, 'pergola-tiny-'));
  const path = join(folder, 'tiny.db');
  await copyFile(await first, path);
  const beside = new LibsqlConnection(path);
  // It arranges rows, in any order.
  beside.script('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;');
  return {
    url: `file:${path}`,
    sql: async (text, ...values) => rowsOf(beside, text, values),
    everything: async () => everythingIn(beside),
    async reset() {
      const deletes = tablesIn(beside).map((table) => `delete from "${table}";`);
      beside.script(`begin; ${deletes.join(' ')} ${rows} commit;`);
    },
    async close() {
      beside.close();
      await rm(folder, { recursive: true });
    },
  };
}

function rowsOf(connection: LibsqlConnection, text: string, values: readonly unknown[]): unknown[][] {
  if (values.length === 0 && !/^\s*(select|pragma|with)/i.test(text)) {
    connection.script(text);
    return [];
  }
  return connection.rows(text, values).map((row) => row.map((it) => (typeof it === 'bigint' ? Number(it) : it)));
}

const tablesIn = (connection: LibsqlConnection) =>
  connection
    .rows("select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name", [])
    .map(([name]) => String(name));

function everythingIn(connection: LibsqlConnection): Everything {
  const everything = new Map<string, Record<string, string>>();
  for (const table of tablesIn(connection)) {
    const columns = connection.rows('select name, pk from pragma_table_info(?)', [table]);
    const names = columns.map(([name]) => String(name));
    const key = columns.filter(([, place]) => Number(place) > 0).map(([name]) => String(name));
    for (const row of connection.rows(`select * from "${table}" order by 1`, [])) {
      const values = Object.fromEntries(names.map((name, at) => [name, shownValue(row[at])]));
      everything.set(`${table} ${(key.length > 0 ? key : names).map((name) => values[name]).join()}`, values);
    }
  }
  return everything;
}

export const shownValue = (it: unknown) =>
  it instanceof Uint8Array ? Buffer.from(it).toString('hex') : it instanceof Date ? it.toISOString() : String(it);

async function fill(schemaText: string, rows: string): Promise<string> {
  const folder = await mkdtemp(join(memory, 'pergola-tiny-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'filled.db');
  await createTables(file, schemaText);
  const connection = new LibsqlConnection(file);
  if (rows !== '') connection.script(rows);
  connection.script('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
  return file;
}

async function createTables(path: string, text: string): Promise<void> {
  const files = [{ path: 'schema.prisma', content: text }];
  const engine = await openWasmEngine({
    adapters: sqliteAdapters(path),
    scripts: sqliteScripts,
    datamodels: [['schema.prisma', text]],
  });
  await engine.schemaPush({ force: true, schema: { files }, filters: { externalTables: [], externalEnums: [] } });
}
