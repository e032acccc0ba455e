/** The engine that this run of the tests is on: `TEST_ENGINE=mysql npx vitest run …`, without it SQLite. */
import { createConnection } from 'mariadb';
import { Client, types } from 'pg';

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
  drop(database: string): string;
  /** Statements on a new database, so that tests can fill it as they fill the others. */
  readonly arrangements: readonly string[];
  /** Statements on a filled database: what a server finds out by itself in the first minute. */
  readonly learning: readonly string[];
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
        // Json as the text that it is.
        autoJsonMap: false,
      });
      return {
        async run(sql, values) {
          const rows: unknown = await connection.query(sql, values && [...values]);
          return Array.isArray(rows) ? (rows as unknown[][]) : [];
        },
        close: () => connection.end(),
      };
    },
    drop: (database) => `DROP DATABASE IF EXISTS "${database}"`,
    arrangements: [],
    learning: [],
  };
}

export function postgresqlServer(serverUrl: string): TestServer {
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
      client.setTypeParser(types.builtins.JSON, String);
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
    drop: (database) => `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`,
    // Without figures of the rows it may plan a statement for seconds that takes milliseconds.
    learning: ['ANALYZE'],
    arrangements: [
      // Tests write truth values as 0 and 1.
      "UPDATE pg_cast SET castcontext = 'a' WHERE castsource = 'int'::regtype AND casttarget = 'boolean'::regtype",
      // Rows that tests bring with their numbers do not move the counters, which then would meet them.
      "DO $$ DECLARE it text; BEGIN FOR it IN SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences LOOP EXECUTE 'ALTER SEQUENCE ' || it || ' RESTART WITH 1000'; END LOOP; END $$",
    ],
  };
}

export const servers: Record<ServerName, TestServer> = {
  mysql: mysqlServer(defaultUrls.mysql),
  postgresql: postgresqlServer(defaultUrls.postgresql),
};

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
