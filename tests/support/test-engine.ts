/** The engine that this run of the tests is on: `TEST_ENGINE=mysql npx vitest run …`, without it SQLite. */
import { createConnection } from 'mariadb';
import { Client, types } from 'pg';
import { createTables, mysqlDdl, postgresqlDdl, type Datamodel } from './create-tables.ts';

export type ServerName = 'mysql' | 'postgresql';
export const serverNames: readonly ServerName[] = ['mysql', 'postgresql'];
export type EngineName = 'sqlite' | ServerName;

export const testEngine = (process.env.TEST_ENGINE ?? 'sqlite') as EngineName;

/** Where the servers are unless something else is said. */
const defaultUrls = {
  mysql: process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306',
  postgresql: process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432',
};

/** Statements on one connection to a server, past everything of ours. */
export interface Beside {
  /** Rows as arrays. */
  run(sql: string, values?: readonly unknown[]): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** What the tests need of an engine that runs as a server. */
export interface TestServer {
  /** Of a database of this name. */
  url(database: string): string;
  /** Without a name, of the server itself. */
  connect(database?: string): Promise<Beside>;
  create(database: string): string[];
  drop(database: string): string;
  tables(datamodel: Datamodel): string[];
}

const withPath = (url: string, database: string) => {
  const it = new URL(url);
  it.pathname = `/${database}`;
  return it.href;
};

export function mysqlServer(serverUrl: string): TestServer {
  return {
    url: (database) => withPath(serverUrl, database),
    async connect(database) {
      const { hostname, port, username, password } = new URL(serverUrl);
      const connection = await createConnection({
        host: hostname,
        port: Number(port || 3306),
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
        ...(database && { database }),
        charset: 'utf8mb4',
        allowPublicKeyRetrieval: true,
        // Names in quotation marks, as the other engines have them.
        initSql: [
          "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES', time_zone = '+00:00', foreign_key_checks = 0, /*M! max_recursive_iterations = 100000 */ /*!80000 cte_max_recursion_depth = 100000 */",
        ],
        rowsAsArray: true,
        decimalAsNumber: true,
        bigIntAsNumber: true,
      });
      return {
        async run(sql, values) {
          const rows: unknown = await connection.query(sql, values && [...values]);
          return Array.isArray(rows) ? (rows as unknown[][]) : [];
        },
        close: () => connection.end(),
      };
    },
    create: (database) => [
      `CREATE DATABASE "${database}" CHARACTER SET utf8mb4 /*M! COLLATE utf8mb4_nopad_bin */ /*!80017 COLLATE utf8mb4_0900_bin */`,
    ],
    drop: (database) => `DROP DATABASE IF EXISTS "${database}"`,
    tables: (datamodel) => createTables(datamodel, mysqlDdl),
  };
}

function postgresqlServer(serverUrl: string): TestServer {
  return {
    url: (database) => withPath(serverUrl, database),
    async connect(database = 'postgres') {
      const client = new Client({
        connectionString: withPath(serverUrl, database),
        // It arranges rows, in any order.
        options: '-c TimeZone=UTC -c session_replication_role=replica',
      });
      // Sums and counts, as the other engines give them.
      for (const type of [types.builtins.INT8, types.builtins.NUMERIC]) client.setTypeParser(type, Number);
      await client.connect();
      return {
        async run(text, values) {
          const result = await client.query<unknown[]>({
            text,
            ...(values && { values: [...values] }),
            rowMode: 'array',
          });
          return Array.isArray(result) ? [] : result.rows;
        },
        close: () => client.end(),
      };
    },
    create: (database) => [
      `CREATE DATABASE "${database}" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
    ],
    drop: (database) => `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`,
    tables: (datamodel) => createTables(datamodel, postgresqlDdl),
  };
}

export const servers: Record<ServerName, TestServer> = {
  mysql: mysqlServer(defaultUrls.mysql),
  postgresql: postgresqlServer(defaultUrls.postgresql),
};

let made = 0;
/** The process is part of the name, so that what a killed one has left can be told and dropped. */
const newDatabaseName = () => `pergola_test_${process.pid}_${++made}`;

/** Drops what processes that are gone have left: templates that live as long as their process, and all of a killed one. */
export async function dropLeftovers(engine: ServerName): Promise<void> {
  const server = servers[engine];
  const list = engine === 'postgresql' ? 'select datname from pg_database' : 'show databases';
  await withServer(server, async (beside) => {
    for (const [name] of await beside.run(list)) {
      const [, owner] = /^pergola_test_(\d+)_\d+$/.exec(String(name)) ?? [];
      if (owner && !isRunning(Number(owner))) await beside.run(server.drop(String(name)));
    }
  });
}

function isRunning(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
}

export interface ServerDatabase {
  readonly name: string;
  readonly url: string;
  readonly server: TestServer;
  drop(): Promise<void>;
}

export async function createDatabase(
  engine: ServerName,
  datamodel: Datamodel,
  server = servers[engine],
): Promise<ServerDatabase> {
  const name = newDatabaseName();
  await onServer(server, server.create(name));
  await onServer(server, server.tables(datamodel), name);
  return { name, url: server.url(name), server, drop: () => onServer(server, [server.drop(name)]) };
}

/** A database with the tables and rows of another, which has the same datamodel. Nobody may be connected to that one. */
export async function copyDatabase(engine: ServerName, filled: string, datamodel: Datamodel): Promise<ServerDatabase> {
  const server = servers[engine];
  if (engine === 'postgresql') {
    const name = newDatabaseName();
    await onServer(server, [`CREATE DATABASE "${name}" TEMPLATE "${filled}"`]);
    return { name, url: server.url(name), server, drop: () => onServer(server, [server.drop(name)]) };
  }
  const copy = await createDatabase(engine, datamodel);
  const tables = await withServer(server, (beside) => tablesOf(engine, beside), copy.name);
  const copies = tables.map((table) => `INSERT INTO "${table}" SELECT * FROM "${filled}"."${table}"`);
  await onServer(server, copies, copy.name);
  return copy;
}

async function tablesOf(engine: ServerName, beside: Beside): Promise<string[]> {
  const schema = engine === 'postgresql' ? "'public'" : 'database()';
  const rows = await beside.run(
    `select table_name from information_schema.tables where table_schema = ${schema} order by table_name`,
  );
  return rows.map(([name]) => String(name));
}

export async function withServer<T>(
  server: TestServer,
  act: (beside: Beside) => Promise<T>,
  database?: string,
): Promise<T> {
  const beside = await server.connect(database);
  try {
    return await act(beside);
  } finally {
    await beside.close();
  }
}

async function onServer(server: TestServer, statements: readonly string[], database?: string): Promise<void> {
  const runAll = async (beside: Beside) => {
    for (const statement of statements) await beside.run(statement);
  };
  await withServer(server, runAll, database);
}
