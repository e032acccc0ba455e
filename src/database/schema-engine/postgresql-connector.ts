import { badConfig, PergolaError } from '../../errors.ts';
import { loginOf, postgresqlPort, serverUrl, type ServerUrl } from '../server-url.ts';
import type { Connector } from './connector.ts';
import { EngineError } from './engine-error.ts';
import { historyQuery, historyRow } from './migration-history.ts';
import type { ScriptKind } from './noted-script.ts';
import { openWasmEngine } from './wasm-engine.ts';

/** Not the one that the engine takes for itself on another connection. */
const lockKey = 7_061_936;
const waitSeconds = 60;

/** What is sent as one is one transaction of itself. */
const scripts: ScriptKind = {
  provider: 'postgresql',
  together: true,
  apart: /\bCONCURRENTLY\b|^(VACUUM|ALTER\s+SYSTEM|(CREATE|DROP)\s+(DATABASE|TABLESPACE))\b/i,
  apartIsOfConnection: false,
  inTransaction: (statements) => statements,
  now: 'now()',
};

type Run = (sql: string, values?: unknown[]) => Promise<unknown[][]>;

/** Imports the driver when it is used. */
export function postgresqlConnector(url: string): Connector {
  const server = serverUrl(url, postgresqlPort);
  const name = server.database;

  async function using<T>(act: (run: Run) => Promise<T>, database = name): Promise<T> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ ...loginOf(server), database, connectionTimeoutMillis: 10_000 });
    // A connection that is lost between two queries is told of by the next query.
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      throw explained(error, server);
    }
    try {
      return await act(async (text, values) => {
        const result = await client.query<unknown[]>({ text, values: values ?? [], rowMode: 'array' });
        return result.rows;
      });
    } finally {
      await client.end();
    }
  }

  return {
    async openEngine(options) {
      const { postgresqlAdapters } = await import('./postgresql-adapter.ts');
      return openWasmEngine({ ...options, scripts, adapters: postgresqlAdapters(url) });
    },
    check: () => using(async () => {}),
    async create() {
      const missing = await using(
        async (run) => (await run('SELECT 1 FROM pg_database WHERE datname = $1', [name])).length === 0,
        'postgres',
      );
      // Texts are ordered by their bytes, as in every other kind of database.
      const create = `CREATE DATABASE ${quoted(name)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`;
      if (missing) await using((run) => run(create).catch(unlessThere), 'postgres');
      return name;
    },
    reset: () =>
      using(async (run) => {
        const [[current] = []] = await run('SELECT current_schema()');
        const schema = quoted(typeof current === 'string' ? current : 'public');
        await run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
        await run(`CREATE SCHEMA ${schema}`);
      }),
    readHistory: () =>
      using(async (run) => {
        const [[table] = []] = await run("SELECT to_regclass('_prisma_migrations')::text");
        return table === null ? undefined : (await run(historyQuery)).map(historyRow);
      }),
    readTable: (table, maxRows) =>
      using(async (run) => {
        const columns = await run(
          'SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1',
          [table],
        );
        if (columns.length === 0) return undefined;
        const [[rows] = []] = await run(`SELECT count(*) FROM (SELECT 1 FROM ${quoted(table)} LIMIT ${maxRows}) AS t`);
        return { rows: Number(rows), columns: columns.flat().map(String) };
      }),
    withLock: (change) =>
      using(async (run) => {
        await run(`SET lock_timeout = '${waitSeconds}s'`);
        await run('SELECT pg_advisory_lock($1)', [lockKey]).catch(stillHeld);
        return change();
      }),
  };
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

function stillHeld(error: unknown): never {
  if (codeOf(error) !== '55P03') throw error;
  throw new PergolaError(
    'MIGRATION_FAILED',
    `Another process has been migrating this database for ${waitSeconds} seconds.`,
    'Let it finish or end it, then start again.',
  );
}

/** Two that start together both see that it is missing. */
function unlessThere(error: unknown): unknown[][] {
  if (['42P04', '23505'].includes(codeOf(error))) return [];
  if (codeOf(error) !== '42501') throw error;
  throw badConfig('The user of DATABASE_URL may not create the database.', 'Create it yourself, or give it CREATEDB.');
}

function explained(error: unknown, { host, port, database }: ServerUrl): unknown {
  const code = codeOf(error);
  const server = `${host}:${port}`;
  if (code === '3D000') return new EngineError('P1003', `Database \`${database}\` does not exist`);
  if (code.startsWith('28')) {
    return new EngineError('P1000', `The server ${server} refuses the user or the password.`);
  }
  if (code.startsWith('E') || code === '' || code.startsWith('08') || code.startsWith('57')) {
    return new EngineError('P1001', `No database server answers at ${server}.`);
  }
  return error;
}
