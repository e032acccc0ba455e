import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArgType, SqlDriverAdapter, Transaction } from '@prisma/driver-adapter-utils';
import type { OpenTransaction, RunTransaction } from '../connection.ts';
import { databaseFull } from '../../errors.ts';
import type { LibsqlConnection } from './libsql-connection.ts';
import { inSavepoint } from './savepoint.ts';

/** So many transactions share a commit at most, so that the first of them does not wait long for the last. */
const maxGroup = 64;

interface Task {
  readonly run: (transaction: OpenTransaction) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One connection writes one transaction at a time, and a commit waits for the disk. Those that came meanwhile run one
 * after the other, each inside a savepoint, and share the next commit. Each is still all or nothing, sees those before
 * it, and is answered only when it is on the disk.
 */
export function groupCommit(adapter: SqlDriverAdapter, connection: LibsqlConnection): RunTransaction {
  const waiting: Task[] = [];
  let running = false;

  const runWaiting = async () => {
    running = true;
    while (waiting.length > 0) await runGroup(adapter, connection, waiting);
    running = false;
  };

  return <T>(run: (transaction: OpenTransaction) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ run, resolve: resolve as Task['resolve'], reject });
      if (!running) void runWaiting();
    });
}

async function runGroup(adapter: SqlDriverAdapter, connection: LibsqlConnection, waiting: Task[]): Promise<void> {
  const answers: (() => void)[] = [];
  let transaction: Transaction;
  try {
    transaction = await adapter.startTransaction();
  } catch (error) {
    // Whoever waits is told, and decides whether to try again.
    for (const { reject } of waiting.splice(0, maxGroup)) reject(error);
    return;
  }
  const group: Task[] = [];
  const open = openTransaction(transaction, connection);
  try {
    while (waiting.length > 0 && group.length < maxGroup) {
      const task = waiting.shift()!;
      group.push(task);
      answers.push(await runTask(task, open, connection));
      // Nothing above waits for more than microtasks, so requests that have arrived meanwhile are still unread. A turn of
      // the event loop lets them in: it takes microseconds, and each one that joins saves a wait for the disk.
      if (waiting.length === 0) await nextTurn();
    }
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    // Nothing of the group is on the disk, so nobody is told that it is.
    for (const { reject } of group) reject(saidPlainly(error));
    return;
  }
  for (const answer of answers) answer();
}

/** Reads go to the connection itself: the adapter holds it for this transaction, and adds nothing to a text. */
function openTransaction(transaction: Transaction, connection: LibsqlConnection): OpenTransaction {
  return {
    write: (sql, parameters) => rowsOf(transaction, sql, parameters),
    read: (sql, parameters) => Promise.resolve(connection.value(sql, parameters) as string | null),
    // A statement that is refused undoes itself alone.
    tryOut: (act) => act(),
    inPart: (act) => inSavepoint((sql) => connection.execute({ sql }), 'part', act),
  };
}

/** The rows that a statement returns, as arrays. */
async function rowsOf(transaction: Transaction, sql: string, parameters: readonly unknown[]): Promise<unknown[][]> {
  const query = { sql, args: [...parameters], argTypes: parameters.map(() => asItIs) };
  try {
    return (await transaction.queryRaw(query)).rows;
  } finally {
    // Prisma's adapters remember their last hundred statements, whether anybody looks at them or not: with those of an
    // import, 100 MB.
    query.args.length = 0;
    query.argTypes.length = 0;
  }
}

/** Values are bound as the engine made them: the adapter need not know what they were. */
const asItIs: ArgType = { scalarType: 'unknown', arity: 'scalar' };

/** @throws when the transaction as a whole is lost: what is undone must not be committed with the others. */
async function runTask(
  { run, resolve, reject }: Task,
  open: OpenTransaction,
  connection: LibsqlConnection,
): Promise<() => void> {
  connection.execute({ sql: 'SAVEPOINT task' });
  try {
    const value = await run(open);
    connection.execute({ sql: 'RELEASE task' });
    return () => resolve(value);
  } catch (error) {
    try {
      connection.execute({ sql: 'ROLLBACK TO task' });
      connection.execute({ sql: 'RELEASE task' });
    } catch {
      // SQLite itself has undone the whole transaction, as when the disk is full: the first error says why.
      throw error;
    }
    return () => reject(saidPlainly(error));
  }
}

const sqliteFull = 13;

/**
 * A full disk in our words, and every other error as it is. Only here, where the transaction is undone: whoever writes
 * row by row what was refused as a whole must not take this for the refusal of a row, for SQLite may have left the
 * transaction.
 */
function saidPlainly(error: unknown): unknown {
  const { cause, rawCode } = error as { cause?: { extendedCode?: number }; rawCode?: number };
  return rawCode === sqliteFull || cause?.extendedCode === sqliteFull ? databaseFull() : error;
}
