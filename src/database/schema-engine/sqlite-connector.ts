import { basename } from 'node:path';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Connector } from './connector.ts';
import { type HistoryRow, historyQuery, historyRow } from './migration-history.ts';
import type { ScriptKind } from './noted-script.ts';
import { openWasmEngine } from './wasm-engine.ts';
import { checkDatabaseFile, checkWritable, createDatabaseFile, notDatabase, sqliteFilePath } from './sqlite-file.ts';

/** A setting that is changed inside of a transaction is not changed, and Prisma's scripts change one. */
export const sqliteScripts: ScriptKind = {
  provider: 'sqlite',
  together: false,
  apart: /^(PRAGMA|VACUUM|ATTACH|DETACH)\b/i,
  apartIsOfConnection: true,
  inTransaction: (statements) => `BEGIN IMMEDIATE;\n${statements}\nCOMMIT;`,
  now: "strftime('%Y-%m-%dT%H:%M:%f+00:00')",
};

/** Imports the driver when it is used: each command of the CLI begins with a process that only looks for the file. */
export function sqliteConnector(url: string): Connector {
  const path = sqliteFilePath(url);

  async function adapters() {
    const { sqliteAdapters } = await import('./sqlite-adapter.ts');
    return sqliteAdapters(path);
  }
  async function using<T>(act: (database: SqlDriverAdapter) => Promise<T>): Promise<T> {
    const database = await (await adapters()).connect();
    try {
      return await act(database);
    } catch (error) {
      throw error instanceof Error && error.message.startsWith('SQLITE_NOTADB') ? notDatabase(path) : error;
    } finally {
      await database.dispose();
    }
  }

  async function withLock<T>(change: () => Promise<T>): Promise<T> {
    await checkWritable(path);
    const { withFileLock } = await import('./sqlite-lock.ts');
    return withFileLock(path, async () => {
      const result = await change();
      // The driver leaves the log beside the file when it closes, and who copies only the file would miss the change.
      await using((database) => database.executeScript('PRAGMA wal_checkpoint'));
      return result;
    });
  }

  return {
    openEngine: async (options) => openWasmEngine({ ...options, scripts: sqliteScripts, adapters: await adapters() }),
    check: () => checkDatabaseFile(path),
    async create() {
      await createDatabaseFile(path);
      // The file keeps this. Without it, whoever starts during a long migration cannot even read the history.
      await withLock(() => using((database) => database.executeScript('PRAGMA journal_mode = WAL')));
      return basename(path);
    },
    reset: () => using(dropEverything),
    readHistory: () => using(readHistory),
    readTable: (table, maxRows) =>
      using(async (database) => {
        const columns = await select(database, `SELECT name FROM pragma_table_info('${table.replaceAll("'", "''")}')`);
        if (columns.length === 0) return undefined;
        const name = `"${table.replaceAll('"', '""')}"`;
        const [[rows] = []] = await select(database, `SELECT count(*) FROM (SELECT 1 FROM ${name} LIMIT ${maxRows})`);
        return { rows: Number(rows), columns: columns.flat().map(String) };
      }),
    withLock,
  };
}

async function readHistory(database: SqlDriverAdapter): Promise<HistoryRow[] | undefined> {
  const tables = await select(database, "SELECT name FROM sqlite_schema WHERE name = '_prisma_migrations'");
  return tables.length === 0 ? undefined : (await select(database, historyQuery)).map(historyRow);
}

/**
 * In place of the engine's own reset, which only deletes rows. Not by deleting the file either: a server that has
 * it open would go on with the deleted one.
 */
async function dropEverything(database: SqlDriverAdapter): Promise<void> {
  // Virtual tables first: dropping one drops the tables in which it keeps its rows.
  const rows = await select(
    database,
    `SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
     ORDER BY sql LIKE 'CREATE VIRTUAL%' DESC`,
  );
  const drops = rows.map(([type, name]) => `DROP ${String(type)} IF EXISTS "${String(name).replaceAll('"', '""')}";`);
  await database.executeScript(
    `PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; ${drops.join(' ')} COMMIT; PRAGMA foreign_keys = ON;`,
  );
}

async function select(database: SqlDriverAdapter, sql: string): Promise<unknown[][]> {
  return (await database.queryRaw({ sql, args: [], argTypes: [] })).rows;
}
