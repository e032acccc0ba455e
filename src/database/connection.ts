import type { PrismaClient } from '../generated/sqlite/client.ts';
import { badConfig } from '../errors.ts';
import type { Engine } from './engine.ts';

/** Commits what is done when it resolves, and undoes it when it throws. */
export type RunTransaction = <T>(run: (transaction: OpenTransaction) => Promise<T>) => Promise<T>;

/** What came of a statement. */
export interface Written {
  /** The rows that it returns, as arrays. */
  readonly rows: unknown[][];
  /** How many rows it has inserted, changed or deleted; of one that only reads, how many it yields. */
  readonly changed: number;
}

export interface BoundStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * Runs one statement as a transaction of its own, and a read after it, by one message to the server.
 *
 * @returns once it is committed: what gives the text that the read yields, or its error.
 */
export type RunSingle = (statement: BoundStatement, read: BoundStatement) => Promise<() => Promise<string | null>>;

/** Compiled statements inside a transaction. */
export interface OpenTransaction {
  /** What the database refuses is an error of the driver (`write/write-errors.ts`). */
  write(sql: string, parameters: readonly unknown[]): Promise<Written>;
  /** As `Connection.read`. */
  read(sql: string, parameters: readonly unknown[]): Promise<string | null>;
  /** Runs what the database may refuse. After a refusal the transaction goes on as if it had not been asked. */
  tryOut<T>(act: () => Promise<T>): Promise<T>;
  /** Runs a part that is undone alone when it throws. Not `write`: MySQL prepares no statement about savepoints. */
  inPart<T>(act: () => Promise<T>): Promise<T>;
}

/** Requests that a server is asked at this moment, and those that wait until it may be asked more. */
export interface Load {
  readonly running: number;
  readonly waiting: number;
}

/** An open database: one way to read compiled statements, and Prisma Client for writing. */
export interface Connection {
  readonly engine: Engine;
  /** Unguarded: `auth/` keeps its sessions in it. */
  readonly prisma: PrismaClient;
  /** Runs compiled writes in a transaction of the driver. */
  readonly transaction: RunTransaction;
  /** Undefined where it is no gain. */
  readonly single?: RunSingle;
  /** Runs a compiled read and gives its one JSON text, or those of all rows (`Engine.selectRows`) with commas between. */
  read(sql: string, parameters: readonly unknown[]): Promise<string | null>;
  /** Whether the database can parse the statement: how deep one may nest is the engine's own matter. */
  fits(sql: string): boolean;
  /** Where only so many may be asked at once. */
  readonly load?: () => Load;
  close(): Promise<void>;
}

type Open = (url: string) => Promise<Connection>;

const openMysql: Open = async (url) => (await import('./engines/connect-mysql.ts')).connectMysql(url);
const openPostgresql: Open = async (url) => (await import('./engines/connect-postgresql.ts')).connectPostgresql(url);

/** The one list of engines, by the scheme of their URLs. The drivers of the others are not loaded. */
const openers: Readonly<Record<string, Open | undefined>> = {
  'file:': async (url) => (await import('./engines/connect-sqlite.ts')).connectSqlite(url),
  'mysql:': openMysql,
  'mariadb:': openMysql,
  'postgresql:': openPostgresql,
  'postgres:': openPostgresql,
};

/**
 * Opens the database that the URL names.
 *
 * @throws BAD_CONFIG for a URL of no known engine or a database that cannot be used, DATABASE_UNAVAILABLE where none answers.
 */
export async function connect(url: string): Promise<Connection> {
  const scheme = /^[a-z]+:/i.exec(url)?.[0] ?? 'nothing';
  const open = openers[scheme];
  if (open) return open(url);
  throw badConfig(
    `DATABASE_URL begins with "${scheme}", which is no engine of this build.`,
    `Use file:./data/pergola.db, or a URL that begins with ${Object.keys(openers).slice(1).join(', ')}.`,
  );
}
