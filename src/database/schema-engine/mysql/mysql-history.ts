import { createHash, randomUUID } from 'node:crypto';
import { type HistoryRow, historyQuery, historyRow } from '../migration-history.ts';

type Run = (sql: string, values?: readonly unknown[]) => Promise<unknown[][]>;

/** As Prisma makes it. */
const createTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at DATETIME(3),
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at DATETIME(3),
    started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

export async function hasHistory(run: Run): Promise<boolean> {
  const rows = await run(
    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '_prisma_migrations'",
  );
  return rows.length > 0;
}

/** Oldest first; undefined without the table. */
export async function readMysqlHistory(run: Run): Promise<HistoryRow[] | undefined> {
  return (await hasHistory(run)) ? (await run(historyQuery)).map(historyRow) : undefined;
}

export const createHistory = (run: Run) => run(createTable);

/** Begins an attempt, and gives the id of its row. */
export async function beginMigration(run: Run, name: string, script: string): Promise<string> {
  const id = randomUUID();
  // The clock of the server is one second coarse by default: rows are ordered by this.
  await run('INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES (?, ?, ?, NOW(3))', [
    id,
    createHash('sha256').update(script).digest('hex'),
    name,
  ]);
  return id;
}

export const finishMigration = (run: Run, id: string) =>
  run('UPDATE _prisma_migrations SET finished_at = NOW(3), applied_steps_count = 1, logs = NULL WHERE id = ?', [id]);

/** How many statements of the script are done, until it is finished. */
export const noteStatements = (run: Run, id: string, done: number) =>
  run('UPDATE _prisma_migrations SET applied_steps_count = ? WHERE id = ?', [done, id]);

export const noteFailure = (run: Run, id: string, message: string) =>
  run('UPDATE _prisma_migrations SET logs = ? WHERE id = ?', [message, id]);

/** An attempt whose process died: nothing was refused, and it did not end. */
export interface Interrupted {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  /** At least so many statements are done. */
  readonly statements: number;
}

export async function readInterrupted(run: Run): Promise<Interrupted | undefined> {
  const [row] = await run(
    `SELECT id, migration_name, checksum, applied_steps_count FROM _prisma_migrations
     WHERE finished_at IS NULL AND rolled_back_at IS NULL AND logs IS NULL ORDER BY started_at DESC LIMIT 1`,
  );
  if (!row) return undefined;
  const [id, name, checksum, statements] = row;
  return { id: String(id), name: String(name), checksum: String(checksum), statements: Number(statements) };
}
