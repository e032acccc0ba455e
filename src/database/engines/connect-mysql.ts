import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { LRUCache } from 'lru-cache';
import { createPool, type Pool, type PoolConfig, type UpsertResult } from 'mariadb';
import { badConfig } from '../../errors.ts';
import { PrismaClient } from '../../generated/mysql/client.ts';
import type { Connection } from '../connection.ts';
import type { Engine } from '../engine.ts';
import { loginOf, mysqlPort, serverUrl, type Limits, type ServerUrl } from '../server-url.ts';
import { createGate } from './gate.ts';
import { textOfRows } from './in-common.ts';
import { mysql } from './mysql.ts';
import { mysql8 } from './mysql8.ts';
import { patientClient } from './patient-client.ts';
import { heardOf, transactionsOn, type LentConnection } from './server-transactions.ts';
import { notesOf, shapeOf } from './statement-shape.ts';
import { translateErrors } from './unavailable.ts';

/** For every connection. */
const sessionOf = (limits: Limits) => [
  // Comparisons of what is in no column follow the columns.
  'SET collation_connection = @@collation_database',
  // What does not fit is refused, never cut; moments are in UTC.
  "SET sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'",
  // Else a long list would be cut off in the middle.
  'SET group_concat_max_len = 1073741824',
  // As on SQLite, transactions are as if they ran one after the other.
  'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
  `SET innodb_lock_wait_timeout = ${limits.lockSeconds}
     /*M! , max_statement_time = ${limits.statementSeconds} */ /*!80000 , max_execution_time = ${limits.statementSeconds}000 */`,
];

/** They tell all texts apart that differ, blanks at the end included, and sort by code point. */
const collations = ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin'];

/** Some tens of milliseconds, and of megabytes. Beyond it what nests deepest is read by a statement of its own. */
const maxNotes = 50_000;
/** What a connection keeps 256 of: the server holds the notes of a prepared statement for as long. */
const maxNotesKept = 1_000;

const notes = new LRUCache<string, number>({ max: 2000 });

function notesOn(text: string): number {
  const known = notes.get(text) ?? notesOf(shapeOf(text));
  notes.set(text, known);
  return known;
}

/**
 * @param dialectOf for tests, which run on MariaDB what MySQL would be asked.
 * @throws BAD_CONFIG for a database that would compare texts its own way, DATABASE_UNAVAILABLE where none answers.
 */
export async function connectMysql(url: string, dialectOf = dialectOfVersion): Promise<Connection> {
  const server = serverUrl(url, mysqlPort);
  const pool = createPool(poolConfig(server));
  prepareSessions(pool, sessionOf(server.limits));
  try {
    return await open(pool, server.limits, dialectOf);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function open(pool: Pool, limits: Limits, dialectOf: typeof dialectOfVersion): Promise<Connection> {
  const { through, load } = createGate(limits.gate);
  const read: Connection['read'] = (sql, parameters) =>
    through(() => translateErrors(async () => readValue(pool, sql, parameters)));
  const engine = dialectOf(String(await read('select version()', [])));
  const collation = await read('select @@collation_database', []);
  if (!collations.includes(String(collation))) throw wrongCollation(String(collation));

  const prisma = new PrismaClient({ adapter: new PrismaMariaDb(pool) });
  // The session's transactions are serializable: see `sessionOf`.
  const transaction = transactionsOn(() => lend(pool), { begin: 'BEGIN' });
  return {
    engine,
    prisma: patientClient(prisma),
    transaction: (run) => through(() => translateErrors(() => transaction(run))),
    read,
    fits: (text) => notesOn(text) <= maxNotes,
    load,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** A connection as the driver's pool tells of it. */
interface NewConnection {
  query(statement: { sql: string }, done: () => void, failed: () => void): void;
  destroy(): void;
}

/**
 * Statements that go ahead of all others on each connection. Not the driver's own `initSql`: when the server dies at that
 * moment, it leaves a rejection behind that nobody can handle, and which would end this process.
 */
function prepareSessions(pool: Pool, statements: readonly string[]): void {
  const prepared = new WeakSet<object>();
  const prepare = (connection: NewConnection) => {
    if (prepared.has(connection)) return;
    prepared.add(connection);
    for (const sql of statements)
      connection.query(
        { sql },
        () => {},
        () => connection.destroy(),
      );
  };
  // Which one comes first depends on whether somebody waits. The driver's types say otherwise of what they are told.
  pool.on('acquire', (connection) => prepare(connection));
  pool.on('connection', (connection) => prepare(connection));
}

async function lend(pool: Pool): Promise<LentConnection> {
  const connection = await pool.getConnection();
  connection.on('error', heardOf);
  return {
    async run(sql, parameters) {
      const result = await connection.execute<unknown[][] | UpsertResult>({ sql, ...asStored }, [...parameters]);
      // Of a statement that returns rows, those are what it has changed.
      return Array.isArray(result)
        ? { rows: result, changed: result.length }
        : { rows: [], changed: result.affectedRows };
    },
    control: (sql) => connection.query(sql),
    async release(broken) {
      connection.off('error', heardOf);
      if (broken) connection.destroy();
      else await connection.release();
    },
  };
}

/** Rows as arrays, and values as the engine reads them: the driver would make local dates of moments, and objects of JSON. */
const asStored = { rowsAsArray: true, dateStrings: true, autoJsonMap: false } as const;

async function readValue(pool: Pool, sql: string, parameters: readonly unknown[]) {
  const statement = { sql, ...asStored };
  const rows =
    notesOn(sql) <= maxNotesKept
      ? await pool.execute<(string | null)[][]>(statement, [...parameters])
      : await pool.query<(string | null)[][]>(statement, [...parameters]);
  return textOfRows(rows);
}

function poolConfig(server: ServerUrl): PoolConfig {
  const { database, limits } = server;
  return {
    ...loginOf(server),
    database,
    // Of those that the driver asks for in its greeting: any other would be a statement, see `prepareSessions`.
    collation: 'UTF8MB4_BIN',
    connectionLimit: limits.connections,
    // The others are opened when they are needed.
    minimumIdle: 1,
    // The default prepares every statement anew.
    prepareCacheLength: 256,
    // Errors do not tell the values of a statement.
    logParam: false,
    acquireTimeout: limits.connectMs,
    connectTimeout: limits.connectMs,
    // A server that has vanished without a word is noticed.
    socketTimeout: limits.silenceMs,
    allowPublicKeyRetrieval: true,
  };
}

/** The first version with a collation that tells all texts apart. TiDB calls itself 8.0.11. */
const firstMysql = [8, 0, 17];

/** What the server can do, by what it says of itself. Throws BAD_CONFIG for one that cannot do enough. */
export function dialectOfVersion(version: string): Engine {
  if (version.includes('MariaDB')) return mysql;
  const numbers = version.split(/[.-]/, 3).map(Number);
  const at = firstMysql.findIndex((number, index) => numbers[index] !== number);
  if (at < 0 || numbers[at]! > firstMysql[at]!) return mysql8;
  throw badConfig(
    `The server of DATABASE_URL is of version ${version.slice(0, 60)}, which cannot answer nested lists in order.`,
    'Use MariaDB 10.6 or MySQL 8.0.17, or a later one.',
  );
}

const wrongCollation = (collation: string) =>
  badConfig(
    `The database of DATABASE_URL has the collation ${collation}, which takes texts for equal that are not.`,
    'Let Pergola create the database, or make it with: COLLATE utf8mb4_nopad_bin (MariaDB), utf8mb4_0900_bin (MySQL).',
  );
