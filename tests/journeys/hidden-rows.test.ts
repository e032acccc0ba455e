/** A guest and an outsider must learn nothing of what River Watch measures in private. Numbers are those of the catalogue of attacks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const hidden = (text: unknown) =>
  JSON.stringify(text).includes('nitrate') || JSON.stringify(text).includes('Groundwater');

describe('an unreadable row does not exist', () => {
  it('is missing from lists and counts (35)', async () => {
    const query = '{ surveys(orderBy: [{ title: asc }]) { totalCount nodes { title } } observations { totalCount } }';
    const counts = async (persona: string) => {
      const { data } = (await served.run(persona, query)).body;
      return {
        surveys: data.surveys.nodes.map((row: { title: string }) => row.title),
        total: data.surveys.totalCount,
        observations: data.observations.totalCount,
      };
    };
    expect(await counts('guest')).toEqual({ surveys: ['Canal temperature'], total: 1, observations: 2 });
    expect(await counts('member')).toEqual({
      surveys: ['Canal temperature', 'Groundwater nitrate'],
      total: 2,
      observations: 5,
    });
    expect(await counts('outsider')).toEqual({
      surveys: ['Canal temperature', 'Street dust'],
      total: 2,
      observations: 3,
    });
    expect(await counts('admin')).toMatchObject({ total: 3, observations: 6 });
  });

  it('is missing below other rows, in nested lists and their counts (33)', async () => {
    const query =
      '{ organization(where: { slug: "river-watch" }) { surveys { totalCount nodes { title sites { totalCount } } } } }';
    expect((await served.run('guest', query)).body.data.organization.surveys).toEqual({
      totalCount: 1,
      nodes: [{ title: 'Canal temperature', sites: { totalCount: 1 } }],
    });
  });

  it('is not told apart from an absent row by key or by id (30)', async () => {
    const secret = await served.all.survey.findFirst({ where: { title: { equals: 'Groundwater nitrate' } } });
    const nodeId = Buffer.from(`Survey:${JSON.stringify([secret!.id])}`).toString('base64url');
    const absentId = Buffer.from('Survey:["01a00000-0000-7000-8000-000000000000"]').toString('base64url');
    const ask = async (id: string, node: string) =>
      (
        await served.run(
          'outsider',
          'query ($id: String!, $node: ID!) { survey(where: { id: $id }) { title } node(id: $node) { nodeId } }',
          { id, node },
        )
      ).body;
    expect(await ask(secret!.id, nodeId)).toEqual(await ask('01a00000-0000-7000-8000-000000000000', absentId));
    expect(await ask(secret!.id, nodeId)).toEqual({ data: { survey: null, node: null } });
  });

  it('is crossed by no filter through relations (36, 37)', async () => {
    const count = async (where: string) =>
      (
        await served.run('outsider', `{ organizations(where: ${where}) { nodes { slug } } }`)
      ).body.data.organizations.nodes.map((row: { slug: string }) => row.slug);
    expect(await count('{ surveys: { some: { title: { contains: "nitrate" } } } }')).toEqual([]);
    // Every survey that the outsider may read of River Watch is public, whatever the others are.
    expect(await count('{ surveys: { every: { visibility: { equals: PUBLIC } } } }')).toEqual(['river-watch']);
    expect(await count('{ surveys: { none: { visibility: { equals: PRIVATE } } } }')).toEqual(['river-watch']);
  });

  it('does not order what is visible (38)', async () => {
    const ask = async () =>
      (
        await served.run(
          'guest',
          '{ organizations(orderBy: [{ surveys: { _count: desc } }]) { edges { cursor node { slug } } } }',
        )
      ).body;
    const before = await ask();
    const riverWatch = await served.all.organization.findFirst({ where: { slug: { equals: 'river-watch' } } });
    const { id } = await served.platform.database.unguarded.survey.create({
      data: { title: 'Another secret', organizationId: riverWatch!.id },
    });
    expect(await ask()).toEqual(before);
    await served.platform.database.unguarded.survey.delete({ where: { id } });
  });

  it('is absent from aggregates', async () => {
    const query = '{ observationAggregate { count max { quantity value } } }';
    expect((await served.run('guest', query)).body.data.observationAggregate).toEqual({
      count: 2,
      max: { quantity: 'water temperature', value: '12.75' },
    });
  });

  it('is hidden behind a to-one field and its foreign key, silently (34)', async () => {
    const { id } = (await served.all.observation.findFirst({
      where: { quantity: { equals: 'water temperature' }, status: { equals: 'PUBLISHED' } },
    }))!;
    const outsider = (await served.platform.database.unguarded.user.findUnique({
      where: { email: 'editor@example.test' },
    }))!;
    await served.platform.database.unguarded.observation.update({ where: { id }, data: { reviewerId: outsider.id } });
    const query = `{ observation(where: { id: "${id}" }) { quantity reviewerId reviewer { id } } }`;
    expect((await served.run('guest', query)).body).toEqual({
      data: { observation: { quantity: 'water temperature', reviewerId: null, reviewer: null } },
    });
    expect((await served.run('admin', query)).body.data.observation.reviewerId).toBe(outsider.id);
  });
});

describe('a hidden field', () => {
  it('is null with FORBIDDEN and its path, under any alias and fragment (57)', async () => {
    const query = `{ observations(first: 1) { nodes { a: internalNote ...notes } } } fragment notes on Observation { b: internalNote @skip(if: false) }`;
    const { data, errors } = (await served.run('guest', query)).body;
    expect(data.observations.nodes).toEqual([{ a: null, b: null }]);
    expect(
      errors.map((row: { path: unknown[]; extensions: { code: string } }) => [row.path.at(-1), row.extensions.code]),
    ).toEqual([
      ['a', 'FORBIDDEN'],
      ['b', 'FORBIDDEN'],
    ]);
  });

  it('refuses filters, orders and aggregates by it before the database is asked (36, 38, 39)', async () => {
    for (const query of [
      '{ observations(where: { internalNote: { startsWith: "C" } }) { totalCount } }',
      '{ observations(where: { NOT: { OR: [{ internalNote: { equals: null } }] } }) { totalCount } }',
      '{ observations(orderBy: [{ internalNote: asc }]) { nodes { id } } }',
      '{ observationAggregate { min { internalNote } } }',
      '{ sites(where: { observations: { some: { internalNote: { contains: "x" } } } }) { totalCount } }',
    ]) {
      const { data, errors } = (await served.run('guest', query)).body;
      expect([data, errors[0].extensions.code], query).toEqual([null, 'FORBIDDEN']);
    }
  });

  it('counts as absent where it is hidden, for viewers who read it elsewhere', async () => {
    const query =
      '{ all: observations { totalCount } noted: observations(where: { internalNote: { contains: "Checked" } }) { totalCount } unnoted: observations(where: { internalNote: { equals: null } }) { totalCount } }';
    const counts = async (persona: string) =>
      Object.values<{ totalCount: number }>((await served.run(persona, query)).body.data).map(
        ({ totalCount }) => totalCount,
      );
    expect(await counts('reviewer')).toEqual([5, 5, 0]);
    expect(await counts('outsider')).toEqual([3, 0, 3]);
  });

  it('leaves no e-mail address to guess at', async () => {
    const ask = (email: string) =>
      served.run(
        'member',
        `{ user(where: { email: "${email}" }) { id } users(where: { email: { startsWith: "${email}" } }) { totalCount } }`,
      );
    expect((await ask('reviewer@example.test')).body).toEqual((await ask('nobody@example.test')).body);
    expect((await ask('member@example.test')).body.data.users.totalCount).toBe(1);
  });
});

it('answers two viewers side by side without a foreign byte (58)', async () => {
  const query = '{ surveys { nodes { title sites { nodes { observations { nodes { quantity } } } } } } }';
  const personas = Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? 'member' : 'outsider'));
  const answers = await Promise.all(personas.map((persona) => served.run(persona, query)));
  for (const [at, { body }] of answers.entries()) expect(hidden(body), `answer ${at}`).toBe(personas[at] === 'member');
});
