import type * as fc from 'fast-check';
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
  /**
   * How many operations are made up for a world; half of them are asked, by every viewer. More are faster, and fewer
   * see more worlds.
   */
  readonly candidates?: number;
  /** What is done is added to it. */
  readonly tally?: Tally;
}

/** Looks for a run that refutes a property. @throws Refuted */
export async function prove({
  seed,
  until,
  open = openEngine,
  viewers = arbitraryViewers,
  candidates = 48,
  tally = noTally(),
}: ProveOptions): Promise<Tally> {
  for (let at = 0; !until(tally); at++) {
    await proveWorld(planOf(seed + at, { viewers, candidates }), { open, tally });
  }
  return tally;
}
