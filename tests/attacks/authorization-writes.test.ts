/** Cases of authorization that write, by their numbers: nobody changes, links or finds out by writing what they may not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform, viewerNamed, type TestPlatform } from '../support/platform.ts';
import type { Person } from '../support/survey-data.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

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

describe('writing', () => {
  it('42, 44: a unique conflict is one text, without column and value, for create and upsert', async () => {
    const create = await run('alice', 'mutation { createTag(data: { slug: "frost", label: "x" }) { slug } }');
    expect(create.errors).toEqual([
      {
        code: 'CONFLICT',
        message: 'A Tag with these unique values cannot be stored. Choose other values.',
        path: 'createTag',
        inputPath: 'data',
      },
    ]);
    const upsert = `mutation ($title: String!) { upsertSurvey(where: { organizationId_title: { organizationId: "b", title: $title } },
      create: { title: "Cellars", organization: { connect: { id: "b" } } }, update: { description: "mine now" }) { id } }`;
    const { errors } = await sameAnswer('ed', upsert, { title: 'Cellars' }, { title: 'Nothing' });
    expect(errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('43: a second key is no filter', async () => {
    const document = 'mutation ($where: UserUniqueWhere!) { updateUser(where: $where, data: { name: "x" }) { id } }';
    for (const email of ['root@example.test', 'guess@example.test']) {
      const { errors } = await run('alice', document, { where: { id: 'alice', email } });
      expect(errors?.map(({ code }) => code)).toEqual(['BAD_REQUEST']);
    }
    await sameAnswer(
      'alice',
      document,
      { where: { email: 'root@example.test' } },
      { where: { email: 'guess@example.test' } },
    );
  });

  it.each([
    [
      'connect',
      'mutation ($id: String!) { updateObservation(where: { id: "a-open-draft" }, data: { corrects: { connect: { id: $id } } }) { id } }',
    ],
    [
      'connect in a list',
      'mutation ($id: String!) { updateObservation(where: { id: "a-open-draft" }, data: { comments: { connect: [{ id: $id }] } }) { id } }',
    ],
    [
      'connect in a create',
      'mutation ($id: String!) { createComment(data: { body: "x", observation: { connect: { id: $id } } }) { id } }',
    ],
  ])('45: the row of another tenant is not there to %s', async (_, document) => {
    const { errors } = await sameAnswer(
      'alice',
      document,
      { id: document.includes('comments') ? 'c4' : 'b-closed-draft' },
      { id: 'nowhere' },
    );
    expect(errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('46: a row within a row is judged by its own policy, however deep, and nothing of it stays', async () => {
    const reading = {
      quantity: 'deep',
      value: '1',
      unit: 'u',
      measuredAt: '2026-01-01T00:00:00Z',
      status: 'PUBLISHED',
    };
    const site = {
      name: 'deep',
      latitude: '1',
      longitude: '1',
      city: { connect: { id: 1 } },
      observations: { create: [reading] },
    };
    const { errors } = await run(
      'ed',
      'mutation ($data: SurveyUpdateInput!) { updateSurvey(where: { id: "a-open" }, data: $data) { id } }',
      { data: { sites: { create: [site] } } },
    );
    expect(errors).toMatchObject([{ code: 'FORBIDDEN', inputPath: 'data.sites.create[0].observations.create[0]' }]);
    expect(await platform.as('root').ids('sites', { where: { name: { equals: 'deep' } } })).toEqual([]);
    const city = {
      city: { create: { name: 'mine', latitude: '1', longitude: '1', country: { connect: { code: 'NL' } } } },
    };
    const nested = await run(
      'ed',
      'mutation ($data: SiteUpdateInput!) { updateSite(where: { id: "a-open" }, data: $data) { id } }',
      { data: city },
    );
    expect(nested.errors).toMatchObject([{ code: 'FORBIDDEN', inputPath: 'data.city.create' }]);
  });

  it.each([
    ['updateUser(where: { id: "alice" }, data: { email: "x" })', 'BAD_REQUEST'],
    ['updateUser(where: { id: "alice" }, data: { roles: { create: [{ role: ADMIN }] } })', 'BAD_REQUEST'],
    ['updateUser(where: { id: "alice" }, data: { passwordHash: "x" })', 'BAD_REQUEST'],
    ['updateUser(where: { id: "bob" }, data: { name: "x" })', 'NOT_FOUND'],
    ['createRoleGrant(data: { role: ADMIN, user: { connect: { id: "alice" } } })', 'FORBIDDEN'],
    [
      'updateMembership(where: { userId_organizationId: { userId: "alice", organizationId: "a" } }, data: { role: OWNER })',
      'FORBIDDEN',
    ],
    [
      'createComment(data: { body: "x", authorId: "bob", observation: { connect: { id: "a-open-draft" } } })',
      'BAD_REQUEST',
    ],
    ['updateObservation(where: { id: "a-open-draft" }, data: { createdAt: "2026-01-01T00:00:00Z" })', 'BAD_REQUEST'],
    ['updateObservation(where: { id: "a-open-draft" }, data: { id: "mine" })', 'BAD_REQUEST'],
    ['updateObservation(where: { id: "a-open-draft" }, data: { internalNote: "x" })', 'FORBIDDEN'],
    ['updateObservation(where: { id: "a-open-draft" }, data: { reviewer: { connect: { id: "alice" } } })', 'FORBIDDEN'],
  ])('48: what a caller may not set is not in the input, or refused: %s', async (mutation, code) => {
    const { errors } = await run('alice', `mutation { ${mutation} { __typename } }`);
    expect(errors?.map((one) => one.code)).toEqual([code]);
  });

  it('49: the new row is judged too', async () => {
    for (const status of ['PUBLISHED', 'REJECTED']) {
      const { errors } = await run(
        'alice',
        `mutation { updateObservation(where: { id: "a-open-submitted" }, data: { status: ${status} }) { id } }`,
      );
      expect(errors).toMatchObject([{ code: 'FORBIDDEN', inputPath: 'data' }]);
    }
    expect(
      await platform.as('root').ids('observations', { where: { id: { equals: 'a-open-submitted' } } }, 'status'),
    ).toEqual(['SUBMITTED']);
  });

  it.each([
    ['the key of a foreign row', { id: 'b-closed-draft' }, 'write Observation.id'],
    ['a column of a relation', { siteId: 'b-closed' }, 'write Observation.siteId'],
    ['an author', { authorId: 'bob' }, 'write Observation.authorId'],
    ['a moment of creation', { createdAt: new Date(0) }, 'write Observation.createdAt'],
  ])('60: what brings rows in meets the same refusals: %s', async (_, columns, what) => {
    const data = {
      quantity: 'q',
      value: '1',
      unit: 'u',
      measuredAt: new Date(),
      site: { connect: { id: 'a-open' } },
      ...columns,
    };
    const write = platform.database.as(viewerNamed('alice')).write((writer) => writer.create('Observation', data));
    await expect(write).rejects.toMatchObject({ code: 'FORBIDDEN', fact: `You may not ${what}.` });
  });
});
