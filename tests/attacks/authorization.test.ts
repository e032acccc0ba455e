/** Cases of authorization, by their numbers: who asks must learn nothing of what they may not read, and change nothing that they may not write. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { policy } from '../../src/app/policies/language.ts';
import { open, readOnly } from '../../src/policy/policy.ts';
import { any, anyone } from '../../src/policy/rule.ts';
import { designOf } from '../../src/server/platform.ts';
import { userFields } from '../support/open-fields.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import { people, type Person } from '../support/survey-data.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const everybody = ['guest', ...Object.keys(people)] as (Person | 'guest')[];
const idOf = (text: string) => Buffer.from(text).toString('base64url');
const run = (name: Person | 'guest', document: string, variables: Record<string, unknown> = {}) =>
  platform.as(name).run(document, variables);

/** What two operations answer, to the letter, but for what was sent. */
async function sameAnswer(
  name: Person | 'guest',
  document: string,
  theirs: Record<string, unknown>,
  nobodys: Record<string, unknown>,
) {
  const answers = [await run(name, document, theirs), await run(name, document, nobodys)].map((one) =>
    JSON.stringify(one),
  );
  expect(answers[0]).toBe(answers[1]);
  return JSON.parse(answers[0]!) as { data: unknown; errors?: { code: string }[] };
}

describe('reading', () => {
  it('30: the row of another tenant and no row are one answer, by id and by key', async () => {
    const byKey = 'query ($id: String!) { observation(where: { id: $id }) { id value site { id } } }';
    expect(await sameAnswer('alice', byKey, { id: 'b-closed-draft' }, { id: 'nowhere' })).toEqual({
      data: { observation: null },
    });
    const byNode = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Observation { id } } }';
    const ids = (id: string) => ({ ids: ['a-open-draft', id].map((one) => idOf(`Observation:["${one}"]`)) });
    expect(await sameAnswer('alice', byNode, ids('b-closed-draft'), ids('nowhere'))).toEqual({
      data: { nodes: [{ id: 'a-open-draft' }, null] },
    });
  });

  it('31, 32: whatever is no id of this API is one error, and no row is looked for', async () => {
    const bad = [
      '%%%',
      '__proto__:1',
      ...['Query:1', 'City:1 OR 1=1', 'City:["1e3"]', 'City:["01"]', 'City:["\0"]'].map(idOf),
      'x'.repeat(10_000),
    ];
    const answers = await Promise.all(
      bad.map((id) => run('alice', 'query ($id: ID!) { node(id: $id) { nodeId } }', { id })),
    );
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  it.each(everybody)('33: no path leads %s to a row outside the policy', async (name) => {
    const seen = '{ totalCount nodes { __typename id } }';
    const paths = `{
      tags { nodes { observations(first: 100) { totalCount nodes { __typename id corrections ${seen} corrects { __typename id } site { observations ${seen} survey { __typename id sites ${seen} } } } } } }
      organizations { nodes { memberships { nodes { user { observations(first: 100) ${seen} reviewedObservations ${seen} comments { nodes { observation { __typename id } } } } } } surveys { nodes { __typename id sites { nodes { __typename id observations ${seen} } } } } } }
      cities { nodes { sites { nodes { __typename id observations(where: { status: { not: PUBLISHED } }) ${seen} survey { __typename id } } } } }
      users { nodes { observations(first: 100) ${seen} memberships { nodes { organization { surveys ${seen} } } } } }
    }`;
    const { data } = await run(name, paths);
    const found = new Map<string, Set<unknown>>();
    const miscounted: unknown[] = [];
    const walk = (one: unknown): void => {
      if (typeof one !== 'object' || one === null) return;
      const { __typename: type, id, nodes, totalCount } = one as Record<string, unknown>;
      if (typeof type === 'string') found.set(type, (found.get(type) ?? new Set()).add(id));
      if (totalCount !== undefined && (nodes as unknown[]).length !== totalCount) miscounted.push(one);
      Object.values(one).forEach(walk);
    };
    walk(data);
    expect(miscounted).toEqual([]);
    for (const [type, list] of [
      ['Observation', 'observations'],
      ['Site', 'sites'],
      ['Survey', 'surveys'],
    ] as const) {
      const readable = await platform.as(name).ids(list);
      expect([...(found.get(type) ?? [])].filter((id) => !readable.includes(id))).toEqual([]);
    }
  });

  it('34: a required relation to an unreadable row is null, and so is its column, in filters and orders too', async () => {
    const nobodySees = policy('User', ({ role, owner }) => ({
      read: any(role('admin'), owner('id')),
      fields: userFields,
    }));
    await using strict = await openTestPlatform({ policies: [nobodySees] });
    // Alice reads one user, herself: Bob is not there, and neither is the column that points at him.
    const alice = strict.as('alice');
    const { data } = await alice.run(
      '{ observation(where: { id: "b-open-published" }) { id author { id } authorId } }',
    );
    expect(data).toEqual({ observation: { id: 'b-open-published', author: null, authorId: null } });
    expect(await alice.ids('observations', { where: { authorId: { equals: 'bob' } } })).toEqual([]);
    expect(await alice.ids('observations', { where: { author: { is: { name: { equals: 'Bob' } } } } })).toEqual([]);
    const where = { authorId: { not: 'alice' } };
    const orders = ['asc', 'desc'].map((one) => [{ authorId: one }, { author: { name: one } }, { id: 'asc' }]);
    const [up, down] = await Promise.all(orders.map((orderBy) => alice.ids('observations', { where, orderBy })));
    expect(up).toEqual(['a-open-mallory-published', 'b-open-published']);
    expect(down).toEqual(up);
  });

  it('35: numbers and pages count readable rows', async () => {
    for (const name of everybody) {
      const ids = await platform.as(name).ids('observations');
      const { data } = await run(
        name,
        `{ observations(first: ${Math.max(ids.length, 1)}) { totalCount pageInfo { hasNextPage } } tag(where: { slug: "frost" }) { observations { totalCount } } }`,
      );
      expect(data).toEqual({
        observations: { totalCount: ids.length, pageInfo: { hasNextPage: false } },
        tag: { observations: { totalCount: ids.length } },
      });
      const groups = await platform
        .as(name)
        .run<{ all: { count: number }; groups: { key: { siteId: string }; count: number }[] }>(
          '{ all: observationAggregate { count } groups: observationGroups(by: [{ field: siteId }]) { key { siteId } count } }',
        );
      expect(groups.data.all.count).toBe(ids.length);
      for (const { key, count } of groups.data.groups)
        expect(await platform.as(name).ids('observations', { where: { siteId: { equals: key.siteId } } })).toHaveLength(
          count,
        );
      expect(groups.data.groups.reduce((sum, { count }) => sum + count, 0)).toBe(ids.length);
    }
  });

  it('36: a filter treats a value that may not be read as absent, by every operator, at every depth', async () => {
    const alice = platform.as('alice');
    const all = await alice.ids('observations');
    const secret = 'note of a-open-draft';
    const none = [
      { equals: secret },
      { contains: 'note' },
      { startsWith: 'n' },
      { endsWith: 'draft' },
      { in: [secret] },
      { gt: '' },
      { gte: '' },
      { lt: 'z' },
      { lte: 'z' },
      { not: null },
    ];
    const every = [{ not: secret }, { notIn: [secret] }, { equals: null }];
    const shapes = [
      (one: object) => one,
      (one: object) => ({ AND: [one] }),
      (one: object) => ({ NOT: { NOT: one } }),
      (one: object) => ({ OR: [one, { id: { in: [] } }] }),
    ];
    for (const shape of shapes) {
      for (const operators of none)
        expect(await alice.ids('observations', { where: shape({ internalNote: operators }) })).toEqual([]);
      for (const operators of every)
        expect(await alice.ids('observations', { where: shape({ internalNote: operators }) })).toEqual(all);
    }
    const hasNote = { internalNote: { contains: 'note' } };
    expect(await alice.ids('tags', { where: { observations: { some: hasNote } } }, 'slug')).toEqual([]);
    expect(await alice.ids('sites', { where: { observations: { none: hasNote } } })).toEqual(await alice.ids('sites'));
    expect(await alice.ids('comments', { where: { observation: { is: hasNote } } })).toEqual([]);
    const email = { email: { contains: '@' } };
    expect(await alice.ids('users', { where: email })).toEqual(['alice']);
    await expect(platform.as('guest').ids('users', { where: email })).rejects.toThrow(
      'You may not filter by User.email.',
    );
  });

  it('37: every and none look at readable children only', async () => {
    const guest = platform.as('guest');
    const published = { status: { equals: 'PUBLISHED' } };
    for (const where of [{ observations: { every: published } }, { observations: { none: { NOT: published } } }]) {
      expect(await guest.ids('sites', { where })).toEqual(['a-open', 'b-open']);
    }
    // Mallory reads one of her own drafts.
    expect(await platform.as('mallory').ids('sites', { where: { observations: { every: published } } })).toEqual([
      'b-open',
    ]);
  });

  it('38: an order says nothing of values and rows that may not be read', async () => {
    for (const order of ['internalNote', 'email']) {
      const [list, name] = order === 'email' ? (['users', 'alice'] as const) : (['observations', 'alice'] as const);
      const viewer = platform.as(name);
      const [up, down] = await Promise.all(
        ['asc', 'desc'].map((one) =>
          viewer.ids(list, { orderBy: [{ [order]: one }, { id: 'asc' }], where: { id: { not: 'alice' } } }),
        ),
      );
      expect(up).toEqual(down);
    }
    await expect(platform.as('guest').ids('observations', { orderBy: [{ internalNote: 'asc' }] })).rejects.toThrow(
      'You may not sort by Observation.internalNote.',
    );
    await expect(platform.as('guest').ids('observations', { orderBy: [{ author: { email: 'asc' } }] })).rejects.toThrow(
      'You may not sort by User.email.',
    );
    const groups = (order: string) =>
      run('alice', `{ observationGroups(by: [{ field: siteId }], orderBy: [${order}]) { key { siteId } } }`);
    const byNote = (word: string) =>
      groups(`{ max: { internalNote: ${word} } }, { present: { internalNote: ${word} } }`);
    expect(await byNote('asc')).toEqual(await byNote('desc'));
    expect(await byNote('asc')).toEqual(await groups('{ key: { siteId: asc } }'));
    // Bob's sites have four observations each; for a guest they have one and none.
    const byNumber = await platform.as('guest').ids('sites', { orderBy: [{ observations: { _count: 'desc' } }] });
    expect(byNumber).toEqual(['a-open', 'b-open']);
  });

  it('39: a figure says nothing of values that may not be read', async () => {
    const document = '{ observationAggregate { count min { internalNote } max { internalNote } } }';
    expect((await run('guest', document)).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const alice = await platform.as('alice').ids('observations');
    expect(await run('alice', document)).toEqual({
      data: { observationAggregate: { count: alice.length, min: { internalNote: null }, max: { internalNote: null } } },
    });
  });

  it('39: groups and having say nothing of values that may not be read', async () => {
    const grouped = (rest: string) => `{ observationGroups${rest} { count } }`;
    const askFor = [
      '(by: [{ field: internalNote }])',
      '(by: [{ field: id }], having: { max: { internalNote: { startsWith: "note of a" } } })',
      '(by: [{ field: id }], having: { NOT: { OR: [{ present: { internalNote: { equals: 0 } } }] } })',
    ];
    for (const rest of askFor) {
      const guest = platform.as('guest');
      expect((await guest.run(grouped(rest))).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
      expect(guest.statements).toBe(0);
    }
    // Alice reads no note: whatever is asked of them is asked of absent values.
    const alice = await platform.as('alice').ids('observations');
    const [byNote, withNote, notWithout] = await Promise.all(askFor.map((rest) => run('alice', grouped(rest))));
    expect(byNote).toEqual({ data: { observationGroups: [{ count: alice.length }] } });
    expect([withNote, notWithout]).toEqual(Array.from({ length: 2 }, () => ({ data: { observationGroups: [] } })));
  });

  it('40, 41: a cursor holds readable values only, and any cursor leads to readable rows', async () => {
    const list =
      'query ($after: String) { list: observations(first: 100, after: $after, orderBy: [{ corrects: { id: asc } }, { reviewerId: asc }]) { edges { cursor node { id } } } }';
    interface Listed {
      list: { edges: { cursor: string; node: { id: string } }[] };
    }
    const asRoot = await platform.as('root').run<Listed>(list);
    const asGuest = await platform.as('guest').run<Listed>(list);
    const readable = asGuest.data.list.edges.map(({ node }) => node.id);
    for (const { cursor, node } of asGuest.data.list.edges)
      expect(JSON.parse(Buffer.from(cursor, 'base64url').toString()).slice(1)).toEqual([null, null, node.id]);
    for (const { cursor } of asRoot.data.list.edges) {
      const { data } = await platform.as('guest').run<Listed>(list, { after: cursor });
      expect(data.list.edges.filter(({ node }) => !readable.includes(node.id))).toEqual([]);
    }
  });

  it('57: no alias, fragment or directive gets at a field', async () => {
    const { data, errors } = await run(
      'alice',
      `query ($yes: Boolean = true) { observation(where: { id: "a-open-published" }) {
      a: internalNote b: internalNote @skip(if: false) c: internalNote @include(if: $yes) ...F ... on Node { ... on Observation { e: internalNote } }
    } } fragment F on Observation { d: internalNote }`,
    );
    expect(data).toEqual({ observation: { a: null, b: null, c: null, d: null, e: null } });
    expect(errors?.map(({ code, path }) => [code, path])).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((one) => ['FORBIDDEN', `observation.${one}`]),
    );
  });

  it('58: viewers who ask at once get their own answers', async () => {
    const document =
      '{ observations(first: 100) { totalCount nodes { id internalNote correctsId reviewer { name } site { survey { title } } } } latestObservations(quantity: "humidity") { id tags { totalCount } comments { nodes { body } } } viewer { id } }';
    const alone = new Map<string, string>();
    for (const name of everybody) alone.set(name, JSON.stringify(await run(name, document)));
    const asked = Array.from({ length: 140 }, (_, at) => everybody[(at * 5) % everybody.length]!);
    const answers = await Promise.all(asked.map((name) => run(name, document)));
    expect(answers.filter((one, at) => JSON.stringify(one) !== alone.get(asked[at]!))).toEqual([]);
    expect(new Set(alone.values()).size).toBe(everybody.length);
  });
});

describe('the start', () => {
  it('61: a model or field that nobody has decided about stops the start', () => {
    const without = { ...application, policies: application.policies.filter(({ model }) => model !== 'Tag') };
    expect(() => designOf(without)).toThrow(expect.objectContaining({ code: 'POLICY_MISSING' }));
    const undecided = policy('Tag', () => ({ read: anyone, fields: { slug: open, observations: readOnly } as never }));
    expect(() => designOf({ ...without, policies: [...without.policies, undecided] })).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID' }),
    );
  });
});
