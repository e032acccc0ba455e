import type { OpenTransaction, RunTransaction, Written } from '../connection.ts';
import { isUniqueViolation } from '../write/write-errors.ts';
import { textOfRows } from './in-common.ts';
import { inSavepoint } from './savepoint.ts';

/** A connection of a server's driver, lent for one transaction. */
export interface LentConnection {
  /** Runs a statement, which the connection keeps prepared. */
  run(sql: string, parameters: readonly unknown[]): Promise<Written>;
  /** For what begins and ends transactions and their parts: MySQL prepares none of it. */
  control(sql: string): Promise<unknown>;
  /** @param broken then it is closed, and another one takes its place. */
  release(broken: boolean): void | Promise<void>;
}

/** Listens while a connection is lent: an error of the driver's that nobody hears would end this process. */
export const heardOf = () => {};

export interface TransactionOptions {
  readonly begin: string;
  /** After a statement was refused, nothing but a rollback is taken: what may be refused runs inside a savepoint. */
  readonly refusalsEndIt?: true;
  /**
   * Of two at once that look for a row, find none and insert it, one meets the other's: that is a race as much as any,
   * and is asked once more.
   */
  readonly uniqueMayBeRace?: true;
}

/**
 * Transactions on a server, each on a connection of its own. Straight to the driver: what Prisma's adapters make of a
 * statement and of its rows, nobody here reads, and it costs as much as the driver.
 */
export function transactionsOn(lend: () => Promise<LentConnection>, options: TransactionOptions): RunTransaction {
  const attempt = async <T>(
    run: (transaction: OpenTransaction) => Promise<T>,
    met: { unique: boolean },
  ): Promise<T> => {
    const lent = await lend();
    let broken = false;
    try {
      await lent.control(options.begin);
      const result = await run(openTransaction(lent, options, met));
      await lent.control('COMMIT');
      return result;
    } catch (error) {
      // A connection that is gone has undone it already, and the error that led here says more. One that only did not
      // answer may still hold what was written: the next BEGIN on MySQL would commit it.
      await lent.control('ROLLBACK').catch(() => (broken = true));
      throw error;
    } finally {
      await lent.release(broken);
    }
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

function openTransaction(
  lent: LentConnection,
  { refusalsEndIt }: TransactionOptions,
  met: { unique: boolean },
): OpenTransaction {
  const write: OpenTransaction['write'] = async (sql, parameters) => {
    try {
      return await lent.run(sql, parameters);
    } catch (error) {
      met.unique ||= isUniqueViolation(error);
      throw error;
    }
  };
  return {
    write,
    read: async (sql, parameters) => textOfRows((await write(sql, parameters)).rows),
    tryOut: (act) => (refusalsEndIt ? inSavepoint(lent.control, 'trial', act) : act()),
    inPart: (act) => inSavepoint(lent.control, 'part', act),
  };
}
