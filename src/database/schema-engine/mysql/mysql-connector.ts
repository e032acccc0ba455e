import { createHash } from 'node:crypto';
import { badConfig, PergolaError } from '../../../errors.ts';
import { mysqlPort, serverUrl } from '../../server-url.ts';
import type { Connector } from '../connector.ts';
import { EngineError } from '../engine-error.ts';
import { checkCollation, collationFor } from './collation.ts';
import type { MysqlSession } from './mysql-connection.ts';
import { readMysqlHistory } from './mysql-history.ts';
import { quoted } from './table.ts';

const waitSeconds = 60;

/** Imports the driver when it is used. */
export function mysqlConnector(url: string): Connector {
  const name = serverUrl(url, mysqlPort).database;

  async function using<T>(act: (session: MysqlSession) => Promise<T>, database: string | null = name): Promise<T> {
    const { connectMysql } = await import('./mysql-connection.ts');
    const session = await connectMysql(url, database);
    try {
      return await act(session);
    } finally {
      await session.close();
    }
  }

  return {
    openEngine: async () => (await import('./mysql-engine.ts')).openMysqlEngine(url),
    check: () => using(async () => {}),
    async create() {
      await using(async ({ run }) => {
        const collation = await collationFor(run);
        const create = `CREATE DATABASE IF NOT EXISTS ${quoted(name)} CHARACTER SET utf8mb4 COLLATE ${collation}`;
        await run(create).catch(notAllowed);
      }, null).catch(unlessThere);
      await using(({ run }) => checkCollation(run));
      return name;
    },
    reset: () => using(dropEverything),
    readHistory: () => using(({ run }) => readMysqlHistory(run)),
    readTable: (table, maxRows) =>
      using(async ({ run }) => {
        const columns = await run(
          'SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
          [table],
        );
        if (columns.length === 0) return undefined;
        const [[rows] = []] = await run(`SELECT COUNT(*) FROM (SELECT 1 FROM ${quoted(table)} LIMIT ${maxRows}) AS t`);
        return { rows: Number(rows), columns: columns.flat().map(String) };
      }),
    withLock: (change) =>
      using(async ({ run }) => {
        // Names of locks belong to the whole server, and have 64 characters at most.
        const lock = `prisma_migrate_${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
        const [[got] = []] = await run('SELECT GET_LOCK(?, ?)', [lock, waitSeconds]);
        if (Number(got) !== 1) throw stillHeld();
        await checkCollation(run);
        return change();
      }),
  };

  /** A user without any right beside this database cannot connect without it either. */
  async function unlessThere(error: unknown): Promise<void> {
    const refused = error instanceof PergolaError || (error instanceof EngineError && error.code === 'P1000');
    if (!refused) throw error;
    try {
      await using(async () => {});
    } catch {
      throw error;
    }
  }
}

async function dropEverything({ run }: MysqlSession): Promise<void> {
  const tables = await run(
    'SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
  );
  await run('SET foreign_key_checks = 0');
  for (const [table, type] of tables) await run(`DROP ${type === 'VIEW' ? 'VIEW' : 'TABLE'} ${quoted(String(table))}`);
  const routines = await run(
    'SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()',
  );
  for (const [type, routine] of routines) await run(`DROP ${String(type)} ${quoted(String(routine))}`);
}

function notAllowed(error: unknown): never {
  const code = error instanceof Error && 'errno' in error ? error.errno : undefined;
  if (code !== 1044 && code !== 1045 && code !== 1227) throw error;
  throw badConfig('The user of DATABASE_URL may not create the database.', 'Create it yourself, or grant it CREATE.');
}

const stillHeld = () =>
  new PergolaError(
    'MIGRATION_FAILED',
    `Another process has been migrating this database for ${waitSeconds} seconds.`,
    'Let it finish or end it, then start again.',
  );
