import { createHash } from 'node:crypto';
import type { MigrationDirectory } from '@prisma/schema-engine-wasm/schema_engine_bg';

/** One row of `_prisma_migrations`: one attempt to apply a migration. */
export interface HistoryRow {
  name: string;
  /** SHA-256 of migration.sql, in hex. */
  checksum: string;
  finished: boolean;
  rolledBack: boolean;
}

export const historyQuery =
  'SELECT migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL FROM _prisma_migrations ORDER BY started_at';

/** @param row the values of `historyQuery`'s columns, as a driver returns them. */
export function historyRow([name, checksum, finished, rolledBack]: readonly unknown[]): HistoryRow {
  return {
    name: String(name),
    checksum: String(checksum),
    finished: Number(finished) === 1,
    rolledBack: Number(rolledBack) === 1,
  };
}

/** Each list holds names of migrations, oldest first. */
export interface MigrationStatus {
  /** Applied to the end, also those that the folder does not have. */
  applied: string[];
  /** In the folder, and not applied. */
  pending: string[];
  /** Begun and not ended: it failed, its process died, or another process applies it at this moment. */
  failed: string[];
  /** Applied, and changed in the folder since. */
  edited: string[];
}

export function compareHistory(migrations: MigrationDirectory[], rows: HistoryRow[]): MigrationStatus {
  const attempts = rows.filter(({ rolledBack }) => !rolledBack);
  const applied = attempts.filter(({ finished }) => finished);
  const failed = attempts.filter(({ finished }) => !finished);
  const scripts = new Map(migrations.map(({ path, migrationFile: { content } }) => [path, content.value]));
  const attempted = new Set(attempts.map(({ name }) => name));
  const edited = applied.filter(({ name, checksum }) => {
    const script = scripts.get(name);
    return script !== undefined && !checksums(script).includes(checksum);
  });
  return {
    applied: namesOf(applied),
    pending: [...scripts.keys()].filter((name) => !attempted.has(name)),
    failed: namesOf(failed),
    edited: namesOf(edited),
  };
}

const namesOf = (rows: HistoryRow[]) => [...new Set(rows.map(({ name }) => name))];

/** With either line ending, as Prisma compares: Git may have changed them on checkout. */
function checksums(script: string): string[] {
  const unix = script.replaceAll('\r\n', '\n');
  return [script, unix, unix.replaceAll('\n', '\r\n')].map((text) => createHash('sha256').update(text).digest('hex'));
}
