import { setImmediate as nextTurn } from 'node:timers/promises';
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
export function groupCommit(connection: LibsqlConnection): RunTransaction {
  const waiting: Task[] = [];
  let running = false;

  const runWaiting = async () => {
    running = true;
    while (waiting.length > 0) await runGroup(connection, waiting);
    running = false;
  };

  return <T>(run: (transaction: OpenTransaction) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ run, resolve: resolve as Task['resolve'], reject });
      if (!running) void runWaiting();
    });
}

async function runGroup(connection: LibsqlConnection, waiting: Task[]): Promise<void> {
  const answers: (() => void)[] = [];
  let begun: Awaited<ReturnType<LibsqlConnection['begin']>>;
  try {
    begun = await connection.begin();
  } catch (error) {
    // Whoever waits is told, and decides whether to try again.
    for (const { reject } of waiting.splice(0, maxGroup)) reject(error);
    return;
  }
  const group: Task[] = [];
  const open = openTransaction(connection);
  try {
    while (waiting.length > 0 && group.length < maxGroup) {
      const task = waiting.shift()!;
      group.push(task);
      answers.push(await runTask(task, open, connection));
      // Nothing above waits for more than microtasks, so requests that have arrived meanwhile are still unread. A turn of
      // the event loop lets them in: it takes microseconds, and each one that joins saves a wait for the disk.
      if (waiting.length === 0) await nextTurn();
    }
    begun.commit();
  } catch (error) {
    begun.rollback();
    // Nothing of the group is on the disk, so nobody is told that it is.
    for (const { reject } of group) reject(saidPlainly(error));
    return;
  }
  for (const answer of answers) answer();
}

/** Nothing here waits: the functions of the connection are asynchronous for the servers' sake. */
function openTransaction(connection: LibsqlConnection): OpenTransaction {
  return {
    write: async (sql, parameters) => connection.write(sql, parameters),
    read: async (sql, parameters) => connection.value(sql, parameters) as string | null,
    // A statement that is refused undoes itself alone.
    tryOut: (act) => act(),
    inPart: (act) => inSavepoint((sql) => connection.write(sql, []), 'part', act),
  };
}

/** @throws when the transaction as a whole is lost: what is undone must not be committed with the others. */
async function runTask(
  { run, resolve, reject }: Task,
  open: OpenTransaction,
  connection: LibsqlConnection,
): Promise<() => void> {
  connection.write('SAVEPOINT task', []);
  try {
    const value = await run(open);
    connection.write('RELEASE task', []);
    return () => resolve(value);
  } catch (error) {
    try {
      connection.write('ROLLBACK TO task', []);
      connection.write('RELEASE task', []);
    } catch {
      // SQLite itself has undone the whole transaction, as when the disk is full: the first error says why.
      throw error;
    }
    return () => reject(saidPlainly(error));
  }
}

/**
 * A full disk in our words, and every other error as it is. Only here, where the transaction is undone: whoever writes
 * row by row what was refused as a whole must not take this for the refusal of a row, for SQLite may have left the
 * transaction.
 */
function saidPlainly(error: unknown): unknown {
  return (error as { code?: unknown }).code === 'SQLITE_FULL' ? databaseFull() : error;
}
