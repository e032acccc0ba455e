import { turnsAround } from './arbitrary/edits.ts';
import { Refuted, type Case } from './case.ts';
import { checkNarrowed, shrinking } from './check-narrowed.ts';
import { chooseOperations, type Fitted } from './choose-operations.ts';
import type { Operation } from './operation.ts';
import type { Plan } from './plan.ts';
import type { PolicyTexts } from './policy-text.ts';
import { expectedAnswer } from './reference/answer.ts';
import { Rights } from './reference/rights.ts';
import { designOf, type OpenService, type Service } from './service.ts';
import { ServiceProof } from './service-proof.ts';
import { storeWorld } from './stored-world.ts';
import type { Tally } from './tally.ts';

export interface WorldOptions {
  readonly open: OpenService;
  /** What is done is added to it. */
  readonly tally: Tally;
}

/** Checks all properties in one world. @throws Refuted */
export async function proveWorld(plan: Plan, { open, tally }: WorldOptions): Promise<void> {
  const { world, policies, narrowed } = plan;
  const design = designOf(world.shape);
  await using stored = await storeWorld(world);
  await using service = await open(stored.urls, design, policies);
  const chosen = chooseOperations(plan, service);
  await new ServiceProof(plan, service, tally).run(chosen, stored);
  if (narrowed && !turnsAround(policies, narrowed)) {
    await using fewer = await open(stored.urls, design, narrowed);
    await proveNarrowed(plan, narrowed, { chosen, services: [service, fewer], tally });
  }
  tally.worlds++;
}

/** Of each viewer's operations as many are asked again with a right less. */
const mostNarrowed = 3;

/** P4: what is shown with one right less was shown with it. */
async function proveNarrowed(
  { world, policies, viewers }: Plan,
  narrowed: PolicyTexts,
  { chosen, services, tally }: { chosen: readonly Fitted[]; services: readonly [Service, Service]; tally: Tally },
): Promise<void> {
  for (const [at, viewer] of viewers.entries()) {
    const rights = [policies, narrowed].map((it) => new Rights(world, it, viewer));
    const matters = (operation: Operation) => {
      const answers = rights.map((it) => {
        const question = { world, policies: it.policies, viewer, operation, place: () => undefined };
        return JSON.stringify(expectedAnswer(question, it).data);
      });
      return answers[0] !== answers[1];
    };
    const operations = chosen.flatMap((fitted) => (fitted[at] && shrinking(fitted[at], world.shape)) ?? []);
    for (const operation of operations.filter(matters).slice(0, mostNarrowed)) {
      const wrong = await checkNarrowed(operation, viewer, { shape: world.shape, services });
      if (wrong) {
        const it: Case = { world, policies, narrowed, viewers, viewer: at, operation };
        throw new Refuted('P4: a right less shows more', it, wrong.expected, wrong.actual);
      }
      tally.shrunk++;
    }
  }
}
