import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Hunt } from './hunt.ts';
import type { Order } from './hunter.ts';
import type { Mutant } from './mutant.ts';
import { weakenedBuild } from './weakened-build.ts';

/** Within as many runs each mutant must be found; most are within 1,000. */
const mostRuns = 3000;

export interface Hunting extends Disposable {
  /** Weakens a copy of the house and lets the proof look for what is wrong with it. */
  hunt(mutant: Mutant): Promise<Hunt>;
  /** Of the mutants so far; a line that scripts read. */
  closingLine(): string;
}

export function startHunting(seed: number): Hunting {
  const hunter = fork(join(import.meta.dirname, 'hunter.ts'), { execArgv: ['--import', 'tsx'] });
  let hunted = 0;
  let killed = 0;
  return {
    async hunt(mutant) {
      using build = weakenedBuild(mutant);
      const it = await send(
        hunter,
        { folder: build.folder, seed, mostRuns, through: mutant.through ?? 'engine' },
        mutant,
      );
      hunted++;
      if (it.found !== undefined) killed++;
      return it;
    },
    closingLine: () => `mutants killed ${killed}/${hunted}`,
    [Symbol.dispose]: () => void hunter.kill(),
  };
}

/** A machine that is busy with other things is no reason to give up. */
const patienceMs = 900_000;

async function send(hunter: ChildProcess, order: Order, { name }: Mutant): Promise<Hunt> {
  const listening = new AbortController();
  const { signal } = listening;
  const timer = setTimeout(() => listening.abort(), patienceMs);
  hunter.send(order);
  const ended = once(hunter, 'exit', { signal }).then(() => {
    throw new Error(`The hunt for "${name}" ended without an answer.`);
  });
  try {
    const [hunt] = (await Promise.race([once(hunter, 'message', { signal }), ended])) as [Hunt];
    return hunt;
  } finally {
    clearTimeout(timer);
    listening.abort();
    await ended.catch(() => {});
  }
}
