/** Many rows in one mutation: what matches, what may be changed, and what is only tried. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { any } from '../../src/policy/rule.ts';
import { difference, openTinyService, type TinyService } from '../support/tiny-service.ts';

let shop: TinyService;
beforeAll(async () => {
  shop = await openTinyService({
    prisma: `
      model Shelf {
        id    Int    @id
        label String @unique
        books Book[]
      }
      model Book {
        id      Int     @id
        title   String  @unique
        price   Int     @default(1)
        locked  Boolean @default(false)
        secret  Boolean @default(false)
        shelfId Int?
        shelf   Shelf?  @relation(fields: [shelfId], references: [id], onDelete: Cascade)
      }`,
    policies: {
      Book: ({ where, role }) => ({
        read: any(role('admin'), where({ secret: { equals: false } })),
        update: where({ locked: { equals: false }, price: { lt: 100 } }),
        delete: where({ locked: { equals: false } }),
      }),
    },
    rows: `
      insert into Shelf values (1, 'old'), (2, 'new');
      insert into Book values (1, 'a', 1, 0, 0, 1), (2, 'b', 2, 0, 0, 1), (3, 'c', 3, 1, 0, 1), (4, 'd', 4, 0, 1, 1), (5, 'e', 5, 0, 0, 2);`,
  });
});
afterAll(() => shop[Symbol.asyncDispose]());
beforeEach(() => shop.reset());

const changed = async (run: () => Promise<unknown>) => {
  const before = await shop.everything();
  const answer = await run();
  return { answer, changes: difference(before, await shop.everything()) };
};

describe('an update', () => {
  it('touches the rows that match, that one reads and that one may change (47)', async () => {
    const update =
      'mutation { updateBooks(where: { price: { gt: 0 } }, data: { price: 9 }) { count denied nodes { id price } } }';
    expect(await changed(() => shop.run(update))).toEqual({
      answer: {
        data: { updateBooks: { count: 3, denied: 1, nodes: [1, 2, 5].map((id) => ({ id, price: 9 })) } },
      },
      changes: ['Book 1 price: 1 > 9', 'Book 2 price: 2 > 9', 'Book 5 price: 5 > 9'],
    });
  });

  it('is undone as a whole when one of its rows may not be so', async () => {
    const update = 'mutation { updateBooks(where: { price: { gt: 0 } }, data: { price: 100 }) { count } }';
    expect(await changed(() => shop.run(update))).toMatchObject({
      answer: { errors: [{ code: 'FORBIDDEN', inputPath: 'data' }] },
      changes: [],
    });
  });

  it('takes other relations and a moment for all rows alike, in few statements', async () => {
    const update =
      'mutation { updateBooks(where: { id: { in: [1, 2] } }, data: { shelf: { connect: { label: "new" } } }) { count } }';
    const { changes } = await changed(() => shop.run(update));
    expect(changes).toEqual(['Book 1 shelfId: 1 > 2', 'Book 2 shelfId: 1 > 2']);
    // The rows, the shelf, the update, and the judgement.
    expect(shop.statements).toBe(4);
  });
});

describe('a condition', () => {
  it.each([
    '{}',
    '{ AND: [] }',
    '{ OR: [{}] }',
    '{ NOT: { OR: [] } }',
    '{ AND: [{}, { OR: [{}, { id: { equals: 1 } }] }] }',
  ])('that holds for every row is refused: %s', async (condition) => {
    for (const mutation of [
      `deleteBooks(where: ${condition})`,
      `updateBooks(where: ${condition}, data: { price: 2 })`,
    ]) {
      expect(await changed(() => shop.run(`mutation { ${mutation} { count } }`))).toMatchObject({
        answer: { errors: [{ code: 'BAD_INPUT', inputPath: 'where' }] },
        changes: [],
      });
    }
  });

  it('says all rows when that is meant, and null never widens', async () => {
    const remove = (condition: string) =>
      shop.run(`mutation { deleteBooks(where: ${condition}, preview: true) { count } }`);
    expect(await remove('{ id: { not: null } }')).toEqual({ data: { deleteBooks: { count: 3 } } });
    expect(await remove('{ shelfId: { equals: null } }')).toEqual({ data: { deleteBooks: { count: 0 } } });
    expect(await remove('{ id: { in: null } }')).toMatchObject({ errors: [{ code: 'BAD_INPUT' }] });
  });
});

describe('an expectation', () => {
  it.each([
    ['{ max: 2 }', 'EXPECTATION_FAILED'],
    ['{ exactly: 4 }', 'EXPECTATION_FAILED'],
    ['{ max: 3, exactly: 3 }', undefined],
  ])('of %s is met or nothing is changed', async (expectation, code) => {
    const remove = `mutation { deleteBooks(where: { id: { gt: 0 } }, expect: ${expectation}) { deleted } }`;
    const { answer, changes } = await changed(() => shop.run(remove));
    expect((answer as { errors?: { code: string }[] }).errors?.[0]?.code).toBe(code);
    expect(changes).toEqual(code ? [] : ['- Book 1', '- Book 2', '- Book 5']);
  });
});

describe('a preview', () => {
  it('shows rows as they would be, counts what goes with them of what one reads, and changes nothing', async () => {
    const remove = `mutation {
      deleteShelves(where: { id: { lte: 1 } }, preview: true) { count cascades { model relation action count } nodes { label books { totalCount } } }
    }`;
    expect(await changed(() => shop.run(remove))).toEqual({
      answer: {
        data: {
          deleteShelves: {
            count: 1,
            cascades: [{ model: 'Book', relation: 'shelf', action: 'CASCADE', count: 3 }],
            nodes: [{ label: 'old', books: { totalCount: 3 } }],
          },
        },
      },
      changes: [],
    });
    const create = 'mutation { createBooks(data: [{ id: 9, title: "z" }], preview: true) { created nodes { title } } }';
    expect(await changed(() => shop.run(create))).toEqual({
      answer: { data: { createBooks: { created: 1, nodes: [{ title: 'z' }] } } },
      changes: [],
    });
  });
});

describe('many new rows', () => {
  const create =
    'mutation ($data: [BookCreateInput!]!) { createBooks(data: $data) { created nodes(first: 2) { id } more: nodes(first: 1000) { title } } }';
  const books = (count: number) => Array.from({ length: count }, (_, at) => ({ id: 100 + at, title: `t${at}` }));

  it('come in their order, a thousand in a handful of statements', async () => {
    const { data } = await shop.run(create, { data: books(1000) });
    expect(data).toMatchObject({ createBooks: { created: 1000, nodes: [{ id: 100 }, { id: 101 }] } });
    expect((data as { createBooks: { more: object[] } }).createBooks.more).toEqual(
      books(1000).map(({ title }) => ({ title })),
    );
    // Two inserts, the judgement of the rows, and two reads.
    expect(shop.statements).toBeLessThanOrEqual(6);
  });

  it('are a thousand at most, and all or none', async () => {
    expect(await shop.run(create, { data: books(1001) })).toMatchObject({
      errors: [{ code: 'BAD_INPUT', inputPath: 'data' }],
    });
    const twice = [...books(5), { id: 300, title: 't3' }];
    expect(await changed(() => shop.run(create, { data: twice }))).toMatchObject({
      answer: { errors: [{ code: 'CONFLICT', inputPath: 'data[5]' }] },
      changes: [],
    });
  });
});

describe('an upsert of many', () => {
  it('creates, updates and leaves alone, by any unique key', async () => {
    const upsert = `mutation {
      upsertBooks(by: title, data: [
        { id: 7, title: "new" }, { id: 1, title: "a", price: 1 }, { id: 2, title: "b", price: 8 }
      ]) { created updated same nodes { title price } }
    }`;
    expect(await changed(() => shop.run(upsert))).toEqual({
      answer: {
        data: {
          upsertBooks: {
            created: 1,
            updated: 1,
            same: 1,
            nodes: [
              { title: 'new', price: 1 },
              { title: 'a', price: 1 },
              { title: 'b', price: 8 },
            ],
          },
        },
      },
      changes: ['+ Book 7', 'Book 2 price: 2 > 8'],
    });
  });

  it('neither updates a row that one may not read nor tells of it (44)', async () => {
    const upsert = (title: string) =>
      `mutation { upsertBooks(by: title, data: [{ id: 8, title: "${title}", price: 7 }]) { count } }`;
    const { answer, changes } = await changed(() => shop.run(upsert('d')));
    expect(changes).toEqual([]);
    expect(answer).toMatchObject({ errors: [{ code: 'CONFLICT', message: expect.not.stringContaining('title') }] });
  });

  it('is refused where one of its rows may not be changed', async () => {
    const upsert =
      'mutation { upsertBooks(by: id, data: [{ id: 1, title: "a", price: 7 }, { id: 3, title: "c", price: 7 }]) { count } }';
    expect(await changed(() => shop.run(upsert))).toMatchObject({
      answer: { errors: [{ code: 'NOT_FOUND', inputPath: 'data[1]' }] },
      changes: [],
    });
  });
});
