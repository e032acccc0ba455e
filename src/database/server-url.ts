import { badConfig } from '../errors.ts';
import type { GateOptions } from './engines/gate.ts';

/** What is asked of a server is bounded in every direction. */
export interface Limits {
  readonly connections: number;
  readonly gate: GateOptions;
  readonly connectMs: number;
  readonly statementSeconds: number;
  readonly lockSeconds: number;
  /** Longer than any statement may take. */
  readonly silenceMs: number;
}

const limitsOf = (width: number, statementSeconds: number, connectSeconds: number): Limits => ({
  // What goes past the gate, such as the look-up of a user, has connections left.
  connections: width + 2,
  gate: { width, maxWaiting: 100 * width, patienceMs: 10_000 },
  connectMs: connectSeconds * 1000,
  statementSeconds,
  lockSeconds: Math.min(5, statementSeconds),
  silenceMs: (statementSeconds * 4000) / 3,
});

export interface ServerUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: { readonly rejectUnauthorized: boolean } | undefined;
  readonly limits: Limits;
}

/** The port where nobody names one. */
export const mysqlPort = 3306;
export const postgresqlPort = 5432;

/**
 * A URL of the form `scheme://user:password@host:port/database`, read in one place for the server and its migrations:
 * what protects the password must protect it everywhere. With `?ssl=true` the connection is encrypted and the server's
 * certificate is checked; `?ssl=unchecked` checks none. `sslmode` and `sslaccept` are understood as PostgreSQL and Prisma
 * write them. `connection_limit` (10) is how many requests it is asked at once, `statement_timeout` (30) how many seconds a
 * statement may take, `connect_timeout` (5) how many a connection.
 *
 * @throws BAD_CONFIG, without showing the URL.
 */
export function serverUrl(text: string, defaultPort: number): ServerUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = decodeURIComponent(url?.pathname.slice(1) ?? '');
  if (!url?.hostname || !database) {
    throw badConfig(
      'DATABASE_URL names no server or no database.',
      'Write it as scheme://user:password@host:port/name, with % codes for special characters of the password.',
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || defaultPort),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    tls: tlsOf(url),
    limits: limitsOf(
      numberIn(url, 'connection_limit', 10),
      numberIn(url, 'statement_timeout', 30),
      numberIn(url, 'connect_timeout', 5),
    ),
  };
}

/** What the drivers of MySQL and PostgreSQL both want in order to connect, the database left out. */
export const loginOf = ({ host, port, user, password, tls }: ServerUrl) => ({
  host,
  port,
  user,
  password,
  ...(tls && { ssl: tls }),
});

/** The URL of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const it = new URL(url);
  it.pathname = `/${encodeURIComponent(database)}`;
  return it.href;
}

/** The URL with less patience: for a server whose work another can do. */
export function withoutPatience(url: string): string {
  if (!URL.canParse(url)) return url;
  const it = new URL(url);
  if (!it.searchParams.has('connect_timeout')) it.searchParams.set('connect_timeout', '1');
  return it.href;
}

/** @throws BAD_CONFIG for what is no number from 1 to 9999. */
export function numberIn({ searchParams }: URL, name: string, otherwise: number): number {
  const text = searchParams.get(name);
  if (text === null) return otherwise;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw badConfig(
    `${name}=${text.slice(0, 20)} in DATABASE_URL is no number from 1 to 9999.`,
    'Correct it or leave it out.',
  );
}

/** A word that is not known asks for more protection, never for less. */
function tlsOf({ searchParams }: URL): ServerUrl['tls'] {
  const words = ['ssl', 'sslmode', 'sslaccept'].map((name) => searchParams.get(name)).filter((word) => word !== null);
  if (words.every((word) => word === 'false' || word === 'disable')) return undefined;
  const checksNone = ['unchecked', 'no-verify', 'accept_invalid_certs'];
  return { rejectUnauthorized: !words.some((word) => checksNone.includes(word)) };
}
