/** A new database of this run's engine (SQLite in a folder of its own, with the committed migrations applied), gone at the end of the test's scope. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { createDatabase } from './server-database.ts';
import { testEngine, type ServerName, type TestServer } from './test-engine.ts';

// Of the working directory: what is compiled lies elsewhere.
const schemaFile = resolve('prisma/schema.prisma');
const migrationsFolder = resolve('prisma/migrations/sqlite');

export interface TemporaryDatabase extends AsyncDisposable {
  client: PrismaClient;
  /** Such as `file:/tmp/pergola-x/test.db`, for a second client or process. */
  url: string;
  /** The SQL that the client has run, in order. Empty it with `statements.length = 0`. */
  statements: string[];
}

/** Use it as `await using database = await openTemporaryDatabase()`. */
export async function openTemporaryDatabase(): Promise<TemporaryDatabase> {
  return testEngine === 'sqlite' ? openTemporaryFile() : openOnServer(testEngine);
}

async function openOnServer(engine: ServerName): Promise<TemporaryDatabase> {
  const database = await createOnServer(engine);
  const { client, statements } = await openClient(engine, database.url);
  return {
    client,
    url: database.url,
    statements,
    async [Symbol.asyncDispose]() {
      await client.$disconnect();
      await database.drop();
    },
  };
}

/** A database with the tables of the application. */
export async function createOnServer(engine: ServerName, server?: TestServer) {
  return createDatabase(engine, await readFile(schemaFile, 'utf8'), server);
}

/** Prisma Client by itself, past everything of ours. */
export async function openClient(engine: ServerName, url: string) {
  const { adapter, Client } = await clientOf(engine, url);
  const client = new Client({ adapter, log: [{ emit: 'event', level: 'query' }] });
  const statements: string[] = [];
  client.$on('query', ({ query }) => statements.push(query));
  return { client: client as unknown as PrismaClient, statements };
}

async function clientOf(engine: ServerName, url: string) {
  if (engine === 'postgresql') {
    const { PrismaClient: Client } = await import('../../src/generated/postgresql/client.ts');
    return { Client: Client as unknown as LoggingClient, adapter: new PrismaPg({ connectionString: url }) };
  }
  const { PrismaClient: Client } = await import('../../src/generated/mysql/client.ts');
  return { Client: Client as unknown as LoggingClient, adapter: new PrismaMariaDb(url.replace('mysql:', 'mariadb:')) };
}

type LoggingClient = new (options: {
  adapter: unknown;
  log: [{ emit: 'event'; level: 'query' }];
}) => PrismaClient<'query'>;

export async function openTemporaryFile(): Promise<TemporaryDatabase> {
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
