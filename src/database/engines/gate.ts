import { PergolaError } from '../../errors.ts';
import type { Load } from '../connection.ts';

export interface GateOptions {
  /** How many are let in at once. */
  readonly width: number;
  /** How many more may wait. */
  readonly maxWaiting: number;
  readonly patienceMs: number;
}

/**
 * Lets so many in at once and queues the others, a bounded number for a bounded time: a request that will not be served
 * in time is better told at once, while there is room to tell it.
 *
 * @throws DATABASE_UNAVAILABLE
 */
export function createGate({ width, maxWaiting, patienceMs }: GateOptions) {
  let inside = 0;
  const waiting = new Set<() => void>();

  const enter = () =>
    new Promise<void>((resolve, reject) => {
      if (waiting.size >= maxWaiting) {
        reject(crowded());
        return;
      }
      const admit = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(admit);
        reject(crowded());
      }, patienceMs);
      waiting.add(admit);
    });

  async function through<T>(act: () => Promise<T>): Promise<T> {
    if (inside < width) inside++;
    else await enter();
    try {
      return await act();
    } finally {
      // Whoever has waited longest takes the place over.
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else inside--;
    }
  }

  return { through, load: (): Load => ({ running: inside, waiting: waiting.size }) };
}

const crowded = () =>
  new PergolaError('DATABASE_UNAVAILABLE', 'Too many requests wait for the database.', 'Try again in a moment.');
