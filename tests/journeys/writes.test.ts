/** Who may write what, and what stays when a part of it is refused. Numbers are those of the catalogue of attacks. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let siteId: string;
let foreignSiteId: string;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());
beforeEach(async () => {
  siteId = (await served.all.site.findFirst({ where: { name: { equals: 'Well 7' } } }))!.id;
  foreignSiteId = (await served.all.site.findFirst({ where: { name: { equals: 'Ring road' } } }))!.id;
});

const create = `mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id status value author { name } tags { nodes { slug } } comments { nodes { body author { name } } } } }`;
const data = (more: object = {}) => ({
  quantity: 'nitrate',
  value: '11.10',
  unit: 'mg/L',
  measuredAt: '2026-11-22T10:00:00Z',
  site: { connect: { id: siteId } },
  ...more,
});
const codeOf = (answer: { body: { errors?: { extensions: { code: string; inputPath?: string } }[] } }) =>
  answer.body.errors?.[0]?.extensions;
const rows = () => served.all.observation.count({});

it('creates a row with what belongs to it, as its author', async () => {
  const tags = { create: [{ slug: 'groundwater', label: 'Groundwater' }] };
  const comments = { create: [{ body: 'First of the season' }] };
  const { body } = await served.run('member', create, { data: data({ tags, comments }) });
  expect(body).toEqual({
    data: {
      createObservation: {
        id: expect.any(String),
        status: 'DRAFT',
        value: '11.1',
        author: { name: 'member' },
        tags: { nodes: [{ slug: 'groundwater' }] },
        comments: { nodes: [{ body: 'First of the season', author: { name: 'member' } }] },
      },
    },
  });
});

it('refuses to link to a row that the viewer may not read, as if it were not there (45)', async () => {
  const theirs = await served.run('member', create, { data: data({ site: { connect: { id: foreignSiteId } } }) });
  const absent = await served.run('member', create, { data: data({ site: { connect: { id: 'absent' } } }) });
  expect(theirs.body).toEqual(absent.body);
  expect(codeOf(theirs)).toEqual({ code: 'NOT_FOUND', inputPath: 'data.site.connect' });
});

it('keeps nothing of a mutation of which a part is refused', async () => {
  const before = await rows();
  const tags = await served.all.tag.count({});
  const refused = data({ tags: { create: [{ slug: 'new-tag', label: 'New' }] }, status: 'PUBLISHED' });
  expect(codeOf(await served.run('member', create, { data: refused }))).toEqual({
    code: 'FORBIDDEN',
    inputPath: 'data',
  });
  expect([await rows(), await served.all.tag.count({})]).toEqual([before, tags]);
});

it('takes no column that is not granted (48)', async () => {
  const forged = await served.run('member', create, { data: data({ author: { connect: { id: 'x' } } }) });
  expect(forged.body.errors[0].message).toContain('Field "author" is not defined');
  const note = await served.run('member', create, { data: data({ internalNote: 'mine' }) });
  expect(codeOf(note)).toEqual({ code: 'FORBIDDEN', inputPath: 'data' });
});

it('judges the row as it is after the change (49)', async () => {
  const { id } = (await served.run('member', create, { data: data() })).body.data.createObservation;
  const update = (persona: string, change: string) =>
    served.run(persona, `mutation { updateObservation(where: { id: "${id}" }, data: ${change}) { status value } }`);
  expect((await update('member', '{ status: SUBMITTED, value: "12" }')).body.data.updateObservation).toEqual({
    status: 'SUBMITTED',
    value: '12',
  });
  expect(codeOf(await update('member', '{ status: PUBLISHED }'))?.code).toBe('FORBIDDEN');
  expect(codeOf(await update('member', `{ site: { connect: { id: "${foreignSiteId}" } } }`))?.code).toBe('NOT_FOUND');
  expect(
    (await update('reviewer', '{ status: PUBLISHED, internalNote: "fine" }')).body.data.updateObservation.status,
  ).toBe('PUBLISHED');
  // It has been reviewed: its author has lost the right.
  expect(codeOf(await update('member', '{ value: "13" }'))?.code).toBe('NOT_FOUND');
  expect((await served.all.observation.findUnique({ where: { id } }))?.value.toFixed()).toBe('12');
});

it('says nothing of a row that a unique value belongs to (42)', async () => {
  const survey = (persona: string, title: string) =>
    served.run(
      persona,
      'mutation ($title: String!) { createSurvey(data: { title: $title, organization: { connect: { slug: "clean-air" } } }) { title } }',
      { title },
    );
  const { body } = await survey('outsider', 'Street dust');
  expect(body.errors[0]).toMatchObject({
    message: 'A Survey with these unique values cannot be stored. Choose other values.',
    extensions: { code: 'CONFLICT' },
  });
  expect(JSON.stringify(body)).not.toMatch(/organizationId|constraint|SQLITE|index/i);
  expect(codeOf(await survey('member', 'Street dust'))?.code).toBe('NOT_FOUND');
});

it('names one row by exactly one key (43)', async () => {
  const { body } = await served.run('member', '{ user(where: { id: "x", email: "admin@example.test" }) { id } }');
  expect(body.errors[0].extensions.code).toBe('BAD_REQUEST');
});

it('upserts by the right of the branch it takes (44)', async () => {
  const upsert = (persona: string, slug: string) =>
    served.run(
      persona,
      'mutation ($slug: String!) { upsertTag(where: { slug: $slug }, create: { slug: $slug, label: "new" }, update: { label: "changed" }) { label } }',
      { slug },
    );
  expect((await upsert('member', 'brand-new')).body.errors[0].extensions.code).toBe('FORBIDDEN');
  expect((await upsert('editor', 'brand-new')).body.data.upsertTag.label).toBe('new');
  expect((await upsert('editor', 'brand-new')).body.data.upsertTag.label).toBe('changed');
});

it("deletes a draft of one's own and returns it as it was", async () => {
  const { id } = (await served.run('member', create, { data: data() })).body.data.createObservation;
  const remove = (persona: string) =>
    served.run(persona, `mutation { deleteObservation(where: { id: "${id}" }) { id site { name } } }`);
  expect(codeOf(await remove('outsider'))?.code).toBe('NOT_FOUND');
  expect((await remove('member')).body.data.deleteObservation).toEqual({ id, site: { name: 'Well 7' } });
  expect(codeOf(await remove('member'))?.code).toBe('NOT_FOUND');
});

it('keeps values exact in both directions, and refuses what it cannot keep', async () => {
  const read = `{ quantity value measuredAt details rawFrame serialNumber }`;
  const exact = {
    quantity: '🌡️ naïve "quoted" \\ \n',
    value: '123456789012.345',
    measuredAt: '2026-11-22T10:00:00.123Z',
    details: { a: [1, { b: null }], é: '"' },
    rawFrame: 'AP8Q',
    serialNumber: '9007199254740993',
  };
  const { body } = await served.run(
    'member',
    `mutation ($data: ObservationCreateInput!) { createObservation(data: $data) ${read} }`,
    { data: data(exact) },
  );
  expect(body).toEqual({ data: { createObservation: exact } });
  for (const [bad, path] of [
    [{ value: '123456789012345678901234567890123456' }, 'data.value'],
    [{ quantity: 'a\u0000b' }, 'data.quantity'],
  ] as const) {
    expect(codeOf(await served.run('member', create, { data: data(bad) })), path).toEqual({
      code: 'BAD_INPUT',
      inputPath: path,
    });
  }
  for (const bad of [
    { value: '1e400' },
    { measuredAt: '2026-02-30T00:00:00Z' },
    { serialNumber: '9223372036854775808' },
    { rawFrame: '?' },
  ]) {
    const answer = await served.run('member', create, { data: data(bad) });
    expect([answer.status < 500, codeOf(answer)?.code], JSON.stringify(bad)).toEqual([
      true,
      expect.stringMatching(/^BAD_/),
    ]);
  }
});

it('offers hand-written fields under the same policy', async () => {
  const { id } = (await served.run('member', create, { data: data() })).body.data.createObservation;
  const submit = (persona: string) =>
    served.run(persona, `mutation { submitObservation(id: "${id}") { status site { survey { title } } } }`);
  expect(codeOf(await submit('outsider'))?.code).toBe('NOT_FOUND');
  expect((await submit('member')).body.data.submitObservation).toEqual({
    status: 'SUBMITTED',
    site: { survey: { title: 'Groundwater nitrate' } },
  });
  const latest = '{ latestObservations(quantity: "nitrate") { id site { city { coordinates } } } }';
  expect((await served.run('guest', latest)).body.data.latestObservations).toEqual([]);
  expect((await served.run('member', latest)).body.data.latestObservations[0].site.city.coordinates).toBe(
    '51.05 N 3.71667 E',
  );
});
