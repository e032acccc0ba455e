import { badConfig, PergolaError } from '../../errors.ts';
import { connectorFor } from './connector-for.ts';
import type { Connector } from './connector.ts';
import { EngineError } from './engine-error.ts';
import { compareHistory, type MigrationStatus } from './migration-history.ts';
import { readMigrationsFolder } from './migrations-folder.ts';
import { openSchemaEngine } from './schema-engine.ts';

export interface MigrationOptions {
  /** A relative `file:` URL is relative to the working directory. */
  url: string;
  /** Such as prisma/migrations/sqlite. */
  migrationsFolder: string;
}

/**
 * Creates the database when it is missing, then applies the pending migrations, as `prisma migrate deploy` does and
 * under the same history. Processes that start together wait for each other.
 *
 * Returns the names of those applied now, and how many migrations the folder has. Throws BAD_CONFIG when the
 * database or the folder cannot be used, MIGRATION_FAILED when a migration fails, or failed earlier.
 */
export async function deployMigrations({
  url,
  migrationsFolder,
}: MigrationOptions): Promise<{ applied: string[]; total: number }> {
  const migrationsList = await readMigrationsFolder(migrationsFolder);
  const total = migrationsList.migrationDirectories.length;
  if (total === 0) {
    throw badConfig(
      `The migrations folder ${migrationsFolder} holds no migration.`,
      'Ship those of this kind of database, or make the first one: npx prisma migrate dev --name init.',
    );
  }
  const connector = connectorFor(url);
  if (!(await exists(connector))) await connector.create();

  const status = async () => compareHistory(migrationsList.migrationDirectories, (await connector.readHistory()) ?? []);
  const { pending, failed } = await status();
  // Without the engine: most starts have nothing to apply. What looks failed may be under way in another process;
  // the engine asks again, once it holds the lock.
  if (pending.length === 0 && failed.length === 0) return { applied: [], total };

  try {
    const filters = { externalTables: [], externalEnums: [] };
    const { appliedMigrationNames } = await openSchemaEngine({ url }).applyMigrations({ migrationsList, filters });
    return { applied: appliedMigrationNames, total };
  } catch (error) {
    throw error instanceof EngineError ? migrationFailed(error, (await status()).failed) : error;
  }
}

/** Changes nothing; when there is no database yet, everything is pending. Throws BAD_CONFIG as `deployMigrations` does. */
export async function migrationStatus({ url, migrationsFolder }: MigrationOptions): Promise<MigrationStatus> {
  const { migrationDirectories } = await readMigrationsFolder(migrationsFolder);
  const connector = connectorFor(url);
  const rows = (await exists(connector)) ? await connector.readHistory() : undefined;
  return compareHistory(migrationDirectories, rows ?? []);
}

/** Whether the database is as the folder has it. Migrations that only the database has are those of a newer release. */
export const historyMatches = ({ pending, failed, edited }: MigrationStatus) =>
  pending.length + failed.length + edited.length === 0;

/**
 * Creates the database when it is missing, and makes its tables those of a Prisma schema, without a history: for
 * databases that are thrown away. The schema may be written for any kind of database. Throws BAD_CONFIG when the
 * database cannot be used, MIGRATION_FAILED when it cannot hold the schema.
 */
export async function pushSchema({ url, schema }: { url: string; schema: string }): Promise<void> {
  const connector = connectorFor(url);
  if (!(await exists(connector))) await connector.create();
  const files = [{ path: 'schema.prisma', content: schema }];
  const engine = openSchemaEngine({ url, datamodels: [['schema.prisma', schema]] });
  try {
    const filters = { externalTables: [], externalEnums: [] };
    const { unexecutable } = await engine.schemaPush({ force: true, schema: { files }, filters });
    if (unexecutable.length > 0) throw new EngineError(undefined, unexecutable.join(' '));
  } catch (error) {
    throw error instanceof EngineError ? migrationFailed(error, []) : error;
  }
}

/** Throws BAD_CONFIG where nobody can tell. */
export async function exists(connector: Connector): Promise<boolean> {
  try {
    await connector.check();
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code === 'P1003') return false;
    throw badConfig(error.message, 'Start the server, or correct DATABASE_URL.');
  }
}

/** The engine's error in one line, with what to do. */
function migrationFailed({ code, message, meta }: EngineError, [failed]: string[]): PergolaError {
  const fail = (fact: string, remedy: string) => new PergolaError('MIGRATION_FAILED', fact, remedy);
  switch (code) {
    case 'P3018':
      return fail(
        `The migration ${meta.migration_name} failed: ${meta.database_error}.`,
        rollBack(meta.migration_name),
      );
    case 'P3009':
      return fail(
        `The migration ${failed} failed earlier, or its process died.`,
        meta.reason?.trim() ?? rollBack(failed),
      );
    case 'P3005':
      return fail(
        'The database has tables but no history of migrations.',
        'Start with an empty database, or say what it already has: npx prisma migrate resolve --applied <migration>.',
      );
    default:
      return fail(`The database cannot be migrated: ${message.split('\n', 1)[0]}`, 'See npx prisma migrate status.');
  }
}

const rollBack = (migration: string | undefined) =>
  `Undo what it did, correct it, run npx prisma migrate resolve --rolled-back ${migration}, and start again.`;
