import fc from 'fast-check';
import { arbitraryEdits, arbitraryNarrowing, narrowed, turnsAround } from './arbitrary/edits.ts';
import { arbitraryOperation } from './arbitrary/operations.ts';
import { arbitraryPolicies, arbitraryViewers } from './arbitrary/policies.ts';
import { arbitraryWorld } from './arbitrary/rows.ts';
import { arbitraryShape } from './arbitrary/shape.ts';
import { Refuted, type Case } from './case.ts';
import { ask, type Asked } from './check-answer.ts';
import { firstExcess, onlyShrinks } from './check-narrowed.ts';
import { checkPages } from './check-pages.ts';
import { fitOperation } from './fit-operation.ts';
import type { Operation } from './operation.ts';
import { otherWorld, type Edit } from './other-world.ts';
import { Places } from './places.ts';
import type { PolicyTexts, ViewerText } from './policy-text.ts';
import { Rights } from './reference/rights.ts';
import { designOf, openService, type Service } from './service.ts';
import { storeWorld } from './stored-world.ts';
import type { World } from './world.ts';

/** One world and what is asked of it. */
interface Plan {
  readonly world: World;
  readonly policies: readonly [PolicyTexts, PolicyTexts];
  readonly viewers: readonly ViewerText[];
  readonly asked: readonly { readonly operation: Operation; readonly daring: number }[];
  readonly edits: readonly Edit[];
  readonly pageSize: number;
}

const operations = 10;

const arbitraryPlan: fc.Arbitrary<Plan> = arbitraryShape.chain((shape) =>
  arbitraryWorld(shape).chain((world) => {
    const asked = fc.record({ operation: arbitraryOperation(world), daring: fc.nat(9) });
    const rules = arbitraryViewers.chain((viewers) =>
      fc.record({ viewers: fc.constant(viewers), policies: arbitraryPolicies(world, viewers) }),
    );
    return fc
      .record({
        rules,
        narrowing: arbitraryNarrowing(shape),
        asked: fc.array(asked, { minLength: operations, maxLength: operations }),
        edits: arbitraryEdits(shape),
        pageSize: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ rules: { viewers, policies }, narrowing, ...rest }) => ({
        world,
        viewers,
        policies: [policies, narrowed(policies, narrowing)] as const,
        ...rest,
      }));
  }),
);

export interface Tally {
  worlds: number;
  /** Operations answered as the reference says. */
  runs: number;
  /** Of these, the ones that met a hidden row and a hidden field. */
  counted: number;
  refused: number;
  /** Of these, the ones asked again in a world that differs in what the viewer may not read. */
  twice: number;
  paged: number;
  shrunk: number;
}

export const noTally = (): Tally => ({ worlds: 0, runs: 0, counted: 0, refused: 0, twice: 0, paged: 0, shrunk: 0 });

export interface ProveOptions {
  readonly seed: number;
  readonly runs: number;
  /** Milliseconds after which no further world is begun. */
  readonly within?: number;
  readonly onWorld?: (tally: Tally) => void;
}

/** Looks for a run that refutes a property. @throws Refuted */
export async function prove({ seed, runs, within = Infinity, onWorld = () => {} }: ProveOptions): Promise<Tally> {
  const tally = noTally();
  const end = performance.now() + within;
  for (let at = 0; tally.runs < runs && performance.now() < end; at++) {
    const [plan] = fc.sample(arbitraryPlan, { seed: seed + at, numRuns: 1, unbiased: true } as fc.Parameters<Plan>);
    await proveWorld(plan!, tally);
    onWorld(tally);
  }
  return tally;
}

async function proveWorld({ world, policies, viewers, asked, edits, pageSize }: Plan, tally: Tally): Promise<void> {
  const design = designOf(world.shape);
  await using stored = await storeWorld(world);
  await using whole = await openService(stored.url, design, policies[0]);
  await using fewer = await openService(stored.url, design, policies[1]);
  const shrinks = !turnsAround(policies[0], world.shape);
  const fitted = viewers.map((viewer) =>
    asked.flatMap(({ operation, daring }) => {
      const facts = { shape: world.shape, policies: policies[0], viewer };
      return fitOperation(operation, { facts, api: whole.api, names: whole.names, daring: daring === 0 }) ?? [];
    }),
  );
  const answers: Asked[][][] = [];
  for (const service of [whole, fewer]) {
    const places = new Places(service, world, viewers);
    const rights = viewers.map((viewer) => new Rights(world, service.policies, viewer));
    const refuted = (
      property: string,
      viewer: number,
      operation: Operation,
      { expected, actual }: { expected: unknown; actual: unknown },
      more: Partial<Case> = {},
    ) =>
      new Refuted(
        property,
        { world, policies: service.policies, viewers, viewer, operation, ...more },
        expected,
        actual,
      );
    const ofService: Asked[][] = viewers.map(() => []);
    // One operation for all viewers in turn: what is kept of it for one must not reach another.
    for (let at = 0; at < operations; at++) {
      for (const [index, viewer] of viewers.entries()) {
        const operation = fitted[index]![at];
        if (!operation) continue;
        const it = await ask(operation, { world, service, places, viewer, rights: rights[index]! });
        if (it.difference) throw refuted('P1: the answer is not the reference’s', index, operation, it.difference);
        ofService[index]!.push(it);
        tally.runs++;
        if (process.env['PROOF_STAT']) stat(it, operation);
        if (it.expected.refused) tally.refused++;
        if (it.expected.met.rows > 0 && it.expected.met.fields > 0) tally.counted++;
        if (operation.kind === 'list' && at % 5 === 0) {
          const wrong = await checkPages(operation.list, viewer, { service, shape: world.shape, size: pageSize });
          if (wrong) throw refuted('P3: the pages are not the list', index, operation, wrong);
          tally.paged++;
        }
      }
    }
    answers.push(ofService);
    for (const [index, viewer] of viewers.entries()) {
      const other = otherWorld(world, edits, service.policies, viewer);
      if (other.made === 0) continue;
      stored.write(other.world);
      for (const [at, operation] of fitted[index]!.entries()) {
        const before = ofService[index]![at]!;
        const again = await ask(operation, { world, service, places, viewer, rights: rights[index]! });
        const difference = { expected: before.answer.text, actual: again.answer.text };
        if (difference.expected !== difference.actual)
          throw refuted('P2: a hidden difference shows', index, operation, difference, { other: other.world });
        tally.twice++;
      }
    }
    stored.write(world);
  }
  if (shrinks) {
    for (const [index] of viewers.entries()) {
      for (const [at, operation] of fitted[index]!.entries()) {
        if (!onlyShrinks(operation, world.shape)) continue;
        const [before, after] = [answers[0]![index]![at]!, answers[1]![index]![at]!];
        const excess = firstExcess(after.answer.data, before.answer.data);
        if (excess !== undefined) {
          const it: Case = { world, policies: policies[0], narrowed: policies[1], viewers, viewer: index, operation };
          throw new Refuted(`P4: a right less shows more, at ${excess}`, it, before.answer.data, after.answer.data);
        }
        tally.shrunk++;
      }
    }
  }
  tally.worlds++;
}

export type { Service };

export const stats: Record<string, number> = {};
function stat({ expected: { data, met, refused } }: Asked, operation: Operation) {
  const add = (k: string) => (stats[k] = (stats[k] ?? 0) + 1);
  add(`kind ${operation.kind}`);
  if (refused) return add('refused');
  const text = JSON.stringify(data);
  add(met.rows > 0 ? (met.fields > 0 ? 'both' : 'rows only') : met.fields > 0 ? 'fields only' : 'neither');
  if (operation.kind === 'list') add(/"(nodes|edges)":\[\{/.test(text) ? 'some rows' : 'no rows');
  if (operation.kind === 'list') add(/"nodes":\[\{[^\]]*"(nodes|edges)":\[\{/.test(text) ? 'nested rows' : 'no nested');
}
