/**
 * The second wall: scope-auth on the field, should a statement ever be weakened. Rows come here from a resolver that
 * goes round the guard, whole and without the mark of what was withheld.
 */
import { describe, expect, it } from 'vitest';
import type { Extension } from '../../src/graphql/build-api.ts';
import { openTestPlatform } from '../support/platform.ts';

const row = {
  id: 'b-closed-published',
  quantity: 'q',
  value: '1',
  unit: 'u',
  measuredAt: new Date(),
  status: 'PUBLISHED',
  details: null,
  rawFrame: null,
  serialNumber: 1n,
  internalNote: 'the secret note',
  createdAt: new Date(),
  updatedAt: new Date(),
  siteId: 'b-closed',
  authorId: 'bob',
  reviewerId: 'root',
  correctsId: null,
};

/** What no guarded client would ever give: a row past the policy, with every value in it. */
const leak: Extension = (builder) =>
  builder.queryField('leak', (t) =>
    t.prismaField({ type: 'Observation', nullable: true, resolve: () => row as never }),
  );

const leakUser: Extension = (builder) =>
  builder.queryField('leakUser', (t) =>
    t.prismaField({
      type: 'User',
      nullable: true,
      resolve: () => ({
        id: 'bob',
        name: 'Bob',
        email: 'bob@example.test',
        passwordHash: 'hash-of-bob',
        createdAt: new Date(),
      }),
    }),
  );

describe('a row past the guard', () => {
  // A member reviews nothing now, and might tomorrow: what hangs on the row is the first wall's.
  it('shows no field that the viewer reads on no row, under no name', async () => {
    await using platform = await openTestPlatform({ extensions: [leak] });
    const { data, errors } = await platform.as('guest').run('{ leak { internalNote a: internalNote quantity } }');
    const refused = (path: string) => ({
      code: 'FORBIDDEN',
      message: 'You may not read Observation.internalNote. Leave it out, or ask for the right.',
      path,
    });
    expect([data, errors]).toEqual([
      { leak: { internalNote: null, a: null, quantity: 'q' } },
      [refused('leak.internalNote'), refused('leak.a')],
    ]);
  });

  it('shows a guest no e-mail address', async () => {
    await using platform = await openTestPlatform({ extensions: [leakUser] });
    expect(await platform.as('guest').run('{ leakUser { name email } }')).toEqual({
      data: { leakUser: { name: 'Bob', email: null } },
      errors: [
        {
          code: 'FORBIDDEN',
          message: 'You may not read User.email. Leave it out, or ask for the right.',
          path: 'leakUser.email',
        },
      ],
    });
  });

  it('leads to no other row: what is below it is asked of the guard', async () => {
    await using platform = await openTestPlatform({ extensions: [leak] });
    const { data, errors } = await platform
      .as('alice')
      .run('{ leak { site { name } author { name } comments { totalCount nodes { body } } tags { totalCount } } }');
    expect(errors).toBe(undefined);
    expect(data).toEqual({
      leak: { site: null, author: null, comments: { totalCount: 0, nodes: [] }, tags: { totalCount: 0 } },
    });
  });
});

describe('a mutation', () => {
  it('that the viewer may do on no row is refused before anything is read', async () => {
    await using platform = await openTestPlatform();
    const viewer = platform.as('guest');
    const mutations = [
      'createTag(data: { slug: "x", label: "x" })',
      'updateObservation(where: { id: "a-open-published" }, data: { unit: "x" })',
      'deleteSurvey(where: { id: "a-open" })',
      'upsertCountry(where: { code: "NL" }, create: { code: "NL", name: "", officialName: "", region: "", area: 0, landlocked: true, flag: "" }, update: { name: "" })',
      'createOrganization(data: { slug: "x", name: "x" })',
    ];
    for (const mutation of mutations) {
      const name = mutation.slice(0, mutation.indexOf('('));
      expect(await viewer.run(`mutation { ${mutation} { __typename } }`)).toEqual({
        data: { [name]: null },
        errors: [
          { code: 'FORBIDDEN', message: `You may not do ${name}. Leave it out, or ask for the right.`, path: name },
        ],
      });
      expect(viewer.statements).toBe(0);
    }
  });
});
