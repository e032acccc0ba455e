/** What is not written: each refusal says what the caller sent and where, and nothing that the caller may not know. */
import { describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { open, readOnly } from '../../src/policy/policy.ts';
import { all, any, anyone } from '../../src/policy/rule.ts';
import { observationFields } from '../support/open-fields.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';
import type { Person } from '../support/survey-data.ts';

const update =
  'mutation ($id: String!, $data: ObservationUpdateInput!) { updateObservation(where: { id: $id }, data: $data) { id } }';

/** Everything that a test may have written, to see that nothing was. */
const stateOf = (platform: TestPlatform) =>
  platform.as('root').run(`{
    observations(first: 100) { nodes { id unit status internalNote value site { id } author { id } reviewer { id } corrects { id } tags { nodes { slug } } } }
    tags { nodes { slug label } } sites { nodes { id name survey { id } } } surveys { nodes { id title visibility } } comments { nodes { id body observation { id } } }
    users { nodes { id name } }
  }`);

/** Tries to write, and says what came of it. */
async function attempt(name: Person | 'guest', document: string, variables: Record<string, unknown> = {}) {
  await using platform = await openTestPlatform();
  const before = await stateOf(platform);
  const { errors, data } = await platform.as(name).run<Record<string, unknown>>(document, variables);
  const after = await stateOf(platform);
  return { errors, answers: Object.values(data), nothingChanged: JSON.stringify(after) === JSON.stringify(before) };
}

const refused = (error: object) => ({
  errors: [expect.objectContaining(error)],
  answers: [null],
  nothingChanged: true,
});

const notFound = (model: string) => ({
  code: 'NOT_FOUND',
  message: `No ${model} matches. Check the key, and that you may see the row.`,
});
const forbidden = (what: string) => ({
  code: 'FORBIDDEN',
  message: `You may not ${what}. Leave it out, or ask for the right.`,
});

describe('a row that may not be changed', () => {
  it.each([
    ['that is not there', 'alice', 'nowhere'],
    ['that may not be read', 'alice', 'b-closed-draft'],
    ['that may be read only', 'alice', 'b-open-published'],
    ['that is published, by its author', 'alice', 'a-open-published'],
    ['of an organization that one has left', 'mallory', 'a-open-mallory-draft'],
  ] as const)('reads as one that is not there: %s', async (_, name, id) => {
    expect(await attempt(name, update, { id, data: { unit: 'K' } })).toEqual(
      refused({ ...notFound('Observation'), inputPath: 'where' }),
    );
  });

  it('is not deleted either', async () => {
    for (const id of ['nowhere', 'b-closed-draft', 'b-open-published', 'a-open-submitted']) {
      const expected = { ...notFound('Observation'), inputPath: 'where' };
      expect(
        await attempt('alice', 'mutation ($id: String!) { deleteObservation(where: { id: $id }) { id } }', { id }),
      ).toEqual(refused(expected));
    }
  });
});

describe('a row that may not be linked', () => {
  it.each([
    ['a site', { site: { connect: { id: 'b-open' } } }, 'Site', 'data.site.connect'],
    ['a site that may not be read', { site: { connect: { id: 'b-closed' } } }, 'Site', 'data.site.connect'],
    ['an observation', { corrects: { connect: { id: 'b-open-published' } } }, 'Observation', 'data.corrects.connect'],
    [
      'a tag that is not there',
      { tags: { connect: [{ slug: 'rain' }, { slug: 'hail' }] } },
      'Tag',
      'data.tags.connect[1]',
    ],
    [
      'a tag that is not there, to untie it',
      { tags: { disconnect: [{ slug: 'hail' }] } },
      'Tag',
      'data.tags.disconnect[0]',
    ],
    ['the comment of somebody else', { comments: { connect: [{ id: 'c2' }] } }, 'Comment', 'data.comments.connect[0]'],
  ])('reads as one that is not there: %s', async (_, data, model, inputPath) => {
    expect(await attempt('alice', update, { id: 'a-open-draft', data })).toEqual(
      refused({ ...notFound(model), inputPath }),
    );
  });
});

describe('a row as it would be', () => {
  it.each([
    ['published by its author', 'alice', 'a-open-draft', { status: 'PUBLISHED' }],
    ['rejected by its author', 'alice', 'a-open-submitted', { status: 'REJECTED' }],
  ] as const)('is judged as well as the row as it was: %s (attack 49)', async (_, name, id, data) => {
    expect(await attempt(name, update, { id, data })).toEqual(
      refused({ ...forbidden('leave this Observation so'), inputPath: 'data' }),
    );
  });

  it('may not be beyond its writer: a survey moved to another organization (attack 49)', async () => {
    const document =
      'mutation { updateSurvey(where: { id: "a-open" }, data: { organization: { connect: { id: "b" } } }) { id } }';
    expect(await attempt('ed', document, {})).toEqual(
      refused({ ...notFound('Organization'), inputPath: 'data.organization.connect' }),
    );
  });

  it('is judged when it is new: an observation that begins as published', async () => {
    const data = {
      quantity: 'q',
      value: '1',
      unit: 'u',
      measuredAt: '2026-01-01T00:00:00Z',
      status: 'PUBLISHED',
      site: { connect: { id: 'a-open' } },
    };
    const document = 'mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id } }';
    expect(await attempt('alice', document, { data })).toEqual(
      refused({ ...forbidden('create this Observation'), inputPath: 'data' }),
    );
  });

  it('is judged where it stands in the input', async () => {
    const data = {
      observations: {
        create: [{ quantity: 'q', value: '1', unit: 'u', measuredAt: '2026-01-01T00:00:00Z', status: 'REJECTED' }],
      },
    };
    const document = 'mutation ($data: SiteUpdateInput!) { updateSite(where: { id: "a-open" }, data: $data) { id } }';
    expect(await attempt('ed', document, { data })).toEqual(
      refused({ ...forbidden('create this Observation'), inputPath: 'data.observations.create[0]' }),
    );
  });

  it('may not leave the sight of who writes it', async () => {
    /** Everybody edits what is public, and may not hide it. */
    const publicSites = policy('Tag', ({ where, role }) => ({
      read: any(role('admin'), where({ label: { startsWith: 'public' } })),
      update: anyone,
      fields: { slug: open, label: open, observations: readOnly },
    }));
    await using platform = await openTestPlatform({ policies: [publicSites] });
    await platform
      .as('root')
      .run('mutation { updateTag(where: { slug: "rain" }, data: { label: "public rain" }) { slug } }');
    const { errors } = await platform
      .as('alice')
      .run('mutation { updateTag(where: { slug: "rain" }, data: { label: "rain" }) { slug } }');
    expect(errors).toEqual([{ ...forbidden('leave this Tag so'), path: 'updateTag', inputPath: 'data' }]);
    expect(await platform.as('guest').ids('tags', {}, 'label')).toEqual(['public rain']);
  });
});

describe('a field that may not be written', () => {
  it('is refused by its name where nobody like the viewer may write it', async () => {
    const data = { internalNote: 'mine' };
    expect(await attempt('alice', update, { id: 'a-open-draft', data })).toEqual(
      refused({ code: 'FORBIDDEN', inputPath: 'data' }),
    );
    const comment = 'mutation ($data: CommentUpdateInput!) { updateComment(where: { id: "c1" }, data: $data) { id } }';
    expect(await attempt('guest', comment, { data: { body: 'x' } })).toEqual(
      refused({ ...forbidden('do updateComment') }),
    );
  });

  it('is refused in a new row, on the row that it would become', async () => {
    const data = {
      quantity: 'q',
      value: '1',
      unit: 'u',
      measuredAt: '2026-01-01T00:00:00Z',
      internalNote: 'mine',
      site: { connect: { id: 'a-open' } },
    };
    const document = 'mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id } }';
    expect(await attempt('alice', document, { data })).toEqual(
      refused({ ...forbidden('create this Observation'), inputPath: 'data' }),
    );
  });

  it('is judged on the row as it was too: what opens the field may not come with it', async () => {
    const drafts = policy('Observation', ({ where }) => ({
      read: anyone,
      update: anyone,
      fields: { ...observationFields, unit: { read: anyone, write: where({ status: { equals: 'DRAFT' } }) } },
    }));
    await using platform = await openTestPlatform({ policies: [drafts] });
    const alice = platform.as('alice');
    const both = { id: 'a-open-published', data: { unit: 'K', status: 'DRAFT' } };
    const what = { ...forbidden('write these fields of Observation'), path: 'updateObservation', inputPath: 'data' };
    expect((await alice.run(update, both)).errors).toEqual([what]);
    expect(await alice.ids('observations', { where: { unit: { equals: 'K' } } })).toEqual([]);
    expect((await alice.run(update, { id: 'a-open-draft', data: { unit: 'K' } })).errors).toBe(undefined);
  });

  it('is refused on the other side of a relation as on this one', async () => {
    /** What a comment is about, only admins say. */
    const comment = policy('Comment', ({ owner, role, viewer }) => ({
      read: anyone,
      create: anyone,
      update: any(role('admin'), owner('authorId')),
      presets: { authorId: viewer.id },
      fields: {
        id: readOnly,
        body: open,
        createdAt: readOnly,
        observation: { read: anyone, write: role('admin') },
        author: readOnly,
      },
    }));
    await using platform = await openTestPlatform({ policies: [comment] });
    const document =
      'mutation ($data: ObservationUpdateInput!) { updateObservation(where: { id: "a-open-draft" }, data: $data) { id } }';
    for (const [how, item] of Object.entries({ connect: { id: 'c1' }, create: { body: 'new' } })) {
      const { errors } = await platform.as('alice').run(document, { data: { comments: { [how]: [item] } } });
      expect([how, errors]).toEqual([
        how,
        [
          {
            ...forbidden('write Comment.observation'),
            path: 'updateObservation',
            inputPath: `data.comments.${how}[0]`,
          },
        ],
      ]);
    }
  });
});

describe('a rule with values of every type', () => {
  it('judges writes as it judges reads', async () => {
    const draft = policy('Observation', ({ where }) => ({
      read: anyone,
      update: all(
        where({ serialNumber: { gt: 1n } }),
        where({ measuredAt: { gt: new Date(0) } }),
        where({ value: { gt: '-1' } }),
      ),
      fields: observationFields,
    }));
    await using platform = await openTestPlatform({ policies: [draft] });
    const alice = platform.as('alice');
    expect(await alice.run(update, { id: 'a-open-submitted', data: { unit: 'K' } })).toEqual({
      data: { updateObservation: { id: 'a-open-submitted' } },
    });
    const { errors } = await alice.run(update, { id: 'a-open-submitted', data: { serialNumber: '1' } });
    expect(errors).toEqual([
      { ...forbidden('leave this Observation so'), path: 'updateObservation', inputPath: 'data' },
    ]);
  });
});
