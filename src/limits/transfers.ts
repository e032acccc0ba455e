import { PergolaError } from '../errors.ts';
import type { OperationLimits } from './operation-limits.ts';
import { RateLimited } from './rate-limiter.ts';

/** Files that come in or go out now. */
export interface Transfers {
  /**
   * Counts one more until the function that it returns is called.
   *
   * @throws RATE_LIMITED when this asker has enough of them, TOO_MANY_REQUESTS when all together have
   */
  begin(asker: string): () => void;
}

/** In this process: what they hold is its memory, its time and its connections to the database. */
export function createTransfers({ transfers, transfersOfOne }: OperationLimits): Transfers {
  const running = new Map<string, number>();
  let total = 0;
  return {
    begin(asker) {
      const own = running.get(asker) ?? 0;
      if (own >= transfersOfOne) throw new RateLimited({ resetMs: 1_000 });
      if (total >= transfers) throw crowded(transfers);
      running.set(asker, own + 1);
      total++;
      let ended = false;
      return () => {
        // Told twice of one that a caller has left, it must not make room for two.
        if (ended) return;
        ended = true;
        total--;
        const left = running.get(asker)! - 1;
        if (left === 0) running.delete(asker);
        else running.set(asker, left);
      };
    },
  };
}

const crowded = (count: number) =>
  new PergolaError('TOO_MANY_REQUESTS', `${count} imports and exports are under way.`, 'Try again in a few seconds.');
