import type fc from 'fast-check';
import { arbitraryViewers } from './arbitrary/policies.ts';
import { openEngine } from './engine-service.ts';
import { planOf } from './plan.ts';
import { proveWorld } from './prove-world.ts';
import type { ViewerText } from './policy-text.ts';
import type { OpenService } from './service.ts';
import { noTally, type Tally } from './tally.ts';

export interface ProveOptions {
  readonly seed: number;
  /** No further world is begun when this holds. */
  readonly until: (tally: Tally) => boolean;
  readonly open?: OpenService;
  readonly viewers?: fc.Arbitrary<readonly ViewerText[]>;
  readonly onWorld?: (tally: Tally) => void;
}

/** Operations on one world, each asked by every viewer under two sets of policies. */
const operations = 20;

/** Looks for a run that refutes a property. @throws Refuted */
export async function prove({
  seed,
  until,
  open = openEngine,
  viewers = arbitraryViewers,
  onWorld = () => {},
}: ProveOptions): Promise<Tally> {
  const tally = noTally();
  for (let at = 0; !until(tally); at++) {
    const plan = planOf(seed + at, { viewers, candidates: operations * 2 });
    await proveWorld(plan, { operations, open, tally });
    onWorld(tally);
  }
  return tally;
}
