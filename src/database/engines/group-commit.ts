import type { SqlDriverAdapter, Transaction } from '@prisma/driver-adapter-utils';
import type { RunTransaction } from '../connection.ts';

/** So many transactions share a commit at most, so that the first of them does not wait long for the last. */
const maxGroup = 64;

interface Task {
  readonly run: (transaction: Transaction) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One connection writes one transaction at a time, and a commit waits for the disk. Those that came meanwhile run one
 * after the other, each inside a savepoint, and share the next commit. Each is still all or nothing, sees those before
 * it, and is answered only when it is on the disk.
 */
export function groupCommit(adapter: SqlDriverAdapter): RunTransaction {
  const waiting: Task[] = [];
  let running = false;

  const runWaiting = async () => {
    running = true;
    while (waiting.length > 0) await runGroup(adapter, waiting);
    running = false;
  };

  return <T>(run: (transaction: Transaction) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ run, resolve: resolve as Task['resolve'], reject });
      if (!running) void runWaiting();
    });
}

async function runGroup(adapter: SqlDriverAdapter, waiting: Task[]): Promise<void> {
  const answers: (() => void)[] = [];
  let transaction: Transaction;
  try {
    transaction = await adapter.startTransaction();
  } catch (error) {
    // Whoever waits is told, and decides whether to try again.
    for (const { reject } of waiting.splice(0, maxGroup)) reject(error);
    return;
  }
  const group = waiting.splice(0, maxGroup);
  try {
    for (const task of group) answers.push(await runTask(task, transaction));
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    // Nothing of the group is on the disk, so nobody is told that it is.
    for (const { reject } of group) reject(error);
    return;
  }
  for (const answer of answers) answer();
}

const savepoint = 'task';

/** @throws when the transaction as a whole is lost: what is undone must not be committed with the others. */
async function runTask({ run, resolve, reject }: Task, transaction: Transaction): Promise<() => void> {
  const execute = (sql: string) => transaction.executeRaw({ sql, args: [], argTypes: [] });
  await execute(`SAVEPOINT ${savepoint}`);
  try {
    const value = await run(transaction);
    await execute(`RELEASE ${savepoint}`);
    return () => resolve(value);
  } catch (error) {
    await execute(`ROLLBACK TO ${savepoint}`);
    await execute(`RELEASE ${savepoint}`);
    return () => reject(error);
  }
}
