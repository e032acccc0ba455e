import { randomUUID } from 'node:crypto';
import { migrationRefused } from '../engine-error.ts';
import { collationFor } from './collation.ts';
import { connectMysql, mysqlMessage, type MysqlSession } from './mysql-connection.ts';
import { splitStatements } from '../split-statements.ts';
import { quoted } from './table.ts';

/** Runs `act` in an empty database of its own on the same server, which is gone afterwards. */
export async function withShadowDatabase<T>(url: string, act: (session: MysqlSession) => Promise<T>): Promise<T> {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  const session = await connectMysql(url, null);
  try {
    await session.run(
      `CREATE DATABASE ${quoted(name)} CHARACTER SET utf8mb4 COLLATE ${await collationFor(session.run)}`,
    );
    try {
      await session.run(`USE ${quoted(name)}`);
      return await act(session);
    } finally {
      await session.run(`DROP DATABASE ${quoted(name)}`);
    }
  } finally {
    await session.close();
  }
}

export interface Script {
  readonly name: string;
  readonly sql: string;
}

/** Throws P3018 naming the migration that the server refuses. */
export async function runScripts({ run }: MysqlSession, scripts: readonly Script[]): Promise<void> {
  for (const { name, sql } of scripts) {
    try {
      for (const statement of splitStatements(sql, 'mysql')) await run(statement);
    } catch (error) {
      throw migrationRefused(name, mysqlMessage(error));
    }
  }
}
