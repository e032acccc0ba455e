import type { Counter, Verdict } from './counter.ts';
import { memoryCounter } from './memory-counter.ts';

/** Redis on the same network answers in less than one; whoever waits for it is a person who signs in. */
const patienceMs = 250;
const pauseMs = 1_000;

interface Observer {
  onLost(error: unknown): void;
  onFound(): void;
}

/**
 * A counter of many processes that may go away, be slow or answer nonsense: then this process counts for itself, from
 * what it last heard of each key. The door neither stands open nor is shut: with the counter lost, a budget holds for
 * each process instead of for all together.
 */
export function steadyCounter(shared: Counter, { onLost, onFound }: Observer): Counter {
  const own = memoryCounter();
  let pausedUntil = 0;
  let lost = false;

  /** What the shared one answers, or undefined when this process must decide. */
  async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
    const now = performance.now();
    if (now < pausedUntil) return undefined;
    // While it is lost, one request in a second waits for it, and not all.
    if (lost) pausedUntil = now + pauseMs;
    try {
      const answer = await within(patienceMs, question());
      if (lost) onFound();
      lost = false;
      pausedUntil = 0;
      return answer;
    } catch (error) {
      if (!lost) onLost(error);
      lost = true;
      pausedUntil = performance.now() + pauseMs;
      return undefined;
    }
  }

  return {
    async take(key, budget, amount): Promise<Verdict> {
      const verdict = await ask(() => shared.take(key, budget, amount));
      if (verdict === undefined) return own.take(key, budget, amount);
      own.note(key, budget, verdict);
      return verdict;
    },
    async giveBack(key, amount) {
      await own.giveBack(key, amount);
      await ask(() => shared.giveBack(key, amount));
    },
    close: () => shared.close(),
  };
}

async function within<Answer>(milliseconds: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms.`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // It may still fail, when nobody listens any more.
    answer.catch(() => {});
  }
}
