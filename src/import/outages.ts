import { setTimeout as sleep } from 'node:timers/promises';
import { PergolaError } from '../errors.ts';

/** A server that is started anew, or another that takes its place, is there by then. */
const patienceMs = 60_000;
const pauseMs = 500;

/**
 * Does again what came to nothing because the database went away. Whether it came to nothing is asked first: an answer
 * that was lost on its way leaves nobody else who knows whether the transaction was committed.
 *
 * @returns undefined where it was done, and its answer was lost.
 * @throws DATABASE_UNAVAILABLE when the database stays away.
 */
export async function throughOutages<T>(act: () => Promise<T>, isDone: () => Promise<boolean>): Promise<T | undefined> {
  let since: number | undefined;
  for (;;) {
    try {
      if (since !== undefined && (await isDone())) return undefined;
      return await act();
    } catch (error) {
      if (!isOutage(error)) throw error;
      since ??= performance.now();
      if (performance.now() - since > patienceMs) throw error;
      await sleep(pauseMs);
    }
  }
}

const isOutage = (error: unknown) => error instanceof PergolaError && error.code === 'DATABASE_UNAVAILABLE';
