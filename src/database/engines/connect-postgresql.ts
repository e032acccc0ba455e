import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { LRUCache } from 'lru-cache';
import { Pool, types, type CustomTypesConfig, type PoolConfig } from 'pg';
import { PrismaClient } from '../../generated/postgresql/client.ts';
import type { BoundStatement, Connection, RunSingle } from '../connection.ts';
import { loginOf, postgresqlPort, serverUrl, type Limits, type ServerUrl } from '../server-url.ts';
import { createGate } from './gate.ts';
import { postgresql, postgresqlInC } from './postgresql.ts';
import { patientClient } from './patient-client.ts';
import { heardOf, transactionsOn, type LentConnection } from './server-transactions.ts';
import { mostTablesJoined, shapeOf } from './statement-shape.ts';
import { translateErrors } from './unavailable.ts';

/** As many as the other engines join. It plans twenty lists beside one another, of three tables each, in 0.2 s, and forty in 3 s. */
const maxTablesJoined = 60;

/** @throws DATABASE_UNAVAILABLE where none answers. */
export async function connectPostgresql(url: string): Promise<Connection> {
  const server = serverUrl(url, postgresqlPort);
  const pool = new Pool(poolConfig(server));
  // A connection that breaks while nobody uses it is replaced when the next one is needed.
  pool.on('error', () => {});
  try {
    return await open(pool, server.limits);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function open(pool: Pool, limits: Limits): Promise<Connection> {
  const { through, load } = createGate(limits.gate);
  const read: Connection['read'] = (text, parameters) =>
    through(() => translateErrors(async () => readValue(pool, text, parameters)));
  const collation = await read('select datcollate from pg_database where datname = current_database()', []);

  const factory = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => statementName(sql) });
  const prisma = new PrismaClient({ adapter: factory });
  const transaction = transactionsOn(() => lend(pool), serializable);
  return {
    engine: collation === 'C' || collation === 'POSIX' ? postgresqlInC : postgresql,
    prisma: patientClient(prisma),
    transaction: (run) => through(() => translateErrors(() => transaction(run))),
    single: (...both) => through(() => translateErrors(() => runSingle(pool, ...both))),
    read,
    fits: (text) => mostTablesJoined(shapeOf(text)) <= maxTablesJoined,
    load,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** As on SQLite, transactions are as if they ran one after the other. */
const serializable = {
  begin: 'BEGIN ISOLATION LEVEL SERIALIZABLE',
  refusalsEndIt: true,
  uniqueMayBeRace: true,
} as const;

async function lend(pool: Pool): Promise<LentConnection> {
  const client = await pool.connect();
  client.on('error', heardOf);
  return {
    async run(text, parameters) {
      const { rows, rowCount } = await client.query<unknown[]>(statementOf(text, parameters));
      return { rows, changed: rowCount ?? 0 };
    },
    control: (sql) => client.query(sql),
    release(broken) {
      client.off('error', heardOf);
      client.release(broken);
    },
  };
}

/**
 * BEGIN, the statement, COMMIT and the read go out together. Where the statement is refused, COMMIT undoes, and what is
 * read is not looked at.
 */
async function runSingle(pool: Pool, statement: BoundStatement, read: BoundStatement): ReturnType<RunSingle> {
  const client = await pool.connect();
  client.on('error', heardOf);
  try {
    const { stream } = client.connection;
    stream.cork();
    const sent = [
      client.query(serializable.begin),
      client.query(statementOf(statement.sql, statement.parameters)),
      client.query('COMMIT'),
    ];
    const answer = client.query<(string | null)[]>(statementOf(read.sql, read.parameters));
    stream.uncork();
    const [answered, ...committed] = await Promise.allSettled([answer, ...sent]);
    for (const it of committed) if (it.status === 'rejected') throw it.reason;
    return () =>
      translateErrors(async () => {
        if (answered.status === 'rejected') throw answered.reason;
        return answered.value.rows[0]?.[0] ?? null;
      });
  } finally {
    client.off('error', heardOf);
    client.release(client.getTransactionStatus() !== 'I');
  }
}

type TypeId = (typeof types.builtins)[keyof typeof types.builtins];
const moments = new Set<TypeId>([types.builtins.DATE, types.builtins.TIMESTAMP, types.builtins.TIMESTAMPTZ]);

/** Moments stay the texts that the engine reads: the driver would take them for local ones. */
const asStored: CustomTypesConfig = {
  // Its declaration has a signature for each id.
  getTypeParser: ((id: TypeId, format: 'text') =>
    moments.has(id) ? String : types.getTypeParser(id, format)) as CustomTypesConfig['getTypeParser'],
};

const statementOf = (text: string, parameters: readonly unknown[]) => ({
  name: statementName(text),
  text,
  values: [...parameters],
  rowMode: 'array' as const,
  types: asStored,
});

async function readValue(pool: Pool, text: string, parameters: readonly unknown[]) {
  const { rows } = await pool.query<(string | null)[]>(statementOf(text, parameters));
  return rows[0]?.[0] ?? null;
}

/** Statements that a connection may keep prepared: it never forgets one, and each costs the server memory. */
const maxNames = 500;
const names = new LRUCache<string, string>({ max: 2000 });
let given = 0;

/** Empty for a statement that is not kept: one that was not asked before, or one too many. */
function statementName(text: string): string {
  const known = names.get(text);
  if (known) return known;
  if (known === '' && given < maxNames) {
    given++;
    const name = createHash('sha256').update(text).digest('base64url');
    names.set(text, name);
    return name;
  }
  names.set(text, '');
  return '';
}

function poolConfig(server: ServerUrl): PoolConfig {
  const { database, limits } = server;
  return {
    ...loginOf(server),
    database,
    max: limits.connections,
    // What is sent before the answer to what went before is not held back.
    pipeline: true,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementSeconds * 1000,
    lock_timeout: limits.lockSeconds * 1000,
    idle_in_transaction_session_timeout: limits.silenceMs,
    // A server that has vanished without a word is noticed.
    query_timeout: limits.silenceMs,
    keepAlive: true,
    application_name: 'pergola',
    // A statement would be compiled to machine code for seconds, by its estimated cost, that runs in milliseconds, and a
    // join of forty tables, each by the key of the one before, be planned for one.
    options: '-c TimeZone=UTC -c jit=off -c geqo_effort=1 -c random_page_cost=1.1',
  };
}
