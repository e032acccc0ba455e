/** Lists as GraphQL shows them: edges and nodes, pages, numbers, aliases, fragments, variables. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const slugs = (...list: string[]) => ({ nodes: list.map((slug) => ({ slug })) });

describe('a connection', () => {
  it('shows the same rows as edges and as nodes, by their key unless told otherwise', async () => {
    const { data } = await platform
      .as('guest')
      .run('{ tags { totalCount nodes { slug } edges { node { label } } pageInfo { hasNextPage hasPreviousPage } } }');
    expect(data).toEqual({
      tags: {
        totalCount: 3,
        ...slugs('frost', 'rain', 'wind'),
        edges: ['FROST', 'RAIN', 'WIND'].map((label) => ({ node: { label } })),
        pageInfo: { hasNextPage: false, hasPreviousPage: false },
      },
    });
  });

  it('shows what is selected of it: a part asks for no more', async () => {
    const guest = platform.as('guest');
    for (const [part, expected] of [
      ['totalCount', { totalCount: 3 }],
      ['__typename', { __typename: 'TagConnection' }],
      ['edges { __typename }', { edges: [1, 2, 3].map(() => ({ __typename: 'TagEdge' })) }],
      ['pageInfo { hasNextPage }', { pageInfo: { hasNextPage: false } }],
      ['nodes { __typename }', { nodes: [1, 2, 3].map(() => ({ __typename: 'Tag' })) }],
      ['edges { cursor } ', { edges: [1, 2, 3].map(() => ({ cursor: expect.any(String) })) }],
    ] as const) {
      expect(await guest.run(`{ tags { ${part} } }`)).toEqual({ data: { tags: expected } });
    }
  });

  it('of nothing is empty, and has no cursors', async () => {
    const none = '(where: { slug: { equals: "x" } })';
    expect(
      await platform
        .as('guest')
        .run(
          `{ tags${none} { totalCount nodes { slug } edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
        ),
    ).toEqual({
      data: {
        tags: {
          totalCount: 0,
          nodes: [],
          edges: [],
          pageInfo: { startCursor: null, endCursor: null, hasNextPage: false, hasPreviousPage: false },
        },
      },
    });
  });

  it('has twenty rows to a page unless told otherwise', async () => {
    const { data } = await platform
      .as('root')
      .run<Record<'observations', { nodes: object[]; totalCount: number }>>(
        '{ observations { totalCount nodes { id } } }',
      );
    expect([data.observations.totalCount, data.observations.nodes.length]).toEqual([18, 18]);
    await using own = await openTestPlatform();
    const root = own.as('root');
    const many = Array.from(
      { length: 20 },
      (_, at) => `t${at}: createTag(data: { slug: "t${at}", label: "" }) { slug }`,
    );
    await root.run(`mutation { ${many.join(' ')} }`);
    const more = await root.run<Record<'tags', { nodes: object[]; pageInfo: object }>>(
      '{ tags { nodes { slug } pageInfo { hasNextPage } } }',
    );
    expect([more.data.tags.nodes.length, more.data.tags.pageInfo]).toEqual([20, { hasNextPage: true }]);
  });
});

describe('one field of a row', () => {
  it('stands under several names, each with its own arguments', async () => {
    const { data } = await platform.as('guest').run(`{ observation(where: { id: "a-open-published" }) {
      first: tags(first: 1) { nodes { slug } } last: tags(last: 1) { nodes { slug } }
      frost: tags(where: { slug: { equals: "frost" } }) { totalCount } none: tags(where: { slug: { in: [] } }) { totalCount }
      tags { totalCount }
    } }`);
    expect(data).toEqual({
      observation: {
        first: slugs('frost'),
        last: slugs('rain'),
        frost: { totalCount: 1 },
        none: { totalCount: 0 },
        tags: { totalCount: 2 },
      },
    });
  });

  it('is put together from fragments, which may overlap', async () => {
    const { data } = await platform.as('guest').run(`
      query ($no: Boolean = false) { observation(where: { id: "a-open-published" }) { ...A ...B ... on Observation { unit } ... on Node { nodeId } value @include(if: $no) quantity @skip(if: $no) } }
      fragment A on Observation { site { name survey { title } } tags { nodes { slug } } }
      fragment B on Observation { site { id survey { visibility } } tags { totalCount nodes { label } } }
    `);
    expect(data).toEqual({
      observation: {
        unit: 'Cel',
        quantity: 'air temperature',
        nodeId: expect.any(String),
        site: {
          id: 'a-open',
          name: 'Site a-open',
          survey: {
            title: 'Open air',
            visibility: 'PUBLIC',
          },
        },
        tags: {
          totalCount: 2,
          nodes: [
            {
              slug: 'frost',
              label: 'FROST',
            },
            {
              slug: 'rain',
              label: 'RAIN',
            },
          ],
        },
      },
    });
  });

  it('takes variables, and their defaults, at every depth', async () => {
    const document = `query ($slugs: [String!], $first: Int = 1, $order: SortOrder = desc) {
      tags(where: { slug: { in: $slugs } }, orderBy: [{ slug: $order }]) { nodes { slug observations(first: $first, where: { tags: { some: { slug: { in: $slugs } } } }) { nodes { id } } } }
    }`;
    expect(await platform.as('guest').run(document, { slugs: ['rain', 'wind'] })).toEqual({
      data: {
        tags: {
          nodes: [
            { slug: 'wind', observations: { nodes: [] } },
            { slug: 'rain', observations: { nodes: [{ id: 'a-open-mallory-published' }] } },
          ],
        },
      },
    });
  });
});

describe('one row', () => {
  it.each([
    ['organization(where: { slug: "org-a" }) { id }', { id: 'a' }],
    ['organization(where: { id: "a" }) { slug }', { slug: 'org-a' }],
    ['survey(where: { organizationId_title: { organizationId: "a", title: "Open air" } }) { id }', { id: 'a-open' }],
    [
      'city(where: { countryCode_name_latitude_longitude: { countryCode: "NL", name: "Utrecht", latitude: "52.09083", longitude: 5.12222 } }) { id }',
      { id: 1 },
    ],
    ['survey(where: { organizationId_title: { organizationId: "b", title: "Cellars" } }) { id }', null],
    ['tag(where: { slug: "x" }) { slug }', null],
  ])('is named by any of its keys: %s', async (field, expected) => {
    const name = field.slice(0, field.indexOf('('));
    expect(await platform.as('alice').run(`{ ${field} }`)).toEqual({ data: { [name]: expected } });
  });

  it.each([
    ['none of its keys', '{}'],
    ['two of its keys', '{ id: "a", slug: "org-a" }'],
    ['a key without a value', '{ id: null }'],
  ])('is not named by %s (attack 43)', async (_, where) => {
    const viewer = platform.as('root');
    const { errors, data } = await viewer.run(`{ organization(where: ${where}) { id } }`);
    expect([data, errors?.map(({ code }) => code)]).toEqual([null, ['BAD_REQUEST']]);
    expect(viewer.statements).toBe(0);
  });

  it('is not named by two keys in a variable either, whatever one of them says (attack 43)', async () => {
    for (const where of [{ id: 'a', slug: 'org-a' }, { id: 'a', slug: null }, {}, { id: null }]) {
      const viewer = platform.as('root');
      const { errors } = await viewer.run(
        'query ($where: OrganizationUniqueWhere!) { organization(where: $where) { id } }',
        { where },
      );
      expect(errors).toHaveLength(1);
      expect(viewer.statements).toBe(0);
    }
  });
});

describe('an argument that cannot be read', () => {
  it.each([
    [
      'where: { label: null }',
      '"where.label" is not an object. Give conditions such as { name: { equals: "x" } }.',
      'where.label',
    ],
    ['where: { OR: null }', '"where.OR" is not a list. Give a list.', 'where.OR'],
    [
      'where: { label: { lt: null } }',
      '"lt" compares with null. Use { equals: null } for absent values.',
      'where.label.lt',
    ],
    ['where: { label: { in: null } }', '"where.label.in" is not a list. Give a list.', 'where.label.in'],
    ['orderBy: [{}]', '"orderBy[0]" does not have exactly one field. Give one field in each object.', 'orderBy[0]'],
    [
      'orderBy: [{ slug: asc, label: asc }]',
      '"orderBy[0]" does not have exactly one field. Give one field in each object.',
      'orderBy[0]',
    ],
    ['orderBy: [{ slug: null }]', '"orderBy[0].slug" is neither asc nor desc. Give one of them.', 'orderBy[0].slug'],
    [
      'orderBy: [{ observations: null }]',
      '"orderBy[0].observations" does not have exactly one field. Give one field in each object.',
      'orderBy[0].observations',
    ],
  ])('is refused with its place, not left out: %s', async (args, message, inputPath) => {
    const guest = platform.as('guest');
    expect(await guest.run(`{ tags(${args}) { nodes { slug } } }`)).toEqual({
      data: null,
      errors: [{ code: 'BAD_INPUT', message, path: 'tags', inputPath }],
    });
    expect(guest.statements).toBe(0);
  });
});
