import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationDirectory, MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { badConfig, PergolaError } from '../../errors.ts';

const lockfile = 'migration_lock.toml';

/**
 * The folder as the CLI sends it to the engine. Throws BAD_CONFIG when it cannot be read, MIGRATION_FAILED when
 * one of its folders has no migration.sql.
 */
export async function readMigrationsFolder(folder: string): Promise<MigrationList> {
  const names = await migrationNames(folder);
  return {
    baseDir: folder,
    lockfile: { path: lockfile, content: await readFile(join(folder, lockfile), 'utf8').catch(() => null) },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.map((name) => readMigration(folder, name))),
  };
}

/** In the order in which Prisma applies them: by name, which begins with the time. */
async function migrationNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted((a, b) => a.localeCompare(b));
  } catch {
    throw badConfig(`The migrations folder ${folder} cannot be read.`, 'Ship prisma/migrations beside the server.');
  }
}

async function readMigration(folder: string, name: string): Promise<MigrationDirectory> {
  const path = 'migration.sql';
  try {
    return {
      path: name,
      migrationFile: { path, content: { tag: 'ok', value: await readFile(join(folder, name, path), 'utf8') } },
    };
  } catch {
    throw new PergolaError(
      'MIGRATION_FAILED',
      `The migration ${join(folder, name)} has no ${path}.`,
      'Restore the file, or remove the folder.',
    );
  }
}
