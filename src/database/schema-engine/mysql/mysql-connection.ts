import { createConnection, SqlError, type Connection, type ConnectionConfig } from 'mariadb';
import { loginOf, mysqlPort, serverUrl, type ServerUrl } from '../../server-url.ts';
import { EngineError } from '../engine-error.ts';

export interface MysqlSession {
  /** Rows as arrays; none for a statement that returns no rows. */
  run(sql: string, values?: readonly unknown[]): Promise<unknown[][]>;
  close(): Promise<void>;
}

/**
 * One connection to the database of the URL, to another one on its server, or with null to none. Throws P1003 when
 * there is no such database, P1000 and P1001 when the server lets nobody in.
 */
export async function connectMysql(url: string, other?: string | null): Promise<MysqlSession> {
  const server = serverUrl(url, mysqlPort);
  const database = other === undefined ? server.database : other;
  let connection: Connection;
  try {
    connection = await createConnection({ ...configOf(server), ...(database !== null && { database }) });
  } catch (error) {
    throw explained(error, server, database);
  }
  // One that is lost between two queries is told of by the next query.
  connection.on('error', () => {});
  return {
    async run(sql, values) {
      const rows: unknown = await connection.query(sql, values && [...values]);
      return Array.isArray(rows) ? (rows as unknown[][]) : [];
    },
    close: () => connection.end(),
  };
}

/** The words of the server alone: the driver adds its number and the whole statement. */
export const mysqlMessage = (error: unknown) =>
  error instanceof SqlError
    ? (error.sqlMessage ?? error.message)
    : error instanceof Error
      ? error.message
      : String(error);

const mysqlErrorCode = (error: unknown) => (error instanceof SqlError ? error.errno : undefined);

function configOf(server: ServerUrl): ConnectionConfig {
  return {
    ...loginOf(server),
    connectTimeout: 10_000,
    // How MySQL 8 takes a password the first time where the connection is not encrypted.
    allowPublicKeyRetrieval: true,
    rowsAsArray: true,
    bigIntAsNumber: true,
    charset: 'utf8mb4',
    timezone: 'Z',
    // A value that does not fit is refused, also where the server would cut it.
    initSql: "SET sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), time_zone = '+00:00'",
  };
}

function explained(error: unknown, { host, port }: ServerUrl, database: string | null): unknown {
  const code = mysqlErrorCode(error);
  if (code === 1049) return new EngineError('P1003', `Database \`${database}\` does not exist`);
  const server = `${host}:${port}`;
  if (code === 1045 || code === 1044 || code === 1698) {
    return new EngineError('P1000', `The server ${server} refuses the user or the password.`);
  }
  if (error instanceof SqlError && error.code === 'ER_SERVER_SSL_DISABLED') {
    return new EngineError('P1011', `The server ${server} does not encrypt its connections, as DATABASE_URL asks for.`);
  }
  if (code !== undefined && code > 1000 && code < 4000) return error;
  return new EngineError('P1001', `No database server answers at ${server}.`);
}
