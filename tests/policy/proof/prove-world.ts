import { turnsAround } from './arbitrary/edits.ts';
import { Refuted, type Case } from './case.ts';
import { checkNarrowed, shrinking } from './check-narrowed.ts';
import { chooseOperations, type Fitted } from './choose-operations.ts';
import type { Plan } from './plan.ts';
import { expectedAnswer } from './reference/answer.ts';
import { Rights } from './reference/rights.ts';
import { designOf, type OpenService, type Service } from './service.ts';
import { ServiceProof } from './service-proof.ts';
import { storeWorld } from './stored-world.ts';
import type { Tally } from './tally.ts';

export interface WorldOptions {
  /** How many operations. */
  readonly operations: number;
  readonly open: OpenService;
  /** What is done is added to it. */
  readonly tally: Tally;
}

/** Checks all properties in one world. @throws Refuted */
export async function proveWorld(plan: Plan, { operations, open, tally }: WorldOptions): Promise<void> {
  const design = designOf(plan.world.shape);
  await using stored = await storeWorld(plan.world);
  await using whole = await open(stored.url, design, plan.policies);
  await using fewer = await open(stored.url, design, plan.narrowed);
  const chosen = chooseOperations(plan, operations, whole);
  await new ServiceProof(plan, whole, tally).run(chosen, stored);
  await new ServiceProof(plan, fewer, tally).run(chosen, stored);
  await proveNarrowed(plan, chosen, [whole, fewer], tally);
  tally.worlds++;
}

/** Of each viewer's operations as many are asked again with a right less. */
const mostNarrowed = 3;

/** P4: what is shown with one right less was shown with it. */
async function proveNarrowed(
  { world, policies, narrowed, viewers }: Plan,
  chosen: readonly Fitted[],
  services: readonly [Service, Service],
  tally: Tally,
): Promise<void> {
  if (turnsAround(policies, world.shape)) return;
  for (const [at, viewer] of viewers.entries()) {
    const rights = [policies, narrowed].map((it) => new Rights(world, it, viewer)) as [Rights, Rights];
    let left = mostNarrowed;
    for (const fitted of chosen.slice(0, 4 * mostNarrowed)) {
      const operation = fitted[at] && shrinking(fitted[at], world.shape);
      if (left === 0 || !operation) continue;
      const answers = rights.map((it) => {
        const question = { world, policies: it.policies, viewer, operation, place: () => undefined };
        return JSON.stringify(expectedAnswer(question, it).data);
      });
      // Only where the right makes a difference.
      if (answers[0] === answers[1]) continue;
      left--;
      const wrong = await checkNarrowed(operation, viewer, { shape: world.shape, services });
      if (wrong) {
        const it: Case = { world, policies, narrowed, viewers, viewer: at, operation };
        throw new Refuted('P4: a right less shows more', it, wrong.expected, wrong.actual);
      }
      tally.shrunk++;
    }
  }
}
