/** Fields that an application writes itself (`src/app/fields`), and what is selected below them: the same policy, few statements. */
import { describe, expect, it } from 'vitest';
import type { Extension } from '../../src/graphql/build-api.ts';
import { openTestPlatform } from '../support/platform.ts';

describe('latestObservations', () => {
  const query = (selection: string) => `{ latestObservations(quantity: "humidity", first: 50) { ${selection} } }`;

  it('lists what the viewer may read', async () => {
    await using platform = await openTestPlatform();
    const idsFor = async (name: 'guest' | 'bob' | 'rev') => {
      const { data } = await platform.as(name).run<{ latestObservations: { id: string }[] }>(query('id'));
      return data.latestObservations.map(({ id }) => id);
    };
    expect(await idsFor('guest')).toEqual(['a-open-mallory-published']);
    expect(await idsFor('bob')).toEqual([
      'a-open-mallory-published',
      'b-closed-rejected',
      'b-closed-submitted',
      'b-open-rejected',
      'b-open-submitted',
    ]);
    expect(await idsFor('rev')).toEqual([
      'a-open-mallory-published',
      'a-closed-rejected',
      'a-closed-submitted',
      'a-open-rejected',
      'a-open-submitted',
    ]);
  });

  it('withholds what the viewer may not read, with an error for each', async () => {
    await using platform = await openTestPlatform();
    expect(await platform.as('guest').run(query('id internalNote correctsId'))).toEqual({
      data: { latestObservations: [{ id: 'a-open-mallory-published', internalNote: null, correctsId: null }] },
      errors: [
        {
          code: 'FORBIDDEN',
          message: 'You may not read Observation.internalNote. Leave it out, or ask for the right.',
          path: 'latestObservations.0.internalNote',
        },
      ],
    });
  });

  it('loads each relation below it once for all rows', async () => {
    await using platform = await openTestPlatform();
    const root = platform.as('root');
    const selection = `id site { name survey { title } } tags(orderBy: [{ slug: desc }]) { totalCount nodes { slug } } other: tags(first: 1) { nodes { slug } } comments { nodes { author { name } } }`;
    const { data, errors } = await root.run<{ latestObservations: object[] }>(query(selection));
    expect(errors).toBe(undefined);
    expect(data.latestObservations).toHaveLength(9);
    expect(data.latestObservations.at(-1)).toEqual({
      id: 'a-open-submitted',
      site: {
        name: 'Site a-open',
        survey: { title: 'Open air' },
      },
      tags: {
        totalCount: 2,
        nodes: [{ slug: 'rain' }, { slug: 'frost' }],
      },
      other: { nodes: [{ slug: 'frost' }] },
      comments: { nodes: [] },
    });
    // One for the rows, and one for each of the four relations.
    expect(root.statements).toBe(5);
  });

  it('keeps apart what differs in its values only', async () => {
    await using platform = await openTestPlatform();
    const tags = (a: string, b: string) =>
      `{ nodes: tags(where: { slug: { not: ${a} }, label: { not: ${b} } }) { nodes { slug } } }`;
    const field = (alias: string, selection: string) =>
      `${alias}: latestObservations(quantity: "humidity", first: 1) ${selection}`;
    const { data } = await platform
      .as('guest')
      .run(`{ ${field('one', tags('"rain,x"', '"FROST"'))} ${field('two', tags('"rain"', '"x,FROST"'))} }`);
    expect(data).toEqual({
      one: [{ nodes: { nodes: [{ slug: 'rain' }] } }],
      two: [{ nodes: { nodes: [{ slug: 'frost' }] } }],
    });
  });
});

describe('submitObservation', () => {
  const submit = 'mutation ($id: String!) { submitObservation(id: $id) { status site { name } tags { totalCount } } }';

  it('does what its author may do', async () => {
    await using platform = await openTestPlatform();
    expect(await platform.as('alice').run(submit, { id: 'a-open-draft' })).toEqual({
      data: { submitObservation: { status: 'SUBMITTED', site: { name: 'Site a-open' }, tags: { totalCount: 2 } } },
    });
  });

  it.each([
    ['guest', 'a-open-draft', { code: 'FORBIDDEN' }],
    [
      'alice',
      'nowhere',
      { code: 'NOT_FOUND', message: 'No draft matches. Check the key, and that you may see the row.', inputPath: 'id' },
    ],
    [
      'alice',
      'b-closed-draft',
      { code: 'NOT_FOUND', message: 'No draft matches. Check the key, and that you may see the row.', inputPath: 'id' },
    ],
    [
      'alice',
      'a-open-submitted',
      { code: 'NOT_FOUND', message: 'No draft matches. Check the key, and that you may see the row.', inputPath: 'id' },
    ],
    // She reads her old draft, and may no longer change it.
    [
      'mallory',
      'a-open-mallory-draft',
      {
        code: 'NOT_FOUND',
        message: 'No Observation matches. Check the key, and that you may see the row.',
        inputPath: 'where',
      },
    ],
  ] as const)('is refused to %s on %s', async (name, id, expected) => {
    await using platform = await openTestPlatform();
    const { data, errors } = await platform.as(name).run(submit, { id });
    expect([data, errors]).toEqual([{ submitObservation: null }, [expect.objectContaining(expected)]]);
  });
});

describe('a field of an object', () => {
  it('is given the columns that it computes from, though only it is selected', async () => {
    await using platform = await openTestPlatform();
    const { data } = await platform
      .as('guest')
      .run('{ cities { nodes { coordinates } } city(where: { id: 1 }) { coordinates } }');
    expect(data).toEqual({
      cities: { nodes: [{ coordinates: '52.09083 N 5.12222 E' }, { coordinates: '51.05 N 3.71667 E' }] },
      city: { coordinates: '52.09083 N 5.12222 E' },
    });
  });
});

describe('a field that asks the guarded client for more than it shows', () => {
  /** It loads tags of its own accord; what is selected below it has its own arguments. */
  const included: Extension = (builder) =>
    builder.queryField('withTags', (t) =>
      t.prismaField({
        type: 'Observation',
        nullable: true,
        resolve: (_query, _root, _args, { database }) =>
          database.client.observation.findUnique({
            where: { id: 'a-open-published' },
            include: { tags: true, site: true, corrects: true },
          }),
      }),
    );

  it('answers the selection, not what was loaded before', async () => {
    await using platform = await openTestPlatform({ extensions: [included] });
    const { data, errors } = await platform
      .as('guest')
      .run(
        '{ withTags { site { name } corrects { id } tags(first: 1, orderBy: [{ slug: desc }]) { totalCount nodes { slug } pageInfo { hasNextPage } } } }',
      );
    expect(errors).toBe(undefined);
    expect(data).toEqual({
      withTags: {
        site: { name: 'Site a-open' },
        corrects: null,
        tags: { totalCount: 2, nodes: [{ slug: 'rain' }], pageInfo: { hasNextPage: true } },
      },
    });
  });
});

describe('a mutation that returns the same row twice', () => {
  const touch: Extension = (builder) =>
    builder.mutationField('touch', (t) =>
      t.prismaField({
        type: 'Observation',
        nullable: true,
        resolve: (_query, _root, _args, { database }) =>
          database.client.observation.findUnique({ where: { id: 'a-open-draft' } }),
      }),
    );

  it('shows below it what the mutation between them has written', async () => {
    await using platform = await openTestPlatform({ extensions: [touch] });
    const { data } = await platform.as('alice').run(`mutation {
      before: touch { tags { totalCount } }
      updateObservation(where: { id: "a-open-draft" }, data: { tags: { connect: [{ slug: "wind" }] } }) { id }
      after: touch { tags { totalCount } }
    }`);
    expect(data).toEqual({
      before: { tags: { totalCount: 2 } },
      updateObservation: { id: 'a-open-draft' },
      after: { tags: { totalCount: 3 } },
    });
  });
});
