/** Who wrote what: an entry for every row and change, in the transaction of the change, and nothing that changes entries. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let siteId: string;
let memberId: string;
beforeAll(async () => {
  served = await serve();
  siteId = (await served.all.site.findFirst({ where: { name: { equals: 'Well 7' } } }))!.id;
  memberId = (await served.all.user.findUnique({ where: { email: 'member@example.test' } }))!.id;
});
afterAll(() => served[Symbol.asyncDispose]());

let seen = new Set<string>();
const all = () => served.all.auditEntry.findMany({ orderBy: [{ at: 'asc' }, { id: 'asc' }] });
beforeEach(async () => {
  seen = new Set((await all()).map(({ id }) => id));
});

/** The entries of this test, as [verb, model, key, changes]. */
async function noted() {
  const entries = (await all()).filter(({ id }) => !seen.has(id));
  return entries.map(({ verb, model, key, changes }) => [verb, model, key, changes]);
}

const observation = (more: object = {}) => ({
  quantity: 'nitrate',
  value: '11.10',
  unit: 'mg/L',
  measuredAt: '2026-11-22T10:00:00Z',
  site: { connect: { id: siteId } },
  ...more,
});
const create =
  'mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id comments { nodes { id } } } }';

it('notes each row of a mutation with what was written, who asked, and the id of the request', async () => {
  const data = observation({
    rawFrame: 'AP8Q',
    serialNumber: '9007199254740993',
    comments: { create: [{ body: 'hm' }] },
    tags: { create: [{ slug: 'audited', label: 'A' }] },
  });
  const answer = await served.run('member', create, { data });
  const { id, comments } = answer.body.data.createObservation;
  const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(await noted()).toEqual([
    [
      'CREATE',
      'Observation',
      id,
      {
        id,
        quantity: 'nitrate',
        value: '11.10',
        unit: 'mg/L',
        measuredAt: '2026-11-22T10:00:00.000Z',
        status: 'DRAFT',
        rawFrame: { bytes: 3 },
        serialNumber: '9007199254740993',
        createdAt: moment,
        updatedAt: moment,
        siteId,
        authorId: memberId,
      },
    ],
    ['CREATE', 'Tag', 'audited', { slug: 'audited', label: 'A' }],
    ['UPDATE', 'Observation', id, { tags: { connect: 'audited' } }],
    [
      'CREATE',
      'Comment',
      comments.nodes[0].id,
      { id: comments.nodes[0].id, body: 'hm', createdAt: moment, observationId: id, authorId: memberId },
    ],
  ]);
  const mine = (await all()).filter((entry) => !seen.has(entry.id));
  expect(
    new Set(mine.map(({ actorKind, actorId, requestId }) => JSON.stringify([actorKind, actorId, requestId]))),
  ).toEqual(new Set([JSON.stringify(['user', memberId, answer.headers.get('x-request-id')])]));
});

it('notes changes, ties, and what goes, of one row and of many', async () => {
  const { id } = (await served.run('member', create, { data: observation() })).body.data.createObservation;
  seen = new Set((await all()).map((entry) => entry.id));
  await served.run(
    'member',
    `mutation { updateObservation(where: { id: "${id}" }, data: { value: "12.5", tags: { connect: [{ slug: "audited" }] } }) { id } }`,
  );
  await served.run(
    'member',
    `mutation { updateObservation(where: { id: "${id}" }, data: { tags: { set: [] }, corrects: { disconnect: true } }) { id } }`,
  );
  await served.run(
    'member',
    `mutation { updateObservations(where: { id: { equals: "${id}" } }, data: { unit: "g" }) { count } }`,
  );
  await served.run(
    'editor',
    'mutation { upsertTags(by: slug, data: [{ slug: "audited", label: "B" }, { slug: "fresh", label: "C" }]) { count } }',
  );
  await served.run('editor', 'mutation { upsertTags(by: slug, data: [{ slug: "audited", label: "B" }]) { same } }');
  await served.run('member', `mutation { deleteObservation(where: { id: "${id}" }) { id } }`);
  await served.run('admin', 'mutation { deleteTags(where: { slug: { in: ["audited", "fresh"] } }) { count } }');
  expect(await noted()).toEqual([
    ['UPDATE', 'Observation', id, { value: '12.5' }],
    ['UPDATE', 'Observation', id, { tags: { connect: 'audited' } }],
    ['UPDATE', 'Observation', id, { correctsId: null }],
    ['UPDATE', 'Observation', id, { tags: { disconnect: 'audited' } }],
    ['UPDATE', 'Observation', id, { unit: 'g' }],
    ['CREATE', 'Tag', 'fresh', { slug: 'fresh', label: 'C' }],
    ['UPDATE', 'Tag', 'audited', { label: 'B' }],
    ['DELETE', 'Observation', id, {}],
    ['DELETE', 'Tag', 'audited', {}],
    ['DELETE', 'Tag', 'fresh', {}],
  ]);
});

describe('nothing is noted', () => {
  it.each([
    [
      'of a mutation that is refused',
      'member',
      'mutation { createTags(data: [{ slug: "x", label: "x" }, { slug: "x", label: "y" }]) { count } }',
    ],
    [
      'of one that is refused at its end',
      'member',
      'mutation { updateObservations(where: { id: { not: null } }, data: { status: PUBLISHED }) { count } }',
    ],
    ['of a preview', 'member', 'mutation { createTags(data: [{ slug: "x", label: "x" }], preview: true) { count } }'],
    [
      'of a preview of a delete',
      'admin',
      'mutation { deleteObservations(where: { id: { not: null } }, preview: true) { count } }',
    ],
    [
      'of a sign-in',
      'guest',
      'mutation { signIn(email: "admin@example.test", password: "correct horse battery") { token } }',
    ],
  ])('%s', async (_, persona, document) => {
    await served.run(persona, document);
    expect(await noted()).toEqual([]);
  });
});

describe('entries', () => {
  it('are read by those whom their policy names', async () => {
    await served.run('member', 'mutation { createTag(data: { slug: "seen", label: "S" }) { slug } }');
    const query =
      '{ auditEntries(where: { model: { equals: "Tag" }, key: { equals: "seen" } }) { nodes { verb actorId changes } } }';
    expect((await served.run('admin', query)).body).toEqual({
      data: { auditEntries: { nodes: [{ verb: 'CREATE', actorId: memberId, changes: { slug: 'seen', label: 'S' } }] } },
    });
    for (const persona of ['member', 'editor', 'guest'])
      expect((await served.run(persona, query)).body.data?.auditEntries?.nodes ?? []).toEqual([]);
  });

  it('are written by no mutation, nor are the records of keys', () => {
    const fields = Object.keys(served.platform.api.getMutationType()!.getFields());
    expect(fields.filter((name) => /audit|idempotency/i.test(name))).toEqual([]);
    const inputs = Object.keys(served.platform.api.getTypeMap()).filter((name) =>
      /^(Audit|Idempotency).*(Create|Update|Upsert)/.test(name),
    );
    expect(inputs).toEqual([]);
  });

  it('are changed by no hand-written field either, as long as it asks on behalf of somebody', async () => {
    const { database } = served.platform;
    const [entry] = await all();
    for (const viewer of [
      { kind: 'user', id: memberId, roles: ['admin', 'editor', 'reviewer'] },
      { kind: 'guest', id: null, roles: [] },
    ] as const) {
      const rows = database.as(viewer);
      const where = { id: entry!.id };
      for (const act of [
        () =>
          rows.write((writer) =>
            writer.create('AuditEntry', { model: 'Tag', key: 'x', verb: 'CREATE', changes: {}, actorKind: 'user' }),
          ),
        () =>
          rows.write((writer) =>
            writer.createMany('AuditEntry', [
              { model: 'Tag', key: 'x', verb: 'CREATE', changes: {}, actorKind: 'user' },
            ]),
          ),
        () => rows.write((writer) => writer.update('AuditEntry', where, { key: 'x' })),
        () => rows.write((writer) => writer.updateMany('AuditEntry', { id: { not: null } }, { key: 'x' })),
        () => rows.write((writer) => writer.delete('AuditEntry', where)),
        () => rows.write((writer) => writer.deleteMany('AuditEntry', { id: { not: null } })),
      ])
        await expect(act()).rejects.toMatchObject({ code: expect.stringMatching(/^(FORBIDDEN|NOT_FOUND)$/) });
    }
    expect((await all()).find(({ id }) => id === entry!.id)).toEqual(entry);
  });
});

it('shares an entry among the rows of an import, which is found by the key of one of them', async () => {
  const authorization = `Bearer ${await served.secretOf('editor')}`;
  const report = await served.request({
    path: '/-/import/Tag?format=csv&key=slug',
    method: 'POST',
    headers: { authorization },
    body: 'slug,label\nshared-a,A\nshared-b,B\n',
  });
  expect(report.body).toMatchObject({ created: 2 });
  const entry = [
    'CREATE',
    'Tag',
    '',
    { rows: { 'shared-a': { slug: 'shared-a', label: 'A' }, 'shared-b': { slug: 'shared-b', label: 'B' } } },
  ];
  expect((await noted()).filter(([, model]) => model === 'Tag')).toEqual([entry]);

  const found = await served.run(
    'admin',
    '{ auditEntries(where: { changes: { path: ["rows", "shared-b", "label"], not: null } }) { nodes { verb model } } }',
  );
  expect(found.body.data.auditEntries.nodes).toEqual([{ verb: 'CREATE', model: 'Tag' }]);
});
