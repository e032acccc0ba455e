/**
 * Filters that go from many rows to one and on to many: back to where they came from, as often as a caller likes. What
 * they find is what it says; what they cost grows with the tables and not with their product (cases 81, 87).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all } from '../../src/policy/rule.ts';
import { openTinyService, type TinyDesign, type TinyService } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
model Country {
  part   Int
  code   Int
  towns  Town[]
  @@id([part, code])
}
model Town {
  id      Int      @id
  name    String
  country Country? @relation(fields: [part, code], references: [part, code])
  part    Int?
  code    Int?
  roads   Road[]
}
model Road {
  id    Int    @id
  towns Town[]
}`,
  // Towns 1 and 2 in one country, 3 in another, 4 in none; a road through 1 and 3, one through 2, one through none.
  rows: `
    insert into "Country" ("part", "code") values (1, 1), (1, 2), (2, 1);
    insert into "Town" ("id", "name", "part", "code") values
      (1, 'a', 1, 1), (2, 'b', 1, 1), (3, 'c', 1, 2), (4, 'd', null, null);
    insert into "Road" ("id") values (1), (2), (3);
    insert into "_RoadToTown" ("A", "B") values (1, 1), (1, 3), (2, 2);`,
};

let service: TinyService;
beforeAll(async () => {
  service = await openTinyService(design);
});
afterAll(() => service[Symbol.asyncDispose]());

async function towns(where: object): Promise<number[]> {
  const { data, errors } = await service.run('query ($w: TownWhere) { towns(where: $w) { nodes { id } } }', {
    w: where,
  });
  expect(errors).toBeUndefined();
  return (data as { towns: { nodes: { id: number }[] } }).towns.nodes.map(({ id }) => id);
}

type Quantifier = 'some' | 'none' | 'every';
const neighbours = (quantifier: Quantifier, where: object) => ({ country: { is: { towns: { [quantifier]: where } } } });
const byRoad = (quantifier: Quantifier, where: object) => ({ roads: { [quantifier]: { towns: { some: where } } } });
const named = (...names: string[]) => ({ name: { in: names } });

describe('a filter that goes to and fro', () => {
  it.each<[string, object, number[]]>([
    ['neighbours', neighbours('some', named('b')), [1, 2]],
    ['who has no such neighbours', neighbours('none', named('b')), [3]],
    ['who has only such neighbours', neighbours('every', named('a', 'b')), [1, 2]],
    ['who has not such neighbours, or no country', { NOT: neighbours('some', named('b')) }, [3, 4]],
    ['who shares a road', byRoad('some', named('c')), [1, 3]],
    ['who shares none', byRoad('none', named('c')), [2, 4]],
    ['neighbours of who shares a road', neighbours('some', byRoad('some', named('c'))), [1, 2, 3]],
    ['who has only neighbours with a road', neighbours('none', { roads: { none: {} } }), [1, 2, 3]],
  ])('finds %s', async (_, where, expected) => {
    expect(await towns(where)).toEqual(expected);
  });

  it('costs no more than the tables that it names', async () => {
    const many = Array.from({ length: 3_000 }, (_, at) => `(${at + 10}, 'many', 2, 1)`);
    await service.sql(`insert into "Town" ("id", "name", "part", "code") values ${many.join()}`);
    // By loops inside loops this would be 3,000 times 3,000 times 3,000 rows, and end by its time limit.
    const nested = (name: string) => neighbours('some', neighbours('some', neighbours('some', named(name))));
    expect(await towns(nested('nowhere'))).toEqual([]);
    expect(await towns(nested('b'))).toEqual([1, 2]);
  });
});

it('in a rule too, where two conditions may hold of two rows', async () => {
  const neighbour = (name: string) => ['country.towns', { name: { equals: name } }] as const;
  await using ruled = await openTinyService({
    ...design,
    policies: { Town: ({ exists }) => ({ read: all(exists(...neighbour('a')), exists(...neighbour('b'))) }) },
  });
  // One row that is looked up for both would have to have two names.
  expect(await ruled.run('{ towns { nodes { id } } }')).toEqual({ data: { towns: { nodes: [{ id: 1 }, { id: 2 }] } } });
});
