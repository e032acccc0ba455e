import type { Config } from '../config.ts';
import type { Counter } from '../limits/counter.ts';
import { memoryCounter } from '../limits/memory-counter.ts';
import { namedBudgets, rateLimitsWith, type RateLimits } from '../limits/rate-limits.ts';
import { steadyCounter } from '../limits/steady-counter.ts';

/** How often what may be done, and where that is counted. */
export interface Rates {
  readonly counter: Counter;
  readonly limits: RateLimits;
}

interface Surroundings {
  /** What the application changes of the defaults. */
  readonly changes?: Partial<RateLimits>;
  readonly warn: (text: string, error?: unknown) => void;
  /** Told of each use of a budget, by its name, and whether the budget still held it. */
  readonly onTaken?: ((budget: string, allowed: boolean) => void) | undefined;
}

/** @throws BAD_CONFIG */
export async function openRates(
  { rateLimits, redisUrl }: Pick<Config, 'rateLimits' | 'redisUrl'>,
  { changes = {}, warn, onTaken }: Surroundings,
): Promise<Rates> {
  const limits = rateLimitsWith(changes);
  if (!rateLimits) return { counter: countingNothing, limits };
  const told = (counter: Counter) => (onTaken ? telling(counter, limits, onTaken) : counter);
  if (redisUrl === undefined) return { counter: told(memoryCounter()), limits };
  // Loaded where it is used: most have no Redis.
  const { redisCounter } = await import('../limits/redis-counter.ts');
  const counter = steadyCounter(await redisCounter(redisUrl), {
    onLost: (error) => warn('Redis does not answer: until it does, each process counts rate limits for itself', error),
    onFound: () => warn('Redis answers: rate limits are counted there again'),
  });
  return { counter: told(counter), limits };
}

export const ratesOfOneProcess = (): Rates => ({ counter: memoryCounter(), limits: rateLimitsWith() });

function telling(counter: Counter, limits: RateLimits, onTaken: NonNullable<Surroundings['onTaken']>): Counter {
  const names = new Map(namedBudgets(limits).map(([name, budget]) => [budget, name]));
  return {
    async take(key, budget, amount) {
      const verdict = await counter.take(key, budget, amount);
      onTaken(names.get(budget) ?? 'other', verdict.allowed);
      return verdict;
    },
    giveBack: (key, amount) => counter.giveBack(key, amount),
    close: () => counter.close(),
  };
}

const countingNothing: Counter = {
  take: (_, { max }) => Promise.resolve({ allowed: true, remaining: max, resetMs: 0 }),
  giveBack: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
