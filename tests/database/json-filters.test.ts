/** Parts of Json values in filters: keys are data, and logic has two values (attacks 36, 83, 90). */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { any, anyone } from '../../src/policy/rule.ts';
import { insertRows } from '../support/naive-world.ts';
import { observationFields } from '../support/open-fields.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { testEngine } from '../support/test-engine.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a path language, SQL or JavaScript would take for more than a key. */
const keys = [
  'a',
  'b',
  '',
  '0',
  '-1',
  '$',
  '$.a',
  '$.a"',
  '$**',
  '$[last]',
  '**',
  'last',
  '[0]',
  'a.b',
  'a"b',
  "a'b",
  'a\\b',
  '%',
  '?',
  '__proto__',
  'constructor',
  'ä',
  '😀',
  ' a',
];
const numbers = [0, -1, 5, 0.1 + 0.2, 1e21, 5e-324, 9_007_199_254_740_991];
const scalars: Json[] = [
  ...numbers,
  true,
  false,
  null,
  '',
  '5',
  '0',
  'true',
  'null',
  'a"b',
  "a'b",
  '{"a":5}',
  '[5]',
  '😀',
];

const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...scalars),
    fc.array(tie('json'), { maxLength: 2 }),
    // Not fc.dictionary: it leaves "__proto__" out.
    fc
      .array(fc.tuple(fc.constantFrom(...keys), tie('json')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).json;

/** The value under the keys; undefined where there is none, or JSON's null. */
function partOf(document: Json | undefined, path: readonly string[]): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return document ?? undefined;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  const [, inner] = Object.entries(document).find(([name]) => name === key) ?? [];
  return partOf(inner, rest);
}

const documents: (Json | undefined)[] = [
  undefined,
  ...scalars,
  { battery: { level: 5 } },
  { battery: { level: '5' } },
  { battery: { level: null } },
  { battery: 5 },
  [{ battery: { level: 5 } }],
  ...fc.sample(json, { numRuns: 250, seed: 13 }),
];

const fill = async (client: PrismaClient) => {
  await insertRows(client, { Site: [{ id: 's0', name: 'x' }], Observation: [], Comment: [], Tag: [] });
  const common = { measuredAt: new Date(0), quantity: 'x', unit: 'x', value: 0, siteId: 's0', authorId: 'alice' };
  await client.observation.createMany({
    data: documents.map((_, at) => ({ ...common, id: `o${at}`, status: at % 2 === 0 ? 'PUBLISHED' : 'DRAFT' })),
  });
  // As Pergola writes it: Prisma Client makes 0.3 of 0.30000000000000004.
  for (const [at, document] of documents.entries())
    if (document !== undefined) await store(client, `o${at}`, JSON.stringify(document));
};

/** In quotation marks, which MariaDB takes for those of a text, or without, which PostgreSQL takes for lower case. */
const store = (client: PrismaClient, id: string, details: string) =>
  testEngine === 'mysql'
    ? client.$executeRaw`UPDATE Observation SET details = ${details} WHERE id = ${id}`
    : client.$executeRaw`UPDATE "Observation" SET "details" = ${details} WHERE "id" = ${id}`;

const everyOther = policy('Observation', ({ where, role }) => ({
  read: anyone,
  fields: { ...observationFields, details: { read: any(role('admin'), where({ status: { equals: 'PUBLISHED' } })) } },
}));

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform({ fill, policies: [everyOther] });
});
afterAll(() => platform[Symbol.asyncDispose]());

async function found(details: object, name: 'root' | 'alice' = 'root'): Promise<number[]> {
  const places: number[] = [];
  for (let after: string | null = null; ;) {
    const answer: { data: { list: Page }; errors?: unknown } = await platform
      .as(name)
      .run<{ list: Page }>(
        'query ($where: ObservationWhere, $after: String) { list: observations(where: $where, first: 100, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }',
        { where: { details }, after },
      );
    expect(answer.errors).toBe(undefined);
    const { nodes, pageInfo } = answer.data.list;
    places.push(...nodes.map(({ id }) => Number(id.slice(1))));
    if (!pageInfo.hasNextPage) return places.toSorted((one, other) => one - other);
    after = pageInfo.endCursor;
  }
}

interface Page {
  nodes: { id: string }[];
  pageInfo: { endCursor: string; hasNextPage: boolean };
}

const naively = (matches: (document: Json | undefined) => boolean, hidden: (at: number) => boolean = () => false) =>
  documents.flatMap((document, at) => (matches(hidden(at) ? undefined : document) ? [at] : []));

describe('a part of a Json value', () => {
  it('equals what it equals in JavaScript, and its opposite holds everywhere else, hidden values being absent (attack 36)', async () => {
    const pathOf = fc.array(fc.constantFrom(...keys), { maxLength: 3 });
    const anywhere = fc.tuple(pathOf, fc.constantFrom(...scalars));
    const known = fc.constantFrom(...documents.flatMap((document) => leavesOf(document ?? null)));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anywhere, known),
        fc.constantFrom('root' as const, 'alice' as const),
        async ([path, value], name) => {
          const hidden = (at: number) => name === 'alice' && at % 2 === 1;
          const expected = naively((document) => partOf(document, path) === (value ?? undefined), hidden);
          expect(await found({ path, equals: value }, name)).toEqual(expected);
          const others = documents.flatMap((_, at) => (expected.includes(at) ? [] : [at]));
          expect(await found({ path, not: value }, name)).toEqual(others);
        },
      ),
      { numRuns: 150, seed: 17 },
    );
  });

  it.each<[object, (document: Json | undefined) => boolean]>([
    [{ path: ['battery', 'level'], equals: 5 }, (one) => partOf(one, ['battery', 'level']) === 5],
    [{ path: ['battery', 'level'], equals: null }, (one) => partOf(one, ['battery', 'level']) === undefined],
    [{ path: ['battery', 'level'], not: null }, (one) => partOf(one, ['battery', 'level']) !== undefined],
    [{ path: ['battery', 'level'], not: null, equals: '5' }, (one) => partOf(one, ['battery', 'level']) === '5'],
    [{ equals: true }, (one) => one === true],
    [{ equals: 'true' }, (one) => one === 'true'],
    [{ equals: 0.1 + 0.2 }, (one) => one === 0.1 + 0.2],
    [{ equals: null }, (one) => one === undefined || one === null],
    [{ path: [], not: null }, (one) => one !== undefined && one !== null],
    [{}, () => true],
  ])('may be asked for: %j', async (details, matches) => {
    expect(await found(details)).toEqual(naively(matches));
  });

  it.each([
    [{ path: ['a'] }, '"where.details" has a path alone. Say what it equals.', 'where.details'],
    [
      { path: ['a'], equals: [1] },
      '"where.details.equals" is neither a text nor a number nor a truth value. Compare its parts, by their path.',
      'where.details.equals',
    ],
    [
      { path: ['a'], not: { b: 1 } },
      '"where.details.not" is neither a text nor a number nor a truth value. Compare its parts, by their path.',
      'where.details.not',
    ],
    [{ equals: { viewer: 'id' } }, '"where.details.equals" is not a value. Give a value.', 'where.details.equals'],
    [
      { path: Array.from({ length: 11 }, () => 'a'), equals: 1 },
      '"where.details.path" has 11 keys. Give 10 at most.',
      'where.details.path',
    ],
    [
      { path: ['a\0b'], equals: 1 },
      '"where.details.path" holds a NUL character. Remove it: databases cut or refuse such text.',
      'where.details.path',
    ],
  ])('that is no part is refused, and asks nothing: %j (attacks 83, 90)', async (details, message, inputPath) => {
    const root = platform.as('root');
    const answer = await root.run('query ($where: ObservationWhere) { observations(where: $where) { totalCount } }', {
      where: { details },
    });
    expect(answer).toEqual({ data: null, errors: [{ code: 'BAD_INPUT', message, inputPath, path: 'observations' }] });
    expect(root.statements).toBe(0);
  });

  it('may be ten keys deep, and cross relations (attack 83)', async () => {
    const path = Array.from({ length: 10 }, () => 'a');
    const deep = { details: { path, equals: 1 } };
    const where = { site: { is: { observations: { some: { NOT: { OR: [deep, deep] } } } } } };
    const { data } = await platform
      .as('root')
      .run('query ($where: ObservationWhere) { observations(where: $where) { totalCount } }', { where });
    expect(data).toEqual({ observations: { totalCount: documents.length } });
  });
});

describe('a Json value', () => {
  it('comes back as it went, a megabyte long and under any key, and is found by its parts (attacks 83, 91)', async () => {
    await using own = await openTestPlatform();
    const root = own.as('root');
    const long = 'x'.repeat(1_000_000);
    const members = keys.map((key) => `${JSON.stringify(key)}:{"admin":${JSON.stringify(key)}}`);
    const details = JSON.parse(`{${members.join()},"long":"${long}"}`) as object;
    const stored = await root.run<{ updateObservation: { details: object } }>(
      'mutation ($details: Json) { updateObservation(where: { id: "a-open-draft" }, data: { details: $details }) { details } }',
      { details },
    );
    expect(JSON.stringify(stored.data.updateObservation.details)).toBe(JSON.stringify(details));
    for (const key of keys) {
      const where = { details: { path: [key, 'admin'], equals: key } };
      expect(await root.ids('observations', { where })).toEqual(['a-open-draft']);
    }
    expect(await root.ids('observations', { where: { details: { path: ['long'], equals: long } } })).toHaveLength(1);
    expect(({} as { admin?: unknown }).admin).toBe(undefined);
  });
});

describe('a rule', () => {
  it('may ask for a part of a Json value, and for that of the viewer', async () => {
    const byDetails = policy('Observation', ({ where, viewer }) => ({
      read: any(
        where({ details: { path: ['battery', 'level'], equals: 5 } }),
        where({ details: { path: ['owner', 'id'], equals: viewer.id } }),
      ),
      fields: observationFields,
    }));
    await using own = await openTestPlatform({ fill, policies: [byDetails] });
    await own.database.unguarded.observation.update({
      where: { id: 'o0' },
      data: { details: { owner: { id: 'alice' } } },
    });
    const full = naively((one) => partOf(one, ['battery', 'level']) === 5).map((at) => `o${at}`);
    expect(await own.as('guest').ids('observations')).toEqual(full);
    expect(await own.as('alice').ids('observations')).toEqual(['o0', ...full]);
  });
});

/** Where the texts, numbers and truth values stand. */
function leavesOf(document: Json, path: readonly string[] = []): [string[], Json][] {
  if (typeof document !== 'object' || document === null) return [[[...path], document]];
  if (Array.isArray(document)) return [];
  return Object.entries(document).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}
