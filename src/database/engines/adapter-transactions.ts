import {
  DriverAdapterError,
  type ArgType,
  type SqlDriverAdapter,
  type Transaction,
} from '@prisma/driver-adapter-utils';
import type { OpenTransaction, RunTransaction } from '../connection.ts';

export interface TransactionOptions {
  readonly isolation?: 'SERIALIZABLE';
  /** After a statement was refused, nothing but a rollback is taken: what may be refused runs inside a savepoint. */
  readonly refusalsEndIt?: true;
  /**
   * Of two at once that look for a row, find none and insert it, one meets the other's: that is a race as much as any,
   * and is asked once more.
   */
  readonly uniqueMayBeRace?: true;
  /** Where the adapter leaves it to its caller. */
  readonly commit?: string;
  readonly rollback?: string;
}

/** Transactions of one of Prisma's driver adapters, each on a connection of its own. */
export function transactionsOf(adapter: SqlDriverAdapter, options: TransactionOptions = {}): RunTransaction {
  const attempt = async <T>(
    run: (transaction: OpenTransaction) => Promise<T>,
    met: { unique: boolean },
  ): Promise<T> => {
    const transaction = await adapter.startTransaction(options.isolation);
    let result: T;
    try {
      result = await run(openTransaction(transaction, options, met));
      if (options.commit) await transaction.executeRaw(plain(options.commit));
    } catch (error) {
      await undo(transaction, options);
      throw error;
    }
    await transaction.commit();
    return result;
  };
  return async (run) => {
    const met = { unique: false };
    try {
      return await attempt(run, met);
    } catch (error) {
      if (!options.uniqueMayBeRace || !met.unique) throw error;
      return attempt(run, met);
    }
  };
}

/** A connection that is gone has undone it already. */
async function undo(transaction: Transaction, { rollback }: TransactionOptions): Promise<void> {
  try {
    if (rollback) await transaction.executeRaw(plain(rollback));
  } catch {
    // The error that led here says more.
  }
  await transaction.rollback().catch(() => {});
}

function openTransaction(
  transaction: Transaction,
  { refusalsEndIt }: TransactionOptions,
  met: { unique: boolean },
): OpenTransaction {
  const write: OpenTransaction['write'] = async (sql, parameters) => {
    try {
      return await rowsOf(transaction, sql, parameters);
    } catch (error) {
      met.unique ||= isUniqueViolation(error);
      throw error;
    }
  };
  return {
    write,
    async read(sql, parameters) {
      const [row] = await write(sql, parameters);
      return (row?.[0] ?? null) as string | null;
    },
    tryOut: (act) => (refusalsEndIt ? inSavepoint(transaction, 'trial', act) : act()),
    inPart: (act) => inSavepoint(transaction, 'part', act),
  };
}

/** The rows that a statement returns, as arrays. */
export async function rowsOf(
  transaction: Transaction,
  sql: string,
  parameters: readonly unknown[],
): Promise<unknown[][]> {
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

/** Runs what is undone alone when it throws. All our adapters have savepoints. */
export async function inSavepoint<T>(transaction: Transaction, name: string, act: () => Promise<T>): Promise<T> {
  await transaction.createSavepoint!(name);
  try {
    const result = await act();
    await transaction.releaseSavepoint!(name);
    return result;
  } catch (error) {
    await transaction.rollbackToSavepoint!(name);
    await transaction.releaseSavepoint!(name);
    throw error;
  }
}

const isUniqueViolation = (error: unknown) =>
  error instanceof DriverAdapterError && error.cause.kind === 'UniqueConstraintViolation';

const plain = (sql: string) => ({ sql, args: [], argTypes: [] });

/** Values are bound as the engine made them: the adapter need not know what they were. */
const asItIs: ArgType = { scalarType: 'unknown', arity: 'scalar' };
