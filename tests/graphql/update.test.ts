/** Changed rows, and what they are tied to: everything that was said is done, or nothing is. */
import { describe, expect, it } from 'vitest';
import { openTestPlatform } from '../support/platform.ts';

describe('update', () => {
  const update =
    'mutation ($data: ObservationUpdateInput!, $id: String = "a-open-draft") { updateObservation(where: { id: $id }, data: $data) { unit status corrects { id } site { id } tags { nodes { slug } } comments { nodes { id } } } }';

  it('changes what it says and leaves the rest', async () => {
    await using platform = await openTestPlatform();
    const answer = await platform
      .as('alice')
      .run(update, { data: { unit: 'K', site: { connect: { id: 'a-closed' } } } });
    expect(answer).toEqual({
      data: {
        updateObservation: {
          unit: 'K',
          status: 'DRAFT',
          corrects: null,
          site: { id: 'a-closed' },
          tags: { nodes: [{ slug: 'frost' }, { slug: 'rain' }] },
          comments: { nodes: [] },
        },
      },
    });
  });

  it('moves updatedAt, and only that', async () => {
    await using platform = await openTestPlatform();
    const document = (field: string) =>
      `mutation { updateSurvey(where: { id: "a-open" }, data: { title: "${field}" }) { createdAt updatedAt } }`;
    const { data } = await platform
      .as('ed')
      .run<{ updateSurvey: { createdAt: string; updatedAt: string } }>(document('New title'));
    expect(data.updateSurvey.createdAt).toBe('2026-01-01T12:00:00.000Z');
    expect(Date.now() - new Date(data.updateSurvey.updatedAt).getTime()).toBeLessThan(60_000);
  });

  it('ties and unties', async () => {
    await using platform = await openTestPlatform();
    const alice = platform.as('alice');
    const first = {
      corrects: { connect: { id: 'a-closed-draft' } },
      tags: { connect: [{ slug: 'wind' }, { slug: 'rain' }], disconnect: [{ slug: 'frost' }] },
    };
    expect(await alice.run(update, { data: first })).toMatchObject({
      data: {
        updateObservation: {
          corrects: { id: 'a-closed-draft' },
          tags: { nodes: [{ slug: 'rain' }, { slug: 'wind' }] },
        },
      },
    });
    expect(await alice.run(update, { data: { corrects: { disconnect: true } } })).toMatchObject({
      data: { updateObservation: { corrects: null } },
    });
  });

  it('takes a row of its own along, where both may be changed', async () => {
    await using platform = await openTestPlatform();
    const ed = platform.as('ed');
    const document =
      'mutation ($data: SurveyUpdateInput!) { updateSurvey(where: { id: "a-open" }, data: $data) { sites { nodes { id } } } }';
    expect(await ed.run(document, { data: { sites: { connect: [{ id: 'a-closed' }] } } })).toEqual({
      data: { updateSurvey: { sites: { nodes: [{ id: 'a-closed' }, { id: 'a-open' }] } } },
    });
    expect(await ed.run(document, { data: { sites: { connect: [{ id: 'b-open' }] } } })).toEqual({
      data: { updateSurvey: null },
      errors: [
        {
          code: 'NOT_FOUND',
          message: 'No Site matches. Check the key, and that you may see the row.',
          path: 'updateSurvey',
          inputPath: 'data.sites.connect[0]',
        },
      ],
    });
  });

  it('of nothing changes nothing, and answers with the row', async () => {
    await using platform = await openTestPlatform();
    expect(await platform.as('alice').run(update, { data: {} })).toMatchObject({
      data: { updateObservation: { unit: 'Cel' } },
    });
  });

  it('refuses to do several things to one row at once, and none: nothing is dropped', async () => {
    await using platform = await openTestPlatform();
    const both = { connect: { id: 'a-closed-draft' }, disconnect: true };
    for (const corrects of [both, {}]) {
      const { errors } = await platform.as('alice').run(update, { data: { corrects } });
      expect(errors).toMatchObject([
        { code: 'BAD_REQUEST', message: expect.stringContaining('Exactly one key must be specified') },
      ]);
    }
    expect(
      await platform
        .as('alice')
        .ids('observations', { where: { corrects: { is: { id: { equals: 'a-closed-draft' } } } } }),
    ).toEqual([]);
  });

  it.each([
    ['nothing to do', { tags: {} }, 'data.tags'],
    ['null', { site: null }, 'data.site'],
    ['a disconnection that is none', { corrects: { disconnect: false } }, 'data.corrects'],
    ['a required column without a value', { unit: null }, 'data.unit'],
  ])('refuses %s, with its place', async (_, data, inputPath) => {
    await using platform = await openTestPlatform();
    const { errors } = await platform.as('alice').run(update, { data });
    expect(errors).toMatchObject([{ code: 'BAD_INPUT', inputPath }]);
  });

  it('can give a row another key, and answers with it', async () => {
    await using platform = await openTestPlatform();
    const { data } = await platform
      .as('root')
      .run(
        'mutation { updateTag(where: { slug: "rain" }, data: { slug: "drizzle" }) { slug nodeId observations { totalCount } } }',
      );
    expect(data).toEqual({
      updateTag: {
        slug: 'drizzle',
        nodeId: Buffer.from('Tag:["drizzle"]').toString('base64url'),
        observations: { totalCount: 10 },
      },
    });
  });

  it('on a key of several fields names the row by all of them', async () => {
    await using platform = await openTestPlatform();
    const where = { userId_organizationId: { userId: 'alice', organizationId: 'a' } };
    const document =
      'mutation ($where: MembershipUniqueWhere!) { updateMembership(where: $where, data: { role: REVIEWER }) { userId role } }';
    expect(await platform.as('root').run(document, { where })).toEqual({
      data: { updateMembership: { userId: 'alice', role: 'REVIEWER' } },
    });
  });
});
