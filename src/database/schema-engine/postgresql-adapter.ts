import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { Client, Pool, type ClientConfig, type QueryConfig } from 'pg';
import { loginOf, postgresqlPort, serverUrl, withDatabase } from '../server-url.ts';
import { openOnFirstUse } from './reopening-adapter.ts';

/** Types of the catalogue that Prisma's adapter refuses, as one that it knows: text, and int8 for oid. */
const presentedTypes: Readonly<Record<number, number>> = {
  ...Object.fromEntries([18, 19, 22, 24, 30, 194, 2205, 2206].map((oid) => [oid, 25])),
  26: 20,
};

/** Prisma's adapter for PostgreSQL, with what the engine expects beyond it. */
export function postgresqlAdapters(url: string): SqlMigrationAwareDriverAdapterFactory {
  const info = { provider: 'postgres', adapterName: '@prisma/adapter-pg' } as const;
  return {
    ...info,
    connect: async () => openOnFirstUse(info, () => open(url)),
    // Not the adapter's own, which reaches the main database and drops the shadow while it is connected to it.
    async connectToShadowDb() {
      const name = `prisma_migrate_shadow_db_${randomUUID()}`;
      await administer(url, `CREATE DATABASE "${name}"`);
      const shadow = await open(withDatabase(url, name));
      const dispose = async () => {
        await shadow.dispose();
        await administer(url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      };
      return { ...shadow, dispose };
    },
  };
}

function configOf(url: string): ClientConfig {
  const server = serverUrl(url, postgresqlPort);
  return { ...loginOf(server), database: server.database };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client(configOf(url));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function open(url: string): Promise<SqlDriverAdapter> {
  const pool = new Pool(configOf(url));
  const query = pool.query.bind(pool);
  const presenting = async (config: QueryConfig) => {
    const result = await query(config);
    for (const field of result.fields ?? []) field.dataTypeID = presentedTypes[field.dataTypeID] ?? field.dataTypeID;
    return result;
  };
  Reflect.set(pool, 'query', presenting);
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  // Without arguments it is one simple query, whatever number of statements: all of them or none. The adapter's own
  // `executeScript` cuts at every semicolon, also inside a text or a function.
  const runScript = (sql: string) => adapter.executeRaw({ sql, args: [], argTypes: [] });
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (given) => adapter.queryRaw(given),
    executeRaw: (given) => adapter.executeRaw(given),
    executeScript: async (script) => void (await runScript(script)),
    startTransaction: (isolationLevel) => adapter.startTransaction(isolationLevel),
    dispose: () => adapter.dispose(),
  };
}
