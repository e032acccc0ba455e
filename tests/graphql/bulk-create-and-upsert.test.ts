/** Many rows at once that are created, or changed where they are there: what is counted, refused, undone, and how many statements it takes. */
import { describe, expect, it } from 'vitest';
import { nobody } from '../../src/policy/rule.ts';
import { byEngine } from '../support/requirements.ts';
import { difference, openTinyService, type TinyDesign } from '../support/tiny-service.ts';

/** Of 1,000 goods. */
const insertsOfMany = byEngine('one statement inserts up to 4,000 values, on MariaDB 30,000', {
  sqlite: 2,
  mysql: 1,
  postgresql: 2,
});

const tooManyPlaces = '31 decimal places; this database keeps 30';
const tooManyDigits = byEngine('Decimals: SQLite keeps 15 digits, servers 35 before the point and 30 behind it', {
  sqlite: '31 digits; this database keeps 15',
  mysql: tooManyPlaces,
  postgresql: tooManyPlaces,
});

/** Goods of shops; a shop's own articles are numbered. Goods called "banned" may not be there, and secret ones not be seen. */
const shops: TinyDesign = {
  prisma: `
model Shop {
  id    Int    @id @default(autoincrement())
  code  String @unique
  goods Good[]
}
model Good {
  id      Int      @id @default(autoincrement())
  article Int
  name    String
  price   Decimal  @default(1)
  secret  Boolean  @default(false)
  seen    DateTime @updatedAt
  shopId  Int
  shop    Shop     @relation(fields: [shopId], references: [id])
  labels  Label[]

  @@unique([shopId, article])
}
model Label {
  word  String @id
  goods Good[]
}`,
  rows: `
insert into Shop (id, code) values (1, 'north'), (2, 'south');
insert into Good (id, article, name, price, secret, seen, shopId) values
  (1, 1, 'apple', 1.5, 0, '2026-01-01T00:00:00.000+00:00', 1),
  (2, 2, 'pear', 2, 0, '2026-01-01T00:00:00.000+00:00', 1),
  (3, 3, 'truffle', 90, 1, '2026-01-01T00:00:00.000+00:00', 1);
insert into Label (word) values ('fresh'), ('sweet');`,
  policies: {
    Good: ({ where }) => ({
      read: where({ secret: { equals: false } }),
      create: where({ name: { not: 'banned' } }),
      update: where({ name: { not: 'banned' } }),
    }),
    Shop: () => ({ create: nobody }),
  },
};

const good = (article: number, more: object = {}) => ({
  article,
  name: `good ${article}`,
  shop: { connect: { id: 1 } },
  ...more,
});
const many = (count: number, make: (at: number) => object) => Array.from({ length: count }, (_, at) => make(at));

const create = 'mutation ($data: [GoodCreateInput!]!, $preview: Boolean) { createGoods(data: $data, preview: $preview)';
const upsert =
  'mutation ($by: GoodKeyName!, $data: [GoodCreateInput!]!, $preview: Boolean) { upsertGoods(by: $by, data: $data, preview: $preview)';

const refused = (field: string, code: string, message: string, inputPath: string) => ({
  data: null,
  errors: [{ code, message, path: field, inputPath }],
});
const conflict = 'A Good with these unique values cannot be stored. Choose other values.';

describe('createXs', () => {
  it('answers with the rows in their order, under each name that they are asked by', async () => {
    await using service = await openTinyService(shops);
    const data = [
      good(12),
      good(11, { labels: { connect: [{ word: 'sweet' }], create: [{ word: 'new' }] } }),
      good(10),
    ];
    const select = `{ count created updated same deleted denied cascades { model }
      nodes { article name price shop { code } } first: nodes(first: 1) { article } none: nodes(first: 0) { article }
      tagged: nodes { article labels { nodes { word } } } } }`;
    expect(await service.run(`${create} ${select}`, { data })).toEqual({
      data: {
        createGoods: {
          count: 3,
          created: 3,
          updated: 0,
          same: 0,
          deleted: 0,
          denied: 0,
          cascades: [],
          nodes: [12, 11, 10].map((article) => ({
            article,
            name: `good ${article}`,
            price: '1',
            shop: { code: 'north' },
          })),
          first: [{ article: 12 }],
          none: [],
          tagged: [
            { article: 12, labels: { nodes: [] } },
            { article: 11, labels: { nodes: [{ word: 'new' }, { word: 'sweet' }] } },
            { article: 10, labels: { nodes: [] } },
          ],
        },
      },
    });
  });

  it('leaves out of its nodes what the viewer may not read, and has created it', async () => {
    await using service = await openTinyService(shops);
    const data = [good(20), good(21, { secret: true }), good(22)];
    expect(await service.run(`${create} { created nodes { article } } }`, { data })).toEqual({
      data: { createGoods: { created: 3, nodes: [{ article: 20 }, { article: 22 }] } },
    });
    expect(await service.sql('select article from Good where article >= 20 order by 1')).toEqual([[20], [21], [22]]);
  });

  it('takes 1,000 rows in few statements, and not one more', async () => {
    await using service = await openTinyService(shops);
    const answer = await service.run(`${create} { count nodes(first: 1000) { article } } }`, {
      data: many(1000, (at) => good(100 + at)),
    });
    expect(answer).toMatchObject({ data: { createGoods: { count: 1000 } } });
    // One to find the shop, the inserts, one to judge the new rows, one to read them.
    expect(service.statements).toBe(3 + insertsOfMany);
    const before = await service.everything();
    expect(await service.run(`${create} { count } }`, { data: many(1001, (at) => good(2000 + at)) })).toEqual(
      refused('createGoods', 'BAD_INPUT', '"data" holds 1001 rows. Give 1000 at most.', 'data'),
    );
    expect(difference(before, await service.everything())).toEqual([]);
  });

  it('of no rows does nothing', async () => {
    await using service = await openTinyService(shops);
    expect(await service.run(`${create} { count nodes { id } } }`, { data: [] })).toEqual({
      data: { createGoods: { count: 0, nodes: [] } },
    });
  });

  it.each([
    [
      'a row that may not be so',
      good(30, { name: 'banned' }),
      'FORBIDDEN',
      'You may not create this Good. Leave it out, or ask for the right.',
      'data[500]',
    ],
    ['a key that is taken', good(1), 'CONFLICT', conflict, 'data[500]'],
    ['a key that is given twice', good(1499), 'CONFLICT', conflict, 'data[500]'],
    ['a key of a row that may not be seen', good(3), 'CONFLICT', conflict, 'data[500]'],
    [
      'a link to nothing',
      { ...good(30), shop: { connect: { code: 'west' } } },
      'NOT_FOUND',
      'No Shop matches. Check the key, and that you may see the row.',
      'data[500].shop.connect',
    ],
    [
      'a tie to nothing',
      { ...good(30), labels: { connect: [{ word: 'sour' }] } },
      'NOT_FOUND',
      'No Label matches. Check the key, and that you may see the row.',
      'data[500].labels.connect[0]',
    ],
    [
      'a value that cannot be kept',
      good(30, { price: `0.${'1'.repeat(31)}` }),
      'BAD_INPUT',
      `"data[500].price" has ${tooManyDigits}. Give fewer digits.`,
      'data[500].price',
    ],
  ])('names the row in the middle that is refused, and keeps none: %s', async (_, bad, code, message, inputPath) => {
    await using service = await openTinyService(shops);
    const before = await service.everything();
    const data = many(999, (at) => good(1000 + at));
    data.splice(500, 0, bad);
    expect(await service.run(`${create} { count } }`, { data })).toEqual(
      refused('createGoods', code, message, inputPath),
    );
    expect(difference(before, await service.everything())).toEqual([]);
  });

  it('previewed, tells everything and changes nothing', async () => {
    await using service = await openTinyService(shops);
    const before = await service.everything();
    const data = [good(40, { labels: { create: [{ word: 'odd' }] } }), good(41)];
    const select = '{ count created nodes { article labels { nodes { word } } } } }';
    const first = await service.run(`${create} ${select}`, { data, preview: true });
    expect(first).toEqual({
      data: {
        createGoods: {
          count: 2,
          created: 2,
          nodes: [
            { article: 40, labels: { nodes: [{ word: 'odd' }] } },
            { article: 41, labels: { nodes: [] } },
          ],
        },
      },
    });
    expect(difference(before, await service.everything())).toEqual([]);
    expect(await service.run(`${create} ${select}`, { data, preview: true })).toEqual(first);
    expect(await service.run(`${create} { count } }`, { data: [good(1)], preview: true })).toEqual(
      refused('createGoods', 'CONFLICT', conflict, 'data[0]'),
    );
  });
});

describe('upsertXs', () => {
  it('by a compound key through a relation: creates, updates and leaves the same', async () => {
    await using service = await openTinyService(shops);
    const before = await service.everything();
    const data = [
      { article: 1, name: 'apple', price: '1.50', shop: { connect: { id: 1 } } },
      { article: 2, name: 'quince', shop: { connect: { code: 'north' } } },
      { article: 9, name: 'plum', shop: { connect: { code: 'south' } } },
    ];
    const answer = await service.run(`${upsert} { count created updated same nodes { id name shop { code } } } }`, {
      by: 'shopId_article',
      data,
    });
    expect(answer).toEqual({
      data: {
        upsertGoods: {
          count: 2,
          created: 1,
          updated: 1,
          same: 1,
          nodes: [
            { id: 1, name: 'apple', shop: { code: 'north' } },
            { id: 2, name: 'quince', shop: { code: 'north' } },
            { id: expect.any(Number), name: 'plum', shop: { code: 'south' } },
          ],
        },
      },
    });
    expect(difference(before, await service.everything())).toEqual([
      expect.stringMatching(/^\+ Good \d+$/),
      'Good 2 name: pear > quince',
      expect.stringMatching(/^Good 2 seen: 2026-01-01/),
    ]);
  });

  it('creates a key that is given twice once, and then changes it', async () => {
    await using service = await openTinyService(shops);
    const data = [good(7, { name: 'a' }), good(7, { name: 'b' }), good(7, { name: 'b' })];
    expect(
      await service.run(`${upsert} { created updated same nodes { name } } }`, { by: 'shopId_article', data }),
    ).toEqual({
      data: { upsertGoods: { created: 1, updated: 1, same: 1, nodes: [{ name: 'b' }, { name: 'b' }, { name: 'b' }] } },
    });
  });

  it('meets the key of a row that the viewer may not read as any create does', async () => {
    await using service = await openTinyService(shops);
    const before = await service.everything();
    expect(await service.run(`${upsert} { count } }`, { by: 'shopId_article', data: [good(8), good(3)] })).toEqual(
      refused('upsertGoods', 'CONFLICT', conflict, 'data[1]'),
    );
    expect(difference(before, await service.everything())).toEqual([]);
  });

  it('judges the rows as they become, and keeps none when one may not be so', async () => {
    await using service = await openTinyService(shops);
    const before = await service.everything();
    const data = [good(8), { ...good(1), name: 'banned' }];
    expect(await service.run(`${upsert} { count } }`, { by: 'shopId_article', data })).toEqual(
      refused(
        'upsertGoods',
        'FORBIDDEN',
        'You may not leave this Good so. Leave it out, or ask for the right.',
        'data[1]',
      ),
    );
    expect(difference(before, await service.everything())).toEqual([]);
  });

  it('says which part of the key is missing', async () => {
    await using service = await openTinyService(shops);
    expect(await service.run(`${upsert} { count } }`, { by: 'id', data: [good(8)] })).toEqual(
      refused('upsertGoods', 'BAD_INPUT', '"data[0]" lacks id, which its key needs. Give it a value.', 'data[0]'),
    );
  });

  it('changes 1,000 rows in few statements, creates 1,000 in as few, and finds 1,000 the same in two', async () => {
    await using service = await openTinyService(shops);
    const rows = (name: string) => many(1000, (at) => good(100 + at, { name: `${name} ${at}` }));
    const run = async (data: object[]) => {
      const answer = await service.run(`${upsert} { created updated same } }`, { by: 'shopId_article', data });
      return [answer.data, service.statements];
    };
    // Looks for the keys and the shop, inserts, one to judge.
    expect(await run(rows('a'))).toEqual([{ upsertGoods: { created: 1000, updated: 0, same: 0 } }, 3 + insertsOfMany]);
    // Looks for the keys, reads the rows.
    expect(await run(rows('a'))).toEqual([{ upsertGoods: { created: 0, updated: 0, same: 1000 } }, 2]);
    // Besides, judges the old rows, changes them, and judges the new ones.
    expect(await run(rows('b'))).toEqual([{ upsertGoods: { created: 0, updated: 1000, same: 0 } }, 5]);
    const half = [...rows('c').slice(0, 500), ...many(500, (at) => good(5000 + at))];
    expect(await run(half)).toEqual([{ upsertGoods: { created: 500, updated: 500, same: 0 } }, 8]);
  });

  it('previewed, tells everything and changes nothing', async () => {
    await using service = await openTinyService(shops);
    const before = await service.everything();
    const data = [good(1), good(50)];
    expect(
      await service.run(`${upsert} { created updated nodes { article name } } }`, {
        by: 'shopId_article',
        data,
        preview: true,
      }),
    ).toEqual({
      data: {
        upsertGoods: {
          created: 1,
          updated: 1,
          nodes: [
            { article: 1, name: 'good 1' },
            { article: 50, name: 'good 50' },
          ],
        },
      },
    });
    expect(difference(before, await service.everything())).toEqual([]);
  });
});
