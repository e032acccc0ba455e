import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, InArgs, InStatement, ResultSet, Transaction } from '@libsql/client';
import { LibsqlError } from '@libsql/client';
import { LRUCache } from 'lru-cache';
import { sumTooLarge } from '../aggregate.ts';
import type { Written } from '../connection.ts';
import { Database, PrismaLibSql } from './libsql.ts';
import { isOfDisk } from './unavailable.ts';

type Statement = ReturnType<InstanceType<typeof Database>['prepare']>;

/**
 * Prisma's libsql adapter over one lasting connection. The client that it ships with prepares every statement anew,
 * and opens a new connection after every transaction, which forgets the PRAGMAs: 927 µs for a transaction of one
 * insert where this takes a third.
 */
export function libsqlAdapter(connection: LibsqlConnection) {
  class OneConnection extends PrismaLibSql {
    override createClient(): Client {
      return connection.client();
    }
  }
  return new OneConnection({ url: 'file:' });
}

/** How many prepared statements a connection keeps. */
const maxStatements = 500;

/** One connection to one SQLite file, with its prepared statements. What runs a statement is synchronous. */
export class LibsqlConnection {
  private readonly database: InstanceType<typeof Database>;
  private readonly statements = new LRUCache<
    string,
    { statement: Statement; columns: string[] | null; types: string[] }
  >({
    max: maxStatements,
  });

  /** Fulfilled when nobody has the connection for themselves who has asked for it until now. */
  private free: Promise<void> = Promise.resolve();

  /** @param path a file's path; it is created when missing. */
  constructor(path: string) {
    this.database = new Database(path, { timeout: 5000 });
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;');
  }

  /** The rows as arrays of values; integers are bigint. */
  rows(sql: string, args: readonly unknown[]): unknown[][] {
    return this.run(() => this.prepare(sql).statement.all(args) as unknown[][]);
  }

  /** The same of a statement that is not asked again, and is not kept. */
  rowsOnce(sql: string): unknown[][] {
    return this.run(() => {
      const statement = this.database.prepare(sql).raw(true);
      const rows = statement.all([]) as unknown[][];
      // `all` leaves an EXPLAIN open, and with it this connection's view of the database as it was at that moment: every
      // later read would miss what is written. `get` ends the statement.
      statement.get([]);
      return rows;
    });
  }

  /** The one value that a statement yields. */
  value(sql: string, args: readonly unknown[]): unknown {
    try {
      return this.run(() => this.prepare(sql).statement.get(args) as unknown[] | undefined)?.[0];
    } catch (error) {
      if (error instanceof Error && error.message.includes('integer overflow')) throw sumTooLarge('64 bits');
      throw error;
    }
  }

  /** SQLite's parser gives up where a statement nests too deep; whatever else is wrong is not asked here. */
  fits(sql: string): boolean {
    try {
      this.prepare(sql);
      return true;
    } catch (error) {
      if (error instanceof Error && /parser stack overflow|too large|too many|at most 64 tables/i.test(error.message))
        return false;
      throw error;
    }
  }

  /** Runs a statement that may return rows, or change some. */
  write(sql: string, args: readonly unknown[]): Written {
    return this.run(() => {
      const { statement, columns } = this.prepare(sql);
      if (!columns) return { rows: [], changed: statement.run(args).changes };
      const rows = statement.all(args) as unknown[][];
      return { rows, changed: rows.length };
    });
  }

  /**
   * Begins a transaction when no other is open on this connection, and waits for locks without holding up the process.
   * Nobody else begins one, or writes without one, until it has come to its end.
   */
  async begin(): Promise<Begun> {
    const release = await this.alone();
    try {
      // IMMEDIATE takes the write lock at the start: a deferred transaction that reads first fails when another wrote meanwhile.
      await whenUnlocked(() => this.script('BEGIN IMMEDIATE'), transactionPatienceMs);
    } catch (error) {
      release();
      throw error;
    }
    let open = true;
    const rollback = () => {
      if (!open) return;
      open = false;
      try {
        this.script('ROLLBACK');
      } catch {
        // SQLite itself has undone it, as when the disk is full.
      }
      release();
    };
    const commit = () => {
      try {
        this.script('COMMIT');
      } catch (error) {
        rollback();
        throw error;
      }
      open = false;
      release();
    };
    return { commit, rollback };
  }

  /** @returns what lets the next one have it. */
  private async alone(): Promise<() => void> {
    const before = this.free;
    let release = () => {};
    this.free = new Promise((resolve) => (release = resolve));
    await before;
    return release;
  }

  execute({ sql, args = [] }: { sql: string; args?: InArgs }): ResultSet {
    return this.run(() => {
      const { statement, columns, types } = this.prepare(sql);
      const values = (args as unknown[]).map(toSqlite);
      if (columns) {
        const rows = (statement.all(values) as unknown[][]).map((row) => row.map(fromSqlite));
        return resultSet(columns, types, rows, 0);
      }
      return resultSet([], [], [], statement.run(values).changes);
    });
  }

  script(sql: string): void {
    this.run(() => this.database.exec(sql));
  }

  /**
   * What could not be read stays in the cache as a page of something else, and would be read from there long after the
   * disk is well again: all that is cached goes.
   */
  private run<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (isOfDisk(error)) this.database.exec('PRAGMA shrink_memory');
      throw error;
    }
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private prepare(sql: string) {
    let known = this.statements.get(sql);
    if (!known) {
      const statement = this.database.prepare(sql);
      statement.safeIntegers(true);
      known = { statement, columns: null, types: [] };
      if (statement.reader) {
        statement.raw(true);
        const columns = statement.columns();
        known = { statement, columns: columns.map(({ name }) => name), types: columns.map(({ type }) => type ?? '') };
      }
      this.statements.set(sql, known);
    }
    return known;
  }

  /** This connection as Prisma's adapter wants it. */
  client(): Client {
    const run = (statement: InStatement) =>
      this.execute(typeof statement === 'string' ? { sql: statement } : statement);
    const alone = async <T>(act: () => T): Promise<T> => {
      const release = await this.alone();
      try {
        return await translated(() => whenUnlocked(act, statementPatienceMs));
      } finally {
        release();
      }
    };
    const transaction = async (): Promise<Transaction> => {
      const { commit, rollback } = await translated(() => this.begin());
      const it = {
        execute: (statement: InStatement) => translated(() => run(statement)),
        commit: () => translated(commit),
        rollback: () => translated(rollback),
        close() {},
      };
      return it as unknown as Transaction;
    };
    const client = {
      execute: (statement: InStatement) => alone(() => run(statement)),
      executeMultiple: (sql: string) => alone(() => this.script(sql)),
      transaction,
      close() {},
    };
    return client as unknown as Client;
  }
}

/** The ends of a transaction. One that cannot be committed is undone. */
interface Begun {
  commit(): void;
  rollback(): void;
}

/** How long a lock is asked for that another process holds. Whoever begins a transaction tries again (`write/until-free.ts`). */
const statementPatienceMs = 5000;
const transactionPatienceMs = 1000;

/** SQLite's own wait would stop everything else that this process does. */
async function whenUnlocked<T>(act: () => T, patienceMs: number): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return act();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (!String(code).startsWith('SQLITE_BUSY') || performance.now() > end) throw error;
      await sleep(1 + Math.random() * 9);
    }
  }
}

function resultSet(columns: string[], columnTypes: string[], rows: unknown[][], rowsAffected: number): ResultSet {
  return { columns, columnTypes, rows, rowsAffected, lastInsertRowid: undefined } as unknown as ResultSet;
}

function toSqlite(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (value instanceof Date) return value.toISOString();
  return value instanceof ArrayBuffer ? Buffer.from(value) : value;
}

function fromSqlite(value: unknown): unknown {
  // A Buffer may share its memory with others: the adapter wants bytes of its own.
  return Buffer.isBuffer(value) ? new Uint8Array(value).buffer : value;
}

/** Errors as the adapter takes them. */
async function translated<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code = 'UNKNOWN', rawCode } = error as { code?: string; rawCode?: number };
    throw new LibsqlError(error.message, code, undefined, rawCode, error);
  }
}
