/** A new SQLite database in a folder of its own, with the committed migrations applied, gone at the end of the test's scope. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../../src/generated/sqlite/client.ts';

const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations/sqlite/', import.meta.url));

export interface TemporaryDatabase extends AsyncDisposable {
  client: PrismaClient;
  /** Such as `file:/tmp/pergola-x/test.db`, for a second client or process. */
  url: string;
  /** The SQL that the client has run, in order. Empty it with `statements.length = 0`. */
  statements: string[];
}

/** Use it as `await using database = await openTemporaryDatabase()`. */
export async function openTemporaryDatabase(): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  const url = `file:${join(folder, 'test.db')}`;
  await migrate(url);

  const client = new PrismaClient({
    adapter: new PrismaLibSql({ url, intMode: 'bigint', timeout: 5000 }),
    log: [{ emit: 'event', level: 'query' }],
  });
  const statements: string[] = [];
  client.$on('query', ({ query }) => statements.push(query));

  return {
    client,
    url,
    statements,
    async [Symbol.asyncDispose]() {
      await client.$disconnect();
      await rm(folder, { recursive: true });
    },
  };
}

async function migrate(url: string): Promise<void> {
  const database = createClient({ url });
  try {
    await database.executeMultiple('PRAGMA journal_mode = WAL;');
    for (const file of await migrationFiles()) await database.executeMultiple(await readFile(file, 'utf8'));
  } finally {
    database.close();
  }
}

/** In the order in which Prisma applies them: by the name of the folder, which starts with its time. */
async function migrationFiles(): Promise<string[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.toSorted().map((name) => join(migrationsFolder, name, 'migration.sql'));
}
