import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { application } from '../app/index.ts';
import { readConfig, type Config } from '../config.ts';
import { openDatabase, type Database } from '../database/database.ts';
import { migrationsFolderFor } from '../database/schema-engine/connector-for.ts';
import { deployMigrations } from '../database/schema-engine/migrations.ts';
import { platformOptions } from '../server/platform-options.ts';
import {
  designOf,
  openPlatform,
  rowsDesignOf,
  type Design,
  type Platform,
  type PlatformOptions,
} from '../server/platform.ts';
import { describeError } from './report.ts';

/** The project's folder. What is built lies deeper in it than the source, or less deep. */
export const root = folderOfPackage(import.meta.dirname);

export const apiFile = resolve(root, 'api.graphql');
export const lockFile = resolve(root, 'policy.lock');

export const migrations = (config: Config) => ({
  url: config.databaseUrl,
  migrationsFolder: migrationsFolderFor(root, config.databaseUrl),
});

/** The design of this application, without a database. */
export const designHere = (): Design => designOf(application);

/** This application on its database, with every migration applied. */
export async function openHere(
  config = readConfig(),
  {
    onError = (error: unknown) => void process.stderr.write(`${describeError(error)}\n`),
    ...further
  }: Pick<PlatformOptions, 'onError' | 'rates' | 'trace'> = {},
): Promise<Platform & { migrated: { applied: string[]; total: number } }> {
  // The design first: what is wrong with it should not wait for a database, nor change one.
  const design = designHere();
  const migrated = await deployMigrations(migrations(config));
  const print = (text: string) => void process.stderr.write(text);
  const options = {
    ...platformOptions(config, { mapClaims: application.mapClaims, print, onError }),
    ...further,
  };
  return { ...(await openPlatform(design, config.databaseUrl, options)), migrated };
}

/** Its rows, with every migration applied. */
export async function openRowsHere(config = readConfig()): Promise<Database> {
  const { schema, policies } = rowsDesignOf(application);
  await deployMigrations(migrations(config));
  return openDatabase(config.databaseUrl, schema, policies);
}

function folderOfPackage(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderOfPackage(dirname(folder));
}
