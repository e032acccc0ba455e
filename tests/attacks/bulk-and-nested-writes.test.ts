/** Cases of authorization by their numbers, tried through writes of many rows and through rows within rows of the example app. */
import { describe, expect, it } from 'vitest';
import { openTestPlatform } from '../support/platform.ts';

const everyObservation = 'where: { id: { not: null } }';
const reading = { quantity: 'q', value: '1', unit: 'u', measuredAt: '2026-01-01T00:00:00Z' };

describe('many rows', () => {
  it('47: an update touches what the viewer may change, and counts that only', async () => {
    await using platform = await openTestPlatform();
    const root = platform.as('root');
    const select = '{ count denied nodes { id } }';
    const answer = await platform
      .as('alice')
      .run(`mutation { updateObservations(${everyObservation}, data: { unit: "x" }) ${select} }`);
    const mine = ['a-closed-draft', 'a-closed-submitted', 'a-open-draft', 'a-open-submitted'];
    expect(answer).toEqual({
      data: { updateObservations: { count: 4, denied: expect.any(Number), nodes: mine.map((id) => ({ id })) } },
    });
    expect(await root.ids('observations', { where: { unit: { equals: 'x' } } })).toEqual(mine);
    // Those that she reads and may not change; what she does not read is in no number.
    const read = await platform.as('alice').ids('observations');
    expect(answer).toMatchObject({ data: { updateObservations: { denied: read.length - mine.length } } });
  });

  it('47: a delete takes drafts of the viewer alone, and an empty condition none', async () => {
    await using platform = await openTestPlatform();
    const alice = platform.as('alice');
    const before = await platform.as('root').ids('observations');
    for (const where of ['{}', '{ AND: [] }', '{ OR: [{}] }']) {
      const { errors } = await alice.run(`mutation { deleteObservations(where: ${where}) { count } }`);
      expect(errors).toMatchObject([{ code: 'BAD_INPUT', inputPath: 'where' }]);
    }
    expect(await alice.run(`mutation { deleteObservations(${everyObservation}) { count nodes { id } } }`)).toEqual({
      data: { deleteObservations: { count: 2, nodes: [{ id: 'a-closed-draft' }, { id: 'a-open-draft' }] } },
    });
    const gone = new Set(['a-closed-draft', 'a-open-draft']);
    expect(await platform.as('root').ids('observations')).toEqual(before.filter((id) => !gone.has(String(id))));
  });

  it('47: a filter by what may not be read is refused, so nothing is found out by the number of rows', async () => {
    await using platform = await openTestPlatform();
    const probe = (name: 'alice' | 'mallory', where: string) =>
      platform
        .as(name)
        .run(`mutation { updateObservations(where: ${where}, data: { unit: "x" }, preview: true) { count denied } }`);
    expect(await probe('alice', '{ author: { is: { passwordHash: { startsWith: "h" } } } }')).toMatchObject({
      errors: [{ code: 'BAD_REQUEST' }],
    });
    // Notes are for reviewers: to her they are absent, whatever they hold.
    const none = { data: { updateObservations: { count: 0, denied: 0 } } };
    expect(await probe('alice', '{ internalNote: { startsWith: "note" } }')).toEqual(none);
    // A row that may not be read is neither counted nor denied.
    expect(await probe('alice', '{ id: { equals: "b-closed-published" } }')).toEqual(none);
    expect(await probe('alice', '{ id: { equals: "absent" } }')).toEqual(none);
  });

  it('47: expect tells no number of rows that may not be read', async () => {
    await using platform = await openTestPlatform();
    const { errors } = await platform
      .as('bob')
      .run(
        'mutation { updateObservations(where: { id: { startsWith: "a-closed" } }, data: { unit: "x" }, expect: { exactly: 1 }) { count } }',
      );
    expect(errors).toMatchObject([
      { code: 'EXPECTATION_FAILED', message: expect.stringMatching(/^0 rows of Observation match/) },
    ]);
  });

  it('42, 44: a key that somebody else has is one text, in a batch too', async () => {
    await using platform = await openTestPlatform();
    const conflict = {
      code: 'CONFLICT',
      message: 'A Survey with these unique values cannot be stored. Choose other values.',
    };
    const data = ['New', 'Cellars'].map((title) => ({ title, organization: { connect: { id: 'a' } } }));
    const create = 'mutation ($data: [SurveyCreateInput!]!) { createSurveys(data: $data) { count } }';
    expect(await platform.as('ed').run(create, { data })).toEqual({
      data: null,
      errors: [{ ...conflict, path: 'createSurveys', inputPath: 'data[1]' }],
    });
    const upsert = `mutation ($data: [SurveyCreateInput!]!) { upsertSurveys(by: organizationId_title, data: $data) { count } }`;
    const foreign = ['New', 'Cellars'].map((title) => ({ title, organization: { connect: { id: 'b' } } }));
    for (const rows of [foreign, foreign.slice(1), foreign.slice(0, 1)])
      expect(await platform.as('ed').run(upsert, { data: rows })).toMatchObject({
        errors: [{ code: 'NOT_FOUND', inputPath: 'data[0].organization.connect' }],
      });
  });

  it('48, 49: what may not be set in one row may not be set in many', async () => {
    await using platform = await openTestPlatform();
    const alice = platform.as('alice');
    for (const [data, code] of [
      ['{ status: PUBLISHED }', 'FORBIDDEN'],
      ['{ author: { connect: { id: "bob" } } }', 'BAD_REQUEST'],
      ['{ createdAt: "2026-01-01T00:00:00Z" }', 'BAD_REQUEST'],
      ['{ site: { connect: { id: "b-closed" } } }', 'NOT_FOUND'],
    ])
      expect([
        data,
        await alice.run(`mutation { updateObservations(${everyObservation}, data: ${data}) { count } }`),
      ]).toMatchObject([data, { data: null, errors: [{ code }] }]);
    // Fields that she may write on no row of her own: all that she reads are left as they are.
    for (const data of ['{ internalNote: "x" }', '{ reviewer: { connect: { id: "alice" } } }'])
      expect(
        await alice.run(`mutation { updateObservations(${everyObservation}, data: ${data}) { count denied } }`),
      ).toEqual({
        data: { updateObservations: { count: 0, denied: 10 } },
      });
    const rows = [reading, { ...reading, status: 'PUBLISHED' }].map((row) => ({
      ...row,
      site: { connect: { id: 'a-open' } },
    }));
    const { errors } = await alice.run(
      'mutation ($data: [ObservationCreateInput!]!) { createObservations(data: $data) { count } }',
      { data: rows },
    );
    expect(errors).toMatchObject([{ code: 'FORBIDDEN', inputPath: 'data[1]' }]);
    expect(await platform.as('root').ids('observations', { where: { quantity: { equals: 'q' } } })).toEqual([]);
  });
});

describe('rows within rows', () => {
  const update = (id: string, data: string) =>
    `mutation { updateObservation(where: { id: "${id}" }, data: ${data}) { id } }`;

  it.each([
    ['connect', 'corrects: { connect: { id: "$id" } }'],
    [
      'connectOrCreate',
      'tags: { connectOrCreate: [{ where: { slug: "$id" }, create: { slug: "frost", label: "x" } }] }',
    ],
    ['comments.connect', 'comments: { connect: [{ id: "$id" }] }'],
    ['comments.set', 'comments: { set: [{ id: "$id" }] }'],
    ['comments.disconnect', 'comments: { disconnect: [{ id: "$id" }] }'],
    ['comments.update', 'comments: { update: [{ where: { id: "$id" }, data: { body: "x" } }] }'],
    ['comments.delete', 'comments: { delete: [{ id: "$id" }] }'],
  ])('45, 46: a row of another tenant is as one that is not there: %s', async (_, data) => {
    await using platform = await openTestPlatform();
    const alice = platform.as('alice');
    const theirs = { corrects: 'b-closed-draft', tags: 'nothing', comments: 'c4' }[data.split(':')[0]!]!;
    const answers = [theirs, 'absent'].map((id) =>
      alice.run(update('a-open-draft', `{ ${data.replaceAll('$id', id)} }`)),
    );
    const [one, two] = await Promise.all(answers);
    expect(one).toEqual(two);
    expect(one?.errors).toHaveLength(1);
  });

  it('46: a row that may be read and not changed is not changed through its parent', async () => {
    await using platform = await openTestPlatform();
    // The comment is Rev's; the observation is one that reviewers may change.
    const nested = (data: string) => platform.as('alice').run(update('a-open-draft', `{ comments: ${data} }`));
    await platform.as('root').run('mutation { updateComment(where: { id: "c2" }, data: { body: "x" }) { id } }');
    for (const data of [
      '{ update: [{ where: { id: "c2" }, data: { body: "mine" } }] }',
      '{ delete: [{ id: "c2" }] }',
      '{ connect: [{ id: "c2" }] }',
    ])
      expect([data, (await nested(data)).errors?.map(({ code }) => code)]).toEqual([data, ['NOT_FOUND']]);
    expect(await platform.as('root').ids('comments', { where: { id: { equals: 'c2' } } }, 'body')).toEqual(['by Rev']);
  });

  it('46: grants cannot be reached through a relation', async () => {
    await using platform = await openTestPlatform();
    for (const data of [
      'roles: { create: [{ role: ADMIN }] }',
      'memberships: { create: [{ role: OWNER }] }',
      'sessions: { create: [] }',
    ])
      expect(
        await platform.as('alice').run(`mutation { updateUser(where: { id: "alice" }, data: { ${data} }) { id } }`),
      ).toMatchObject({
        errors: [{ code: 'BAD_REQUEST' }],
      });
  });
});
