/** The viewer's policy at every level of a read: rows, values, counts, conditions, orders. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policy } from '../../src/app/policies/language.ts';
import { open } from '../../src/policy/policy.ts';
import { any, anyone } from '../../src/policy/rule.ts';
import { observationFields } from '../support/open-fields.ts';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const ofStatus = (...ids: string[]) => ids.toSorted();

describe('the rows of a list', () => {
  it.each([
    ['guest', ['a-open-mallory-published', 'a-open-published', 'b-open-published']],
    ['mallory', ['a-open-mallory-draft', 'a-open-mallory-published', 'a-open-published', 'b-open-published']],
    [
      'alice',
      [
        'a-closed-draft',
        'a-closed-published',
        'a-closed-rejected',
        'a-closed-submitted',
        'a-open-draft',
        'a-open-mallory-published',
        'a-open-published',
        'a-open-rejected',
        'a-open-submitted',
        'b-open-published',
      ],
    ],
    [
      'rev',
      [
        'a-closed-draft',
        'a-closed-published',
        'a-closed-rejected',
        'a-closed-submitted',
        'a-open-draft',
        'a-open-mallory-draft',
        'a-open-mallory-published',
        'a-open-published',
        'a-open-rejected',
        'a-open-submitted',
        'b-open-published',
      ],
    ],
  ] as const)('are those that %s may read, and so is their number', async (name, expected) => {
    const viewer = platform.as(name);
    expect(await viewer.ids('observations', { orderBy: [{ id: 'asc' }] })).toEqual(expected);
    const { data } = await viewer.run('{ observations { totalCount } }');
    expect(data).toEqual({ observations: { totalCount: expected.length } });
  });
});

describe('a row at the other end', () => {
  it('is null where it may not be read, and so is its column', async () => {
    const document =
      '{ observation(where: { id: "a-open-published" }) { correctsId corrects { id } reviewer { name } reviewerId } }';
    expect(await platform.as('guest').run(document)).toEqual({
      data: { observation: { correctsId: null, corrects: null, reviewer: null, reviewerId: null } },
    });
    expect(await platform.as('alice').run(document)).toEqual({
      data: {
        observation: {
          correctsId: 'a-closed-published',
          corrects: { id: 'a-closed-published' },
          reviewer: { name: 'Rev' },
          reviewerId: 'rev',
        },
      },
    });
  });

  it('lists and counts what may be read there, under its own alias and filter', async () => {
    const { data } = await platform.as('bob').run(`{ tag(where: { slug: "frost" }) {
      all: observations(first: 100) { totalCount nodes { id } }
      published: observations(where: { status: { equals: PUBLISHED } }, first: 1, orderBy: [{ id: desc }]) { totalCount nodes { id site { survey { visibility } } } }
    } }`);
    const all = [
      'a-open-mallory-published',
      'a-open-published',
      ...['draft', 'published', 'rejected', 'submitted'].flatMap((one) => [`b-closed-${one}`]),
    ];
    const atOpen = ['draft', 'published', 'rejected', 'submitted'].map((one) => `b-open-${one}`);
    expect(data).toEqual({
      tag: {
        all: { totalCount: 10, nodes: ofStatus(...all, ...atOpen).map((id) => ({ id })) },
        published: { totalCount: 4, nodes: [{ id: 'b-open-published', site: { survey: { visibility: 'PUBLIC' } } }] },
      },
    });
  });
});

describe('a condition', () => {
  it.each([
    ['some', { observations: { some: { status: { equals: 'DRAFT' } } } }, []],
    // Whatever is not published at A is not there for a guest.
    ['every', { observations: { every: { status: { equals: 'PUBLISHED' } } } }, ['a-open', 'b-open']],
    ['none', { observations: { none: { status: { not: 'PUBLISHED' } } } }, ['a-open', 'b-open']],
    ['is', { survey: { is: { organization: { is: { slug: { equals: 'org-a' } } } } } }, ['a-open']],
  ])('looks at readable rows only: %s', async (_, where, expected) => {
    expect(await platform.as('guest').ids('sites', { where })).toEqual(expected);
  });

  it('on a value that is readable on some rows finds those only, and its opposite all others', async () => {
    const bob = platform.as('bob');
    // Reviewers of A read notes; Bob reviews nothing.
    await expect(bob.ids('observations', { where: { internalNote: { contains: 'b-open' } } })).resolves.toEqual([]);
    const rev = platform.as('rev');
    expect(await rev.ids('observations', { where: { internalNote: { contains: 'open-published' } } })).toEqual([
      'a-open-published',
    ]);
    const others = await rev.ids('observations', { where: { internalNote: { not: 'note of a-open-published' } } });
    expect(others).toHaveLength(10);
    expect(others).toContain('b-open-published');
  });

  it('on a column finds nothing by the key of a row that may not be read', async () => {
    const document = { where: { correctsId: { equals: 'a-closed-published' } } };
    expect(await platform.as('guest').ids('observations', document)).toEqual([]);
    expect(await platform.as('alice').ids('observations', document)).toEqual(['a-open-published']);
  });
});

describe('a key that the viewer may neither filter nor sort by', () => {
  const named = [
    policy('Tag', ({ role }) => ({
      read: anyone,
      fields: {
        slug: { read: anyone, filter: role('admin'), sort: role('admin') },
        label: open,
        observations: open,
      },
    })),
  ];

  it('still breaks ties, names rows in cursors, and is what `node` finds them by', async () => {
    await using strict = await openTestPlatform({ policies: named });
    const guest = strict.as('guest');
    const read = (args: string) => guest.run<Slugs>(`{ tags${args} { nodes { slug nodeId } pageInfo { endCursor } } }`);
    const whole = await read('');
    const slugs = whole.data.tags.nodes.map((tag) => tag.slug);
    expect(slugs).toEqual(slugs.toSorted());
    const first = await read('(first: 1)');
    const rest = await read(`(after: ${JSON.stringify(first.data.tags.pageInfo.endCursor)})`);
    expect([...first.data.tags.nodes, ...rest.data.tags.nodes]).toEqual(whole.data.tags.nodes);
    expect(await guest.run(`{ node(id: "${whole.data.tags.nodes[0]?.nodeId}") { ... on Tag { slug } } }`)).toEqual({
      data: { node: { slug: slugs[0] } },
    });
  });

  it('is refused where it is asked for', async () => {
    await using strict = await openTestPlatform({ policies: named });
    for (const args of ['where: { NOT: { slug: { equals: "x" } } }', 'orderBy: [{ slug: asc }]']) {
      const { errors } = await strict.as('guest').run(`{ tags(${args}) { totalCount } }`);
      expect(errors).toEqual([expect.objectContaining({ code: 'FORBIDDEN' })]);
    }
  });

  interface Slugs {
    tags: { nodes: { slug: string; nodeId: string }[]; pageInfo: { endCursor: string } };
  }
});

describe('a field that the viewer reads on no row', () => {
  const secret = [
    policy('Tag', ({ role }) => ({
      read: anyone,
      link: anyone,
      fields: { slug: open, label: { read: any(role('admin')) }, observations: { read: anyone, sort: role('admin') } },
    })),
  ];

  it.each([
    ['a filter', 'tags(where: { label: { equals: "RAIN" } }) { totalCount }', 'filter by Tag.label'],
    ['a filter in NOT', 'tags(where: { NOT: { label: { equals: "RAIN" } } }) { totalCount }', 'filter by Tag.label'],
    [
      'a filter in OR',
      'tags(where: { OR: [{ slug: { equals: "x" } }, { label: { not: null } }] }) { totalCount }',
      'filter by Tag.label',
    ],
    [
      'a filter over a relation',
      'observations(where: { tags: { every: { label: { equals: "x" } } } }) { totalCount }',
      'filter by Tag.label',
    ],
    ['an order', 'tags(orderBy: [{ label: asc }]) { nodes { slug } }', 'sort by Tag.label'],
    [
      'an order by number',
      'tags(orderBy: [{ observations: { _count: asc } }]) { nodes { slug } }',
      'sort by Tag.observations',
    ],
    [
      'a nested filter',
      'observations { nodes { tags(where: { label: { equals: "x" } }) { totalCount } } }',
      'filter by Tag.label',
    ],
    [
      'a nested order',
      'observations { nodes { tags(orderBy: [{ label: desc }]) { nodes { slug } } } }',
      'sort by Tag.label',
    ],
  ])('refuses %s before the database is asked', async (_, field, what) => {
    await using strict = await openTestPlatform({ policies: secret });
    const guest = strict.as('guest');
    const answer = await guest.run(`{ ${field} }`);
    const path = field.slice(0, field.search(/\W/));
    expect(answer).toEqual({
      data: null,
      errors: [{ code: 'FORBIDDEN', message: `You may not ${what}. Leave it out, or ask for the right.`, path }],
    });
    expect(guest.statements).toBe(0);
  });

  it('is null where it is selected, with an error that names it', async () => {
    await using strict = await openTestPlatform({ policies: secret });
    expect(await strict.as('guest').run('{ tag(where: { slug: "rain" }) { slug label } }')).toEqual({
      data: { tag: { slug: 'rain', label: null } },
      errors: [
        {
          code: 'FORBIDDEN',
          message: 'You may not read Tag.label. Leave it out, or ask for the right.',
          path: 'tag.label',
        },
      ],
    });
  });
});

describe('a relation that is readable on some rows', () => {
  /** Who wrote an observation sees who reviewed it and how it is tagged. The reviewers and tags are everybody's. */
  const ownersSee = policy('Observation', ({ owner, role }) => ({
    read: anyone,
    fields: {
      ...observationFields,
      reviewer: { read: any(role('admin'), owner('authorId')) },
      tags: { read: any(role('admin'), owner('authorId')) },
    },
  }));

  it('shows nothing on the others, though the same row is at the other end of one of these', async () => {
    await using strict = await openTestPlatform({ policies: [ownersSee] });
    // Rev has reviewed both; Alice wrote the first one only.
    const { data } = await strict.as('alice').run(`{
      mine: observation(where: { id: "a-open-published" }) { reviewer { id } reviewerId tags { totalCount nodes { slug } } }
      other: observation(where: { id: "a-open-mallory-published" }) { reviewer { id } reviewerId tags { totalCount nodes { slug } } }
    }`);
    expect(data).toEqual({
      mine: {
        reviewer: { id: 'rev' },
        reviewerId: 'rev',
        tags: { totalCount: 2, nodes: [{ slug: 'frost' }, { slug: 'rain' }] },
      },
      other: { reviewer: null, reviewerId: null, tags: { totalCount: 0, nodes: [] } },
    });
  });

  it('gives no order to the others', async () => {
    await using strict = await openTestPlatform({ policies: [ownersSee] });
    const where = { id: { in: ['a-open-draft', 'a-open-mallory-published', 'a-closed-draft', 'b-open-published'] } };
    const alice = strict.as('alice');
    // Alice's two have two tags and one; the others count as none, whatever they have.
    const byCount = await alice.ids('observations', { where, orderBy: [{ tags: { _count: 'desc' } }, { id: 'asc' }] });
    expect(byCount).toEqual(['a-open-draft', 'a-closed-draft', 'a-open-mallory-published', 'b-open-published']);
    const published = { id: { in: ['a-open-mallory-published', 'a-closed-published', 'b-open-published'] } };
    const byName = await alice.ids('observations', {
      where: published,
      orderBy: [{ reviewer: { name: 'desc' } }, { id: 'asc' }],
    });
    expect(byName).toEqual(['a-closed-published', 'a-open-mallory-published', 'b-open-published']);
  });
});
