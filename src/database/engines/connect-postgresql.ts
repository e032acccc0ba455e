import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { LRUCache } from 'lru-cache';
import { Pool, types, type CustomTypesConfig, type PoolConfig, type QueryArrayResult } from 'pg';
import { PrismaClient } from '../../generated/postgresql/client.ts';
import type { BoundStatement, Connection } from '../connection.ts';
import { loginOf, postgresqlPort, serverUrl, type Limits, type ServerUrl } from '../server-url.ts';
import { createGate } from './gate.ts';
import { postgresql, postgresqlInC } from './postgresql.ts';
import { patientClient } from './patient-client.ts';
import { sharingCommits, type RunTogether, type Single } from './shared-commit.ts';
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
  const single = sharingCommits((singles) => through(() => runTogether(pool, singles)), limits.gate);
  return {
    engine: collation === 'C' || collation === 'POSIX' ? postgresqlInC : postgresql,
    prisma: patientClient(prisma),
    transaction: (run) => through(() => translateErrors(() => transaction(run))),
    single: (...both) => translateErrors(() => single(...both)),
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
 * BEGIN, the statements, COMMIT and the reads go out together. Where a statement is refused, COMMIT undoes, and what is
 * read is not looked at.
 */
async function runTogether(pool: Pool, singles: readonly Single[]): ReturnType<RunTogether> {
  const client = await pool.connect();
  client.on('error', heardOf);
  try {
    const send = ({ sql, parameters }: BoundStatement) => client.query<(string | null)[]>(statementOf(sql, parameters));
    const { stream } = client.connection;
    stream.cork();
    const sent = [
      client.query(serializable.begin),
      ...singles.map(({ statement }) => send(statement)),
      client.query('COMMIT'),
    ];
    const reads = singles.map(({ read }) => send(read));
    stream.uncork();
    const [committed, answered] = await Promise.all([Promise.allSettled(sent), Promise.allSettled(reads)]);
    const [begun] = committed;
    // Not in the words of the server, which would say that all is undone: what follows ran without a transaction.
    if (begun?.status === 'rejected') throw new Error('No transaction was begun.', { cause: begun.reason });
    // The first that was refused says why; those behind it were refused for that.
    const refused = committed.find((it) => it.status === 'rejected');
    if (refused) throw refused.reason;
    return answered.map((it) => () => translateErrors(() => textOf(it)));
  } finally {
    client.off('error', heardOf);
    client.release(client.getTransactionStatus() !== 'I');
  }
}

async function textOf(read: PromiseSettledResult<QueryArrayResult<(string | null)[]>>): Promise<string | null> {
  if (read.status === 'rejected') throw read.reason;
  return read.value.rows[0]?.[0] ?? null;
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

/** How the server chooses its ways. It may be half of the work for a small statement: see docs/decisions/engines.md. */
const session = {
  TimeZone: 'UTC',
  // A quotation mark is all that ends a text in a statement (`Engine.literal`).
  standard_conforming_strings: 'on',
  // A statement would be compiled for seconds, by its estimated cost, that runs in milliseconds.
  jit: 'off',
  // A join of forty tables, each by the key of the one before, would be planned for a second.
  geqo_effort: 1,
  // Rows are found by their keys, and are in memory: by default 80 of them are taken for dearer than a table of 10,000.
  random_page_cost: 1.1,
  // Looked into at every planning, and never the best way to few rows.
  enable_mergejoin: 'off',
};

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
    options: Object.entries(session)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  };
}
