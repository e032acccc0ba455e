import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { testEngine } from '../../../support/test-engine.ts';
import type { Hunt } from './hunt.ts';
import type { Order } from './hunter.ts';
import type { Mutant } from './mutant.ts';
import { weakenedBuild } from './weakened-build.ts';

/** Within as many runs each mutant must be found. */
const mostRuns = 1000;

export interface HuntedMutant extends Hunt {
  readonly mutant: Mutant;
}

/** Hunts the mutants, as many at once as there are processes to do it, and tells of each as it ends. */
export async function huntAll(
  mutants: readonly Mutant[],
  { seed, processes, tell }: { seed: number; processes: number; tell: (hunted: HuntedMutant) => void },
): Promise<void> {
  const waiting = mutants.values();
  await Promise.all(
    Array.from({ length: processes }, async () => {
      using hunter = startHunter();
      for (const mutant of waiting) {
        // Two builds in one process do not get on in Prisma's engine, which makes the databases of servers.
        using another = mutant.on && startHunter();
        tell({ mutant, ...(await (another ?? hunter).hunt(mutant, seed)) });
      }
    }),
  );
}

interface Hunter extends Disposable {
  /** Weakens a copy of the house and lets the proof look for what is wrong with it. */
  hunt(mutant: Mutant, seed: number): Promise<Hunt>;
}

function startHunter(): Hunter {
  const hunter = fork(join(import.meta.dirname, 'hunter.ts'), { execArgv: ['--import', 'tsx'] });
  return {
    async hunt(mutant, seed) {
      using build = weakenedBuild(mutant);
      const { through = 'engine', on: engine = testEngine } = mutant;
      return await send(hunter, { folder: build.folder, seed, mostRuns, through, engine }, mutant);
    },
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
