import { LRUCache } from 'lru-cache';
import { PergolaError } from '../../errors.ts';
import { sumTooLarge } from '../aggregate.ts';
import type { Load } from '../connection.ts';
import { createGate } from './gate.ts';
import { DatabaseOnThreads, readersAtOnce } from './libsql.ts';
import { isOfDisk } from './unavailable.ts';

export interface SideReaders {
  /** The one value that a read yields. */
  value(sql: string, parameters: readonly unknown[]): Promise<unknown>;
  load(): Load;
  close(): void;
}

const idleMs = 60_000;
/** How often a statement is interrupted whose time is over. */
const interruptMs = 50;
const maxStatements = 200;

/**
 * Reads a SQLite file on threads of the driver's own, so that this one goes on meanwhile, and a statement can be ended.
 * A connection is opened when it is needed and closed when nobody has needed it for a minute.
 *
 * @throws DATABASE_UNAVAILABLE for a statement that takes longer than `statementMs`, or when too many wait.
 */
export function sideReaders(path: string, statementMs: number): SideReaders {
  const gate = createGate({ width: readersAtOnce, maxWaiting: 100 * readersAtOnce, patienceMs: 10_000 });
  const idle = new Set<Reader>();
  const busy = new Set<Reader>();
  let closed = false;

  const closeIdle = (reader: Reader) => {
    idle.delete(reader);
    reader.close();
  };

  const ask = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    const [reader = new Reader(path)] = idle;
    idle.delete(reader);
    busy.add(reader);
    reader.interruptAfter(statementMs);
    let faulty = false;
    try {
      return await reader.value(sql, parameters);
    } catch (error) {
      faulty = isOfDisk(error);
      throw translated(error);
    } finally {
      busy.delete(reader);
      // As in `LibsqlConnection`: in its cache may be what does not stand on the disk.
      if (closed || faulty) reader.close();
      else {
        idle.add(reader);
        reader.after(idleMs, () => closeIdle(reader)).unref();
      }
    }
  };

  return {
    value: (sql, parameters) => gate.through(() => ask(sql, parameters)),
    load: gate.load,
    close() {
      closed = true;
      for (const reader of busy) reader.interruptAfter(0);
      for (const reader of idle) closeIdle(reader);
    },
  };
}

/** One connection, for one statement at a time. */
class Reader {
  /** What happens to it unless something else does before. */
  private next: NodeJS.Timeout | undefined;
  private readonly database: DatabaseOnThreads;
  private opened: Promise<unknown> | undefined;
  private readonly statements = new LRUCache<string, Prepared>({ max: maxStatements });

  constructor(path: string) {
    this.database = new DatabaseOnThreads(path, { timeout: 5000 });
  }

  async value(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    await (this.opened ??= this.open());
    const statement = this.statements.get(sql) ?? (await this.prepare(sql));
    const [row] = await statement.all(parameters);
    return row?.[0];
  }

  private async open(): Promise<void> {
    try {
      // Nothing is written here, whatever it is asked. As much memory for pages as the server's own reader has (`connect-sqlite.ts`).
      await this.database.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16000');
    } catch (error) {
      this.opened = undefined;
      throw error;
    }
  }

  private async prepare(sql: string): Promise<Prepared> {
    const statement = (await this.database.prepare(sql)) as Prepared;
    this.statements.set(sql, statement.raw(true).safeIntegers(true));
    return statement;
  }

  after(ms: number, act: () => void): NodeJS.Timeout {
    clearTimeout(this.next);
    return (this.next = setTimeout(act, ms));
  }

  /** Again and again until it has ended: once would miss a statement that is still prepared, which would then have no limit. */
  interruptAfter(ms: number): void {
    this.after(ms, () => {
      this.database.interrupt();
      this.interruptAfter(interruptMs);
    });
  }

  /** Never while a statement runs. Whoever interrupts it afterwards ends this process. */
  close(): void {
    clearTimeout(this.next);
    this.database.close();
  }
}

/** The driver's types call it `any`. */
interface Prepared {
  raw(raw: boolean): Prepared;
  safeIntegers(safe: boolean): Prepared;
  all(parameters: readonly unknown[]): Promise<unknown[][]>;
}

function translated(error: unknown): Error {
  const { code, message } = error as { code?: unknown; message: string };
  if (code === 'SQLITE_INTERRUPT') {
    const fact = 'The database does not answer in time.';
    return new PergolaError('DATABASE_UNAVAILABLE', fact, 'Ask for less, or try again later.');
  }
  if (message.includes('integer overflow')) return sumTooLarge('64 bits');
  return new Error(`SQLite refused a statement: ${message}`, { cause: error });
}
