import { setTimeout as sleep } from 'node:timers/promises';
import { PergolaError } from '../../errors.ts';
import { hasWaited, isRetryable } from './write-errors.ts';

/** Whoever waited for a lock has waited long already. */
const maxWaits = 5;
const maxAttempts = 12;
const maxPauseMs = 400;

/**
 * Tries again, a bounded number of times, when another writer was in the way.
 *
 * @throws DATABASE_UNAVAILABLE when one was in the way every time.
 */
export async function untilFree<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (attempt >= (hasWaited(error) ? maxWaits : maxAttempts)) throw busy();
      // Of random length: writers that met once would meet again.
      await sleep(Math.random() * Math.min(maxPauseMs, 20 * 2 ** attempt));
    }
  }
}

const busy = () =>
  new PergolaError('DATABASE_UNAVAILABLE', 'Other writers were in the way every time.', 'Try again in a moment.');
