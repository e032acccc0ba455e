import { PergolaError } from '../errors.ts';
import type { Budget, Counter, Verdict } from './counter.ts';

/** A budget is used up. The text is the same whoever asks for whatever: it tells nothing but when to come back. */
export class RateLimited extends PergolaError {
  readonly retryAfterSeconds: number;

  constructor({ resetMs }: Pick<Verdict, 'resetMs'>) {
    const seconds = wholeSeconds(resetMs);
    super(
      'RATE_LIMITED',
      'There were too many of these requests.',
      `Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`,
    );
    this.retryAfterSeconds = seconds;
  }
}

/** Never 0, which would ask for the same answer again. */
export const wholeSeconds = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1000));

/** @throws RATE_LIMITED when the budget does not hold the amount. */
export async function takeOrRefuse(
  counter: Counter,
  { key, budget, amount = 1 }: { key: string; budget: Budget; amount?: number },
): Promise<Verdict> {
  const verdict = await counter.take(key, budget, amount);
  if (!verdict.allowed) throw new RateLimited(verdict);
  return verdict;
}
