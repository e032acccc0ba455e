import * as fc from 'fast-check';
import { arbitraryEdits, arbitraryNarrowing, narrowed } from './arbitrary/edits.ts';
import { halfHidden } from './arbitrary/half-hidden.ts';
import { seldom } from './arbitrary/lists.ts';
import { arbitraryOperation } from './arbitrary/operations.ts';
import { arbitraryPolicies } from './arbitrary/policies.ts';
import { arbitraryWorld } from './arbitrary/rows.ts';
import { arbitraryShape } from './arbitrary/shape.ts';
import type { Operation } from './operation.ts';
import type { Edit } from './other-world.ts';
import type { PolicyTexts, ViewerText } from './policy-text.ts';
import type { World } from './world.ts';

/** One world and what is asked of it. */
export interface Plan {
  readonly world: World;
  readonly policies: PolicyTexts;
  /** The same with one right less, in every second plan. */
  readonly narrowed: PolicyTexts | undefined;
  readonly viewers: readonly ViewerText[];
  /** More than are asked. */
  readonly candidates: readonly Candidate[];
  /** Attempts to change what the viewer of this place may not know. */
  readonly edits: readonly Edit[];
  readonly edited: number;
  readonly pageSize: number;
}

export interface Candidate {
  readonly operation: Operation;
  /** Leave in what will be refused. */
  readonly daring: boolean;
}

export interface PlanOptions {
  readonly viewers: fc.Arbitrary<readonly ViewerText[]>;
  readonly candidates: number;
}

/** The plan of a seed: the same one every time. */
export function planOf(seed: number, options: PlanOptions): Plan {
  const [plan] = fc.sample(arbitraryPlan(options), { seed, numRuns: 1 });
  return plan!;
}

const arbitraryPlan = ({ viewers: arbitraryViewers, candidates }: PlanOptions): fc.Arbitrary<Plan> =>
  arbitraryShape
    .chain((shape) => fc.tuple(arbitraryWorld(shape), arbitraryViewers))
    .chain(([world, viewers]) =>
      fc.record({
        world: fc.constant(world),
        viewers: fc.constant(viewers),
        policies: arbitraryPolicies(world, viewers),
      }),
    )
    .chain(({ world, viewers, policies }) => {
      const { shape } = world;
      const candidate = fc.record({
        operation: arbitraryOperation(world, halfHidden(world, policies, viewers)),
        daring: fc.nat(3).map((it) => it === 0),
      });
      return fc
        .record({
          narrowing: seldom(arbitraryNarrowing(shape), 2),
          candidates: fc.array(candidate, { minLength: candidates, maxLength: candidates }),
          edits: arbitraryEdits(shape),
          edited: fc.nat(viewers.length - 1),
          pageSize: fc.integer({ min: 1, max: 3 }),
        })
        .map(({ narrowing, ...rest }) => ({
          world,
          viewers,
          policies,
          narrowed: narrowing && narrowed(policies, narrowing),
          ...rest,
        }));
    });
