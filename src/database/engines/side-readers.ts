import { LRUCache } from 'lru-cache';
import { PergolaError } from '../../errors.ts';
import { sumTooLarge } from '../aggregate.ts';
import type { Load } from '../connection.ts';
import { createGate } from './gate.ts';
import { DatabaseOnThreads, readersAtOnce } from './libsql.ts';

export interface SideReaders {
  /** The one value that a read yields. */
  value(sql: string, parameters: readonly unknown[]): Promise<unknown>;
  load(): Load;
  close(): void;
}

const idleMs = 60_000;
/** How long a statement may take to notice that it has been interrupted. */
const endingMs = 2_000;
const maxStatements = 200;

/**
 * Reads a SQLite file on threads of the driver's own, so that this one goes on meanwhile, and a statement can be ended.
 * A connection is opened when it is needed and closed when nobody has needed it for a minute.
 *
 * @throws DATABASE_UNAVAILABLE for a statement that takes longer than `statementMs`, or when too many wait.
 */
export function sideReaders(path: string, statementMs: number): SideReaders {
  const gate = createGate({ width: readersAtOnce, maxWaiting: 100 * readersAtOnce, patienceMs: 10_000 });
  const idle: Reader[] = [];
  const busy = new Set<Reader>();
  let closed = false;

  const keep = (reader: Reader) => {
    busy.delete(reader);
    if (closed || reader.isLost) return reader.close();
    idle.push(reader);
    reader.idleTimer = setTimeout(() => {
      idle.splice(idle.indexOf(reader), 1);
      reader.close();
    }, idleMs).unref();
  };

  const ask = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    const reader = idle.pop() ?? new Reader(path);
    clearTimeout(reader.idleTimer);
    busy.add(reader);
    const answer = reader.value(sql, parameters);
    void answer.catch(() => {}).then(() => keep(reader));
    return within(answer, statementMs, reader);
  };

  return {
    value: (sql, parameters) => gate.through(() => ask(sql, parameters)),
    load: gate.load,
    close() {
      closed = true;
      for (const reader of busy) reader.interrupt();
      for (const reader of idle.splice(0)) {
        clearTimeout(reader.idleTimer);
        reader.close();
      }
    },
  };
}

/** One connection, for one statement at a time. */
class Reader {
  idleTimer: NodeJS.Timeout | undefined;
  /** It is good for nothing more: it was not opened, or its statement could not be ended in time. */
  isLost = false;
  private readonly database: DatabaseOnThreads;
  private readonly opened: Promise<unknown>;
  private readonly statements = new LRUCache<string, Prepared>({ max: maxStatements });

  constructor(path: string) {
    this.database = new DatabaseOnThreads(path, { timeout: 5000 });
    // As much memory for pages as the server's own reader has (`connect-sqlite.ts`).
    this.opened = this.database.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16000').catch((error: unknown) => {
      this.isLost = true;
      throw error;
    });
  }

  async value(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    await this.opened;
    const statement = this.statements.get(sql) ?? (await this.prepare(sql));
    const [row] = await statement.all(parameters);
    return row?.[0];
  }

  private async prepare(sql: string): Promise<Prepared> {
    const statement = (await this.database.prepare(sql)) as Prepared;
    this.statements.set(sql, statement.raw(true).safeIntegers(true));
    return statement;
  }

  /** Never once it is closed: that would end this process. */
  interrupt(): void {
    this.database.interrupt();
  }

  /** Never while a statement runs. */
  close(): void {
    this.database.close();
  }
}

/** The driver's types call it `any`. */
interface Prepared {
  raw(raw: boolean): Prepared;
  safeIntegers(safe: boolean): Prepared;
  all(parameters: readonly unknown[]): Promise<unknown[][]>;
}

/** Waits so long for an answer, and then for its end. */
async function within(answer: Promise<unknown>, statementMs: number, reader: Reader): Promise<unknown> {
  let lost: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    lost = setTimeout(() => {
      reader.isLost = true;
      reject(unavailable());
    }, statementMs + endingMs);
  });
  const late = setTimeout(() => reader.interrupt(), statementMs);
  try {
    return await Promise.race([answer, ended]);
  } catch (error) {
    throw translated(error);
  } finally {
    clearTimeout(late);
    clearTimeout(lost);
  }
}

function translated(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message: string };
  if (code === 'SQLITE_INTERRUPT') return unavailable();
  if (message.includes('integer overflow')) return sumTooLarge('64 bits');
  return error instanceof PergolaError ? error : new Error(`SQLite refused a statement: ${message}`);
}

const unavailable = () =>
  new PergolaError(
    'DATABASE_UNAVAILABLE',
    'The database does not answer in time.',
    'Ask for less, or try again later.',
  );
