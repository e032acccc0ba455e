/** Filters in SQL mean what they mean on plain arrays: with two truth values, under a policy as without one. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/policy/viewer.ts';
import { insertRows, makeRows, naiveWorld, type ModelName, type Where } from '../support/naive-world.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { aliceRules, strictPolicies } from '../support/strict-policies.ts';
import { whereArbitrary } from '../support/where-arbitrary.ts';

const admin: Viewer = { kind: 'user', id: 'root', roles: ['admin'] };
const alice: Viewer = { kind: 'user', id: 'alice', roles: [] };
const models: ModelName[] = ['Observation', 'Site', 'Comment', 'Tag'];

const rows = makeRows();
const everything = naiveWorld(rows);
const forAlice = naiveWorld(rows, aliceRules);

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform({ policies: strictPolicies, fill: (client) => insertRows(client, rows) });
});
afterAll(() => platform[Symbol.asyncDispose]());

async function idsOf(model: ModelName, where: Where, viewer: Viewer): Promise<string[]> {
  const key = model === 'Tag' ? 'slug' : 'id';
  const delegate = platform.database.as(viewer).client[model.toLowerCase() as 'observation'];
  const found = (await delegate.findMany({ where, select: { [key]: true } })) as unknown as Record<string, string>[];
  return found.map((row) => row[key]!).toSorted();
}

const naiveIds = (world: typeof everything, model: ModelName, where: Where) =>
  world
    .list(model, where)
    .map(({ id }) => id)
    .toSorted();

const filters = fc.constantFrom(...models).chain((model) => whereArbitrary(model).map((where) => ({ model, where })));
const runs = { numRuns: 400, seed: 42 };

describe('a filter', () => {
  it('finds the rows that it finds on plain arrays', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async ({ model, where }) => {
        expect(await idsOf(model, where, admin)).toEqual(naiveIds(everything, model, where));
      }),
      runs,
    );
  });

  it('finds the rows that it finds where hidden rows are not there and hidden values are absent', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async ({ model, where }) => {
        expect(await idsOf(model, where, alice)).toEqual(naiveIds(forAlice, model, where));
      }),
      runs,
    );
  });

  it('and its opposite find every row once', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async ({ model, where }) => {
        const [some, others, all] = await Promise.all(
          [where, { NOT: where }, {}].map((one) => idsOf(model, one, alice)),
        );
        expect([...some!, ...others!].toSorted()).toEqual(all);
      }),
      { ...runs, numRuns: 150 },
    );
  });
});

describe('two truth values', () => {
  it.each<[object, object]>([
    [{ internalNote: { not: 'a' } }, { OR: [{ internalNote: { equals: null } }, { internalNote: { notIn: ['a'] } }] }],
    [
      { NOT: { serialNumber: { gt: '0' } } },
      { OR: [{ serialNumber: { equals: null } }, { serialNumber: { lte: '0' } }] },
    ],
    [{ NOT: { internalNote: { contains: 'a' } } }, { NOT: { NOT: { NOT: { internalNote: { contains: 'a' } } } } }],
    [
      { corrects: { isNot: { unit: { equals: 'Cel' } } } },
      { OR: [{ corrects: { is: null } }, { corrects: { is: { NOT: { unit: { equals: 'Cel' } } } } }] },
    ],
    [{ comments: { every: { body: { equals: 'a' } } } }, { comments: { none: { body: { not: 'a' } } } }],
  ])('make %j the same as %j', async (left, right) => {
    expect(await idsOf('Observation', left, admin)).toEqual(await idsOf('Observation', right, admin));
  });
});
