import * as fc from 'fast-check';
import { isInputObjectType, parse, validate } from 'graphql';
import { visibleApi } from '../../../src/graphql/visible/visible-api.ts';
import { viewerPolicy } from '../../../src/policy/viewer-policy.ts';
import { Chance } from './arbitrary/chance.ts';
import { arbitraryViewers } from './arbitrary/policies.ts';
import { arbitraryWorld } from './arbitrary/rows.ts';
import { arbitraryShape } from './arbitrary/shape.ts';
import { arbitraryWheres } from './arbitrary/where.ts';
import { arbitraryWritePolicies } from './arbitrary/write-policies.ts';
import { arbitraryWrite } from './arbitrary/writes.ts';
import { auditedPolicies, auditedShape, storeAudited } from './audited.ts';
import { RefutedWrite, type WriteCase } from './case.ts';
import { askWrite } from './check-write.ts';
import { openEngine } from './engine-service.ts';
import { pickWhere } from './pick-operation.ts';
import { policiesOf } from './policies.ts';
import type { PolicyTexts, ViewerText, WhereText } from './policy-text.ts';
import { isMeeting } from './reference/meeting.ts';
import { Rights } from './reference/rights.ts';
import { expectedWrite, type Clear } from './reference/write.ts';
import { designOf, type Service } from './service.ts';
import type { World } from './world.ts';
import { documentOfWrite } from './write-document.ts';
import type { WriteText } from './write-text.ts';

/** What the proof of writes has done so far. */
export interface WriteTally {
  worlds: number;
  runs: number;
  /** Of the runs, those that met a hidden row and a hidden field. */
  counted: number;
  refused: number;
  /** Of the runs, those that changed rows. */
  changed: number;
  leftOut: number;
}

export const noWriteTally = (): WriteTally => ({ worlds: 0, runs: 0, counted: 0, refused: 0, changed: 0, leftOut: 0 });

export const closingLinesOfWrites = ({ worlds, runs, counted, refused, changed, leftOut }: WriteTally): string[] => [
  `P5 ${runs} writes as the reference says, in ${worlds} worlds (${changed} changed rows, ${refused} refusals that changed nothing; ${leftOut} left out)`,
  `counted runs ${counted} of ${runs}`,
];

export interface ProveWritesOptions {
  readonly seed: number;
  readonly until: (tally: WriteTally) => boolean;
  readonly tally?: WriteTally;
  /** Of each viewer in each world as many writes that are allowed, and as many that are refused. */
  readonly ofEach?: number;
}

/** P5 and P6. @throws RefutedWrite */
export async function proveWrites({
  seed,
  until,
  tally = noWriteTally(),
  ofEach = 8,
}: ProveWritesOptions): Promise<WriteTally> {
  for (let at = 0; !until(tally); at++)
    await proveWritesIn(planOfWrites(seed + at), { tally, ofEach, seed: seed + at });
  return tally;
}

interface WritePlan {
  readonly world: World;
  readonly viewers: readonly ViewerText[];
  readonly policies: PolicyTexts;
  readonly wheres: Readonly<Record<string, readonly WhereText[]>>;
}

function planOfWrites(seed: number): WritePlan {
  const arbitrary = arbitraryShape
    .chain((shape) => fc.tuple(arbitraryWorld(shape), arbitraryViewers))
    .chain(([world, viewers]) => {
      const whereOf = arbitraryWheres(world.shape, { viewer: false });
      const wheres = world.shape.models.map(({ name }) => {
        const where = fc.oneof(whereOf(name, 0), whereOf(name, 1));
        return [name, fc.array(where, { minLength: 8, maxLength: 8 })] as const;
      });
      return fc.record({
        world: fc.constant(world),
        viewers: fc.constant(viewers),
        policies: arbitraryWritePolicies(world, viewers),
        wheres: fc.record(Object.fromEntries(wheres)),
      });
    });
  const [plan] = fc.sample(arbitrary, { seed, numRuns: 1 });
  return plan!;
}

interface Options {
  readonly tally: WriteTally;
  readonly ofEach: number;
  readonly seed: number;
}

async function proveWritesIn({ world, viewers, policies, wheres }: WritePlan, { tally, ofEach, seed }: Options) {
  const design = designOf(auditedShape(world.shape));
  await using stored = await storeAudited(world);
  await using scratch = await storeAudited(world);
  await using service = await openEngine(stored.urls, design, auditedPolicies(policies));
  const { api, names } = service;
  const fitted = fittingWheres(wheres, world, service);
  const chance = new Chance(seed);
  const candidates = Array.from({ length: ofEach * 20 }, () =>
    arbitraryWrite({ world, api, names, wheres: fitted, chance }),
  ).filter((it) => it !== undefined);
  const before = await stored.dump();
  for (const [at, viewer] of viewers.entries()) {
    const rights = new Rights(world, policies, viewer);
    const shown = visibleApi(
      api,
      viewer,
      viewerPolicy(design.schema, policiesOf(service.policies, design.schema), viewer),
    );
    for (const { write, expected, counts } of chooseWrites(candidates, rights, ofEach)) {
      const { leftOut, difference } = await askWrite(write, {
        world,
        viewer,
        service,
        stored,
        scratch,
        before,
        expected,
      });
      if (difference) {
        const it: WriteCase = { world, policies, viewers, viewer: at, write };
        throw new RefutedWrite('P5: the database is not the reference’s', it, difference);
      }
      // What an upsert does not use may be anything.
      const isUsed = expected.kind === 'done' && !/upsert|connectOrCreate/.test(JSON.stringify(write));
      const hidden = isUsed ? validate(shown, parse(documentOfWrite(write, service).text)) : [];
      if (hidden.length > 0) {
        const it: WriteCase = { world, policies, viewers, viewer: at, write };
        throw new RefutedWrite('P6: introspection hides what may be done', it, { expected: [], actual: hidden });
      }
      if (leftOut) {
        tally.leftOut++;
        continue;
      }
      tally.runs++;
      if (counts) tally.counted++;
      if (expected.kind === 'refused') tally.refused++;
      else if (expected.world !== world) tally.changed++;
    }
  }
  tally.worlds++;
}

interface Chosen {
  readonly write: WriteText;
  readonly expected: Clear;
  readonly counts: boolean;
}

/** The conditions without what the API does not have. */
function fittingWheres(wheres: WritePlan['wheres'], { shape }: World, { api, names }: Service): WritePlan['wheres'] {
  const filters = (model: string, field: string) => {
    const type = api.getType(names.models.get(model)!.where);
    return isInputObjectType(type) && Object.hasOwn(type.getFields(), field);
  };
  return Object.fromEntries(
    Object.entries(wheres).map(([model, them]) => [model, them.map((it) => pickWhere(it, model, { shape, filters }))]),
  );
}

/**
 * As many that are allowed as are refused, and of both the most telling: those that meet hidden things, those that a
 * build would show at which asks for a right less.
 */
function chooseWrites(candidates: readonly WriteText[], rights: Rights, ofEach: number): Chosen[] {
  const { world, policies, viewer } = rights;
  const all = candidates.flatMap((write): (Chosen & { rating: number })[] => {
    const expected = expectedWrite(world, policies, viewer, write);
    if (expected.kind === 'unclear') return [];
    const counts = isMeeting(write, rights);
    return [{ write, expected, counts, rating: (counts ? 2 : 0) + telling(write, expected) }];
  });
  return [
    ...best(
      all.filter(({ expected }) => expected.kind === 'done'),
      ofEach,
    ),
    ...best(
      all.filter(({ expected }) => expected.kind === 'refused'),
      ofEach,
    ),
  ];
}

const verbsIn = (write: WriteText) =>
  JSON.stringify(write).match(/"(connect|connectOrCreate|disconnect|set|delete|upsert|update)":/g) ?? [];

/** The most telling of each sort in turn: what is seldom allowed or refused is asked as well. */
function best<T extends Chosen & { rating: number }>(them: readonly T[], count: number): T[] {
  const asked = new Map<string, number>();
  const sortOf = ({ write }: T) => [write.kind, ...new Set(verbsIn(write))].join();
  const worth = (it: T) => it.rating - 2 * (asked.get(sortOf(it)) ?? 0);
  const rest = new Set(them);
  const chosen: T[] = [];
  while (chosen.length < count && rest.size > 0) {
    const next = [...rest].reduce((one, other) => (worth(other) > worth(one) ? other : one));
    rest.delete(next);
    asked.set(sortOf(next), (asked.get(sortOf(next)) ?? 0) + 1);
    chosen.push(next);
  }
  return chosen;
}

function telling(write: WriteText, expected: Clear): number {
  if (expected.kind === 'refused') return expected.refusal.byRight ? 2 : 0;
  const { result, followed } = expected;
  return (followed ? 4 : 0) + ('denied' in result && result.denied > 0 ? 2 : 0) + Math.min(verbsIn(write).length, 2);
}

/** P5 of one case, on its own. */
export async function checkWriteCase({ world, policies, viewers, viewer: at, write }: WriteCase) {
  await using stored = await storeAudited(world);
  await using scratch = await storeAudited(world);
  await using service = await openEngine(stored.urls, designOf(auditedShape(world.shape)), auditedPolicies(policies));
  const viewer = viewers[at]!;
  const expected = expectedWrite(world, policies, viewer, write);
  if (expected.kind === 'unclear') return undefined;
  const before = await stored.dump();
  const { difference } = await askWrite(write, { world, viewer, service, stored, scratch, before, expected });
  return difference;
}
