import { basename } from 'node:path';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Connector } from './connector.ts';
import { type HistoryRow, historyQuery, historyRow } from './migration-history.ts';
import { sqliteAdapters } from './sqlite-adapter.ts';
import { checkDatabaseFile, checkWritable, createDatabaseFile, sqliteFilePath } from './sqlite-file.ts';
import { withFileLock } from './sqlite-lock.ts';

export function sqliteConnector(url: string): Connector {
  const path = sqliteFilePath(url);
  const adapters = sqliteAdapters(path);

  async function using<T>(act: (database: SqlDriverAdapter) => Promise<T>): Promise<T> {
    const database = await adapters.connect();
    try {
      return await act(database);
    } finally {
      await database.dispose();
    }
  }

  return {
    adapters,
    check: () => checkDatabaseFile(path),
    async create() {
      await createDatabaseFile(path);
      return basename(path);
    },
    reset: () => using(dropEverything),
    readHistory: () => using(readHistory),
    async withLock(change) {
      await checkWritable(path);
      return withFileLock(path, change);
    },
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
  const drops = rows.map(([type, name]) => `DROP ${type} IF EXISTS "${String(name).replaceAll('"', '""')}";`);
  await database.executeScript(`PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; ${drops.join(' ')} COMMIT; PRAGMA foreign_keys = ON;`);
}

async function select(database: SqlDriverAdapter, sql: string): Promise<unknown[][]> {
  return (await database.queryRaw({ sql, args: [], argTypes: [] })).rows;
}
