/** New rows, with those around them, each under the policy of its own model. */
import { describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { open, readOnly } from '../../src/policy/policy.ts';
import { any, signedIn } from '../../src/policy/rule.ts';
import { openTestPlatform } from '../support/platform.ts';

const measurement = { quantity: 'pressure', value: '1013.25', unit: 'hPa', measuredAt: '2026-02-01T08:00:00Z' };
const observation = (more: object = {}) => ({ ...measurement, site: { connect: { id: 'a-open' } }, ...more });

const createObservation = `mutation ($data: ObservationCreateInput!) { createObservation(data: $data) {
  quantity value status authorId site { id } reviewer { id } corrects { id } tags { nodes { slug } } comments { nodes { body authorId } }
} }`;

describe('create', () => {
  it('fills in what nobody gave: defaults, and the viewer as the author', async () => {
    await using platform = await openTestPlatform();
    const { data, errors } = await platform
      .as('alice')
      .run(
        `mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id status createdAt updatedAt author { name } } }`,
        { data: observation() },
      );
    expect(errors).toBe(undefined);
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(data).toEqual({
      createObservation: {
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        status: 'DRAFT',
        createdAt: moment,
        updatedAt: moment,
        author: { name: 'Alice' },
      },
    });
  });

  it('ties it to rows that are there, and creates others with it', async () => {
    await using platform = await openTestPlatform();
    const data = observation({
      corrects: { connect: { id: 'a-open-published' } },
      tags: { connect: [{ slug: 'rain' }, { slug: 'wind' }], create: [{ slug: 'new', label: 'New' }] },
      comments: { create: [{ body: 'first' }, { body: 'second' }] },
    });
    const answer = await platform.as('alice').run(createObservation, { data });
    expect(answer).toEqual({
      data: {
        createObservation: {
          quantity: 'pressure',
          value: '1013.25',
          status: 'DRAFT',
          authorId: 'alice',
          site: { id: 'a-open' },
          reviewer: null,
          corrects: { id: 'a-open-published' },
          tags: { nodes: [{ slug: 'new' }, { slug: 'rain' }, { slug: 'wind' }] },
          comments: {
            nodes: [
              {
                body: 'first',
                authorId: 'alice',
              },
              {
                body: 'second',
                authorId: 'alice',
              },
            ],
          },
        },
      },
    });
  });

  it('creates rows within rows, three deep', async () => {
    await using platform = await openTestPlatform();
    const site = {
      name: 'New site',
      latitude: '1.5',
      longitude: '2.5',
      city: { connect: { id: 1 } },
      observations: {
        create: [
          {
            ...measurement,
            tags: { connect: [{ slug: 'wind' }] },
          },
        ],
      },
    };
    const answer = await platform.as('ed').run(
      `mutation ($data: SurveyCreateInput!) { createSurvey(data: $data) {
        title visibility organization { slug } sites { nodes { name city { name } observations { nodes { unit authorId tags { nodes { slug } } } } } }
      } }`,
      { data: { title: 'New survey', organization: { connect: { slug: 'org-a' } }, sites: { create: [site] } } },
    );
    expect(answer).toEqual({
      data: {
        createSurvey: {
          title: 'New survey',
          visibility: 'PRIVATE',
          organization: { slug: 'org-a' },
          sites: {
            nodes: [
              {
                name: 'New site',
                city: { name: 'Utrecht' },
                observations: {
                  nodes: [
                    {
                      unit: 'hPa',
                      authorId: 'ed',
                      tags: { nodes: [{ slug: 'wind' }] },
                    },
                  ],
                },
              },
            ],
          },
        },
      },
    });
  });

  it('keeps nothing when something in it is refused', async () => {
    await using platform = await openTestPlatform();
    const alice = platform.as('alice');
    const data = observation({
      tags: {
        create: [
          { slug: 'new', label: 'New' },
          { slug: 'frost', label: 'There is one' },
        ],
      },
    });
    const { errors } = await alice.run(createObservation, { data });
    expect(errors).toMatchObject([{ code: 'CONFLICT', inputPath: 'data.tags.create[1]' }]);
    expect(await platform.as('root').ids('tags', {}, 'slug')).toEqual(['frost', 'rain', 'wind']);
    expect(await platform.as('root').ids('observations', { where: { unit: { equals: 'hPa' } } })).toEqual([]);
  });

  it('answers null when the new row may not be read, and has created it', async () => {
    const draft = policy('Tag', ({ where, role }) => ({
      read: any(role('admin'), where({ label: { equals: 'public' } })),
      create: signedIn,
      fields: { slug: open, label: open, observations: readOnly },
    }));
    await using platform = await openTestPlatform({ policies: [draft] });
    const document =
      'mutation { a: createTag(data: { slug: "a", label: "public" }) { slug } b: createTag(data: { slug: "b", label: "private" }) { slug } }';
    expect(await platform.as('alice').run(document)).toEqual({ data: { a: { slug: 'a' }, b: null } });
    expect(await platform.as('root').ids('tags', { where: { slug: { in: ['a', 'b'] } } }, 'slug')).toEqual(['a', 'b']);
  });
});
