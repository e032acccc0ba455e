/** Somebody with the right `explain` asks why something was denied. The editor has it, and belongs to no organization. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type Served } from '../support/served.ts';

let app: Served;
let hidden: string;
let shown: string;

beforeAll(async () => {
  app = await serve();
  const siteOf = async (title: string) =>
    (await app.all.site.findFirst({ where: { survey: { is: { title: { equals: title } } } } }))!.id;
  [hidden, shown] = [await siteOf('Groundwater nitrate'), await siteOf('Canal temperature')];
});
afterAll(() => app[Symbol.asyncDispose]());

const explained = { 'x-pergola-explain': 'policy' };
const explain = async (query: string, variables: object = {}) => {
  const { body } = await app.run('editor', query, variables, explained);
  return body.extensions?.policy;
};
const inputs = { kind: 'user', id: expect.any(String), roles: ['editor'] };
const ofSite = 'through survey';

describe('a row that is not shown', () => {
  it('is said to be there, with the clauses that do not hold for it', async () => {
    expect(await explain('query ($id: String!) { site(where: { id: $id }) { name } }', { id: hidden })).toEqual([
      {
        path: ['site'],
        model: 'Site',
        verb: 'read',
        rule: ofSite,
        inputs,
        row: 'present',
        notMet: ['survey: role admin', 'survey: public', 'survey: members of its organization'],
      },
    ]);
  });

  it('is said to be absent', async () => {
    expect(await explain('{ site(where: { id: "nowhere" }) { name } }')).toEqual([
      { path: ['site'], model: 'Site', verb: 'read', rule: ofSite, inputs, row: 'absent', notMet: [] },
    ]);
  });

  it('is explained at its path where a relation leads to it', async () => {
    const { unguarded } = app.platform.database;
    const [draft, published] = await unguarded.observation.findMany({ where: { siteId: shown }, take: 2 });
    await unguarded.observation.update({ where: { id: draft!.id }, data: { status: 'DRAFT' } });
    await unguarded.observation.update({
      where: { id: published!.id },
      data: { status: 'PUBLISHED', correctsId: draft!.id },
    });
    const query = 'query ($id: String!) { observation(where: { id: $id }) { id corrects { id } } }';
    expect(await explain(query, { id: published!.id })).toMatchObject([
      {
        path: ['observation', 'corrects'],
        model: 'Observation',
        row: 'present',
        notMet: expect.arrayContaining(['published', 'reviewers of the organization']),
      },
    ]);
  });
});

it('explains a field that is withheld on a row, by that row', async () => {
  const { id } = (await app.all.observation.findFirst({
    where: { siteId: { equals: shown }, status: { equals: 'PUBLISHED' } },
  }))!;
  const policy = await explain('query ($id: String!) { observation(where: { id: $id }) { id internalNote } }', { id });
  expect(policy).toEqual([
    {
      path: ['observation', 'internalNote'],
      model: 'Observation',
      field: 'internalNote',
      verb: 'read',
      rule: 'role admin or role reviewer or reviewers of the organization',
      inputs,
      row: 'present',
      notMet: ['role admin', 'role reviewer', 'reviewers of the organization'],
    },
  ]);
});

it('explains a write that is refused, with its place in the input', async () => {
  const policy = await explain(
    'mutation ($id: String!) { updateSite(where: { id: $id }, data: { name: "Mine" }) { id } }',
    { id: shown },
  );
  expect(policy).toMatchObject([
    {
      path: ['updateSite'],
      inputPath: 'where',
      model: 'Site',
      verb: 'update',
      row: 'present',
      notMet: ['survey: role admin', 'survey: owners and editors of its organization'],
    },
  ]);
});

it('explains what is refused altogether, without a row', async () => {
  expect(await explain('mutation { createOrganization(data: { slug: "x", name: "X" }) { id } }')).toMatchObject([
    { path: ['createOrganization'], model: 'Organization', verb: 'create', rule: 'role admin', notMet: ['role admin'] },
  ]);
});

describe('nobody else', () => {
  const query = 'query ($id: String!) { site(where: { id: $id }) { name } }';

  it('is told more, byte for byte', async () => {
    for (const persona of ['member', 'outsider', 'guest']) {
      const [plain, asked] = [
        await app.run(persona, query, { id: hidden }),
        await app.run(persona, query, { id: hidden }, explained),
      ];
      expect(JSON.stringify(asked.body)).toBe(JSON.stringify(plain.body));
    }
  });

  it('gets an explanation at the door, whatever the server does', async () => {
    const member = app.platform.database.as({ kind: 'user', id: 'member', roles: [] });
    await expect(member.explain({ model: 'Site', verb: 'read' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('nor one who has the right and does not ask', async () => {
    const { body } = await app.run('editor', query, { id: hidden });
    expect(body).toEqual({ data: { site: null } });
  });
});
