/** Rows that may be there already, rows that go, and several of these in one operation. */
import { describe, expect, it } from 'vitest';
import { openTestPlatform } from '../support/platform.ts';

describe('upsert', () => {
  const upsert = `mutation ($slug: String!) { upsertTag(where: { slug: $slug }, create: { slug: $slug, label: "created" }, update: { label: "updated" }) { slug label } }`;

  it('updates the row that is there, or else creates one', async () => {
    await using platform = await openTestPlatform();
    const root = platform.as('root');
    expect(await root.run(upsert, { slug: 'rain' })).toEqual({
      data: { upsertTag: { slug: 'rain', label: 'updated' } },
    });
    expect(await root.run(upsert, { slug: 'hail' })).toEqual({
      data: { upsertTag: { slug: 'hail', label: 'created' } },
    });
  });

  it('needs both rights', async () => {
    await using platform = await openTestPlatform();
    // Whoever is signed in creates tags; editors change them.
    for (const slug of ['rain', 'hail']) {
      expect(await platform.as('alice').run(upsert, { slug })).toEqual({
        data: { upsertTag: null },
        errors: [
          {
            code: 'FORBIDDEN',
            message: 'You may not do upsertTag. Leave it out, or ask for the right.',
            path: 'upsertTag',
          },
        ],
      });
    }
  });
});

describe('delete', () => {
  it('answers with the row as it was, and what was around it', async () => {
    await using platform = await openTestPlatform();
    const alice = platform.as('alice');
    const document =
      'mutation { deleteObservation(where: { id: "a-closed-draft" }) { id value site { name } tags { nodes { slug } } comments { totalCount nodes { body } } } }';
    expect(await alice.run(document)).toEqual({
      data: {
        deleteObservation: {
          id: 'a-closed-draft',
          value: '4.25',
          site: { name: 'Site a-closed' },
          tags: { nodes: [{ slug: 'frost' }] },
          comments: { totalCount: 1, nodes: [{ body: 'by Alice' }] },
        },
      },
    });
    expect(await alice.run(document)).toEqual({
      data: { deleteObservation: null },
      errors: [
        {
          code: 'NOT_FOUND',
          message: 'No Observation matches. Check the key, and that you may see the row.',
          path: 'deleteObservation',
          inputPath: 'where',
        },
      ],
    });
  });

  it('of a row that others depend on is a conflict that names none of them', async () => {
    await using platform = await openTestPlatform();
    expect(await platform.as('root').run('mutation { deleteCity(where: { id: 1 }) { id } }')).toEqual({
      data: { deleteCity: null },
      errors: [
        {
          code: 'CONFLICT',
          message: 'Other rows depend on this City, or one that it depends on is gone. Change those first.',
          path: 'deleteCity',
          inputPath: 'where',
        },
      ],
    });
  });

  it('runs fields that were written by hand on the row as it was', async () => {
    await using platform = await openTestPlatform();
    const root = platform.as('root');
    const create =
      'mutation { createCity(data: { name: "X", latitude: "-1.5", longitude: "2", country: { connect: { code: "NL" } } }) { id coordinates } }';
    const { data } = await root.run<{ createCity: { id: number } }>(create);
    expect(data).toMatchObject({ createCity: { coordinates: '1.5 S 2 E' } });
    expect(
      await root.run('mutation ($id: Int!) { deleteCity(where: { id: $id }) { coordinates country { name } } }', {
        id: data.createCity.id,
      }),
    ).toEqual({
      data: { deleteCity: { coordinates: '1.5 S 2 E', country: { name: 'Netherlands' } } },
    });
  });
});

describe('several mutations in one operation', () => {
  it('run one after the other, and each stands for itself', async () => {
    await using platform = await openTestPlatform();
    const answer = await platform.as('alice').run(`mutation {
      a: createTag(data: { slug: "one", label: "One" }) { slug }
      b: createTag(data: { slug: "one", label: "Again" }) { slug }
      c: updateObservation(where: { id: "a-open-draft" }, data: { tags: { connect: [{ slug: "one" }] } }) { tags { nodes { label } } }
    }`);
    expect(answer).toEqual({
      data: {
        a: { slug: 'one' },
        b: null,
        c: { tags: { nodes: [{ label: 'FROST' }, { label: 'One' }, { label: 'RAIN' }] } },
      },
      errors: [
        {
          code: 'CONFLICT',
          message: 'A Tag with these unique values cannot be stored. Choose other values.',
          path: 'b',
          inputPath: 'data',
        },
      ],
    });
  });
});
