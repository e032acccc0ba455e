/** A rule that follows relations to one row and on to many: each row is there once, however many rows make it readable. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTinyService, type TinyDesign, type TinyService } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
model Country {
  id    Int    @id
  towns Town[]
}
model Town {
  id        Int      @id
  name      String
  country   Country? @relation(fields: [countryId], references: [id])
  countryId Int?
  roads     Road[]
}
model Road {
  id     Int  @id
  town   Town @relation(fields: [townId], references: [id])
  townId Int
}`,
  policies: {
    Road: ({ exists }) => ({ read: exists('town.country.towns', { name: { in: ['a', 'b'] } }) }),
  },
  // Two towns make the roads of the first country readable, none those of the second; the last town is in no country.
  rows: `
    insert into "Country" ("id") values (1), (2);
    insert into "Town" ("id", "name", "countryId") values (1, 'a', 1), (2, 'b', 1), (3, 'c', 1), (4, 'c', 2), (5, 'a', null);
    insert into "Road" ("id", "townId") values (1, 3), (2, 4), (3, 5), (4, 1), (5, 3);`,
};

let service: TinyService;
beforeAll(async () => {
  service = await openTinyService(design);
});
afterAll(() => service[Symbol.asyncDispose]());

async function roads(given: string) {
  const { data, errors } = await service.run(
    `{ roads(${given}) { totalCount pageInfo { hasNextPage } nodes { id } } }`,
  );
  expect(errors).toBeUndefined();
  const { totalCount, pageInfo, nodes } = (data as { roads: RoadConnection }).roads;
  return { total: totalCount, more: pageInfo.hasNextPage, ids: nodes.map(({ id }) => id) };
}

interface RoadConnection {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly nodes: readonly { readonly id: number }[];
}

describe('a rule that follows relations', () => {
  it('shows and counts each row once', async () => {
    expect(await roads('first: 10')).toEqual({ total: 3, more: false, ids: [1, 4, 5] });
    expect(await roads('first: 2')).toEqual({ total: 3, more: true, ids: [1, 4] });
  });

  it.each([
    ['of the same relation', '{ town: { is: { name: { equals: "c" } } } }', [1, 5]],
    ['of its opposite', '{ NOT: { town: { is: { name: { equals: "c" } } } } }', [4]],
    ['of either', '{ OR: [{ town: { is: { name: { equals: "a" } } } }, { id: { equals: 5 } }] }', [4, 5]],
  ])('stands beside a filter %s', async (_, where, ids) => {
    expect(await roads(`first: 10, where: ${where}`)).toEqual({ total: ids.length, more: false, ids });
  });

  it('holds for rows that are nested, too', async () => {
    const { data } = await service.run('{ towns { nodes { name roads { totalCount nodes { id } } } } }');
    expect(data).toEqual({
      towns: {
        nodes: [
          { name: 'a', roads: { totalCount: 1, nodes: [{ id: 4 }] } },
          { name: 'b', roads: { totalCount: 0, nodes: [] } },
          { name: 'c', roads: { totalCount: 2, nodes: [{ id: 1 }, { id: 5 }] } },
          { name: 'c', roads: { totalCount: 0, nodes: [] } },
          { name: 'a', roads: { totalCount: 0, nodes: [] } },
        ],
      },
    });
  });
});
