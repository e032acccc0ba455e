/**
 * What MySQL 8 is asked. There is none where these tests run, so MariaDB runs as much of it as it understands: all but
 * lists inside of rows, whose SQL is compared with what is expected. The hosted run has a real one.
 */
import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import { dialectOfVersion } from '../../src/database/engines/connect-mysql.ts';
import { mysql8 } from '../../src/database/engines/mysql8.ts';
import { system } from '../../src/policy/viewer.ts';
import { requirement } from '../support/requirements.ts';
import { openTinyService, type TinyDesign } from '../support/tiny-service.ts';

vi.hoisted(() => (process.env.TEST_ENGINE = 'mysql'));
vi.mock('../../src/database/engines/connect-mysql.ts', async (original) => {
  const actual = await original<typeof import('../../src/database/engines/connect-mysql.ts')>();
  const { mysql8: dialect } = await import('../../src/database/engines/mysql8.ts');
  return { ...actual, connectMysql: (url: string) => actual.connectMysql(url, () => dialect) };
});

const design: TinyDesign = {
  prisma: `
model Thing {
  id     Int       @id @default(autoincrement())
  name   String    @unique
  big    BigInt?
  price  Decimal?
  size   Float?
  at     DateTime?
  is     Boolean?
  mood   Mood?
  extra  Json?
  bytes  Bytes?
  homeId Int?
  home   Thing?    @relation("Home", fields: [homeId], references: [id])
  guests Thing[]   @relation("Home")
}
enum Mood {
  GOOD
  BAD
}`,
};

const all = 'id name big price size at is mood extra bytes';
const document = { A: 1, a: { 'b.c"': 'X', n: 0.1 }, t: true, z: null };
const full = {
  big: '9007199254740993',
  price: '0.000000000000000000000000000001',
  size: 0.30000000000000004,
  at: '2024-02-29T23:30:00.001Z',
  is: true,
  mood: 'BAD',
  extra: document,
  bytes: Buffer.from([0, 255]).toString('base64'),
};

describe('MySQL 8, on MariaDB', requirement('mysql').needed, () => {
  it('tells the keys that it has counted up, of one row and of many', async () => {
    await using service = await openTinyService(design);
    const one = await service.run('mutation { createThing(data: { name: "one" }) { id name } }');
    expect(one).toEqual({ data: { createThing: { id: 1, name: 'one' } } });
    const data = ['x', 'b', 'c', 'a'].map((name) => ({ name }));
    const many = await service.run(
      'mutation ($data: [ThingCreateInput!]!) { createThings(data: $data) { nodes { id name home { id } } } }',
      { data },
    );
    const [first] = (await service.sql("select id from Thing where name = 'x'")).flat() as number[];
    const nodes = data.map(({ name }, at) => ({ id: first! + at, name, home: null }));
    expect(many).toEqual({ data: { createThings: { nodes } } });
    const told = await service.sql('select id, name from Thing where id > 1 order by id');
    expect(told).toEqual(nodes.map(({ id, name }) => [id, name]));
  });

  it('gives every value as it was taken, in order and cut', async () => {
    await using service = await openTinyService(design);
    const data = [{ name: 'b', ...full }, { name: 'B' }, { name: 'a ' }, { name: 'a' }];
    await service.run('mutation ($data: [ThingCreateInput!]!) { createThings(data: $data) { count } }', { data });
    const list = await service.run(
      `{ things(first: 3, orderBy: [{ name: asc }]) { totalCount pageInfo { hasNextPage } nodes { name } } thing(where: { name: "b" }) { ${all} } }`,
    );
    expect(list).toMatchObject({
      data: {
        things: {
          totalCount: 4,
          pageInfo: { hasNextPage: true },
          nodes: [{ name: 'B' }, { name: 'a' }, { name: 'a ' }],
        },
        thing: { name: 'b', ...full },
      },
    });
  });

  it('finds parts of JSON by keys that are data, with their case', async () => {
    await using service = await openTinyService(design);
    const create = 'mutation ($data: ThingCreateInput!) { createThing(data: $data) { id } }';
    await service.run(create, { data: { name: 'it', extra: document } });
    const found = async (extra: object) => {
      const { data } = await service.run('query ($where: ThingWhere) { things(where: $where) { totalCount } }', {
        where: { extra },
      });
      return (data as { things: { totalCount: number } }).things.totalCount;
    };
    const counts = [
      await found({ path: ['a', 'b.c"'], equals: 'X' }),
      await found({ path: ['a', 'b.c"'], equals: 'x' }),
      await found({ path: ['A', 'b.c"'], equals: 'X' }),
      await found({ path: ['A'], equals: 1 }),
      await found({ path: ['a', 'n'], equals: 0.1 }),
      await found({ path: ['t'], equals: true }),
      await found({ path: ['t'], equals: false }),
      await found({ path: ['z'], equals: null }),
      await found({ path: ['a'], equals: null }),
    ];
    expect(counts).toEqual([1, 0, 0, 1, 1, 1, 0, 1, 0]);
  });

  it('gives many rows values of their own in one statement, each by its type', async () => {
    await using service = await openTinyService(design);
    await service.run(
      'mutation { createThings(data: [{ name: "a" }, { name: "b", big: "7", mood: GOOD }]) { count } }',
    );
    const upsert = `mutation ($data: [ThingCreateInput!]!) {
      upsertThings(by: name, data: $data) { created updated same nodes { ${all} } } }`;
    const others = { big: '-9007199254740993', price: '1.5', size: -1e-7, at: '0001-01-01T00:00:00.000Z', is: false };
    const data = [
      { name: 'a', ...full },
      { name: 'b', ...others, mood: 'GOOD', extra: 'x', bytes: '' },
      { name: 'c', ...full },
    ];
    expect(await service.run(upsert, { data })).toMatchObject({
      data: { upsertThings: { created: 1, updated: 2, same: 0, nodes: data } },
    });
    expect(await service.run(upsert, { data })).toMatchObject({ data: { upsertThings: { same: 3 } } });
  });

  it('undoes a part alone', async () => {
    await using service = await openTinyService(design);
    const names = await service.database.inParts(async (part) => {
      const create = (name: string) => part(system, (writer) => writer.create('Thing', { name }));
      await create('a');
      await expect(create('a')).rejects.toMatchObject({ code: 'CONFLICT' });
      await create('b');
    });
    expect(names).toBeUndefined();
    expect(await service.sql('select name from Thing order by name')).toEqual([['a'], ['b']]);
  });

  it('is known by its version, and an older one is refused', () => {
    const names = ['11.4.5-MariaDB-deb12', '8.0.17', '8.4.3', '9.1.0-commercial'].map(
      (name) => dialectOfVersion(name).name,
    );
    expect(names).toEqual(['mysql', 'mysql8', 'mysql8', 'mysql8']);
    for (const version of ['8.0.16', '5.7.44-log', '8.0.11-TiDB-v8.5.0'])
      expect(() => dialectOfVersion(version)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }));
  });
});

it('cuts a nested list in a derived table, and counts its places there', () => {
  const { compiler } = mysql8;
  const rows = mysql8.jsonRows(sql`json_array(${sql.id('t1', 'name')})`, {
    from: sql`${sql.table('Thing')} as ${sql.id('t1')}`,
    alias: 't1',
    columns: [{ name: 'name', expression: sql.id('t1', 'name') }],
    where: sql`${sql.id('t1', 'homeId')} = ${sql.id('t0', 'id')}`,
    orderBy: [sql`${sql.id('t1', 'id')} asc`],
    limit: undefined,
    derived: true,
  });
  expect(rows.compile(compiler).sql).toBe(
    "(select json_extract(concat('[', group_concat(json_array(`t1`.`name`) order by `t1`.`#` separator ','), ']'), '$') " +
      'from (select `t1`.`name` as `name`, row_number() over (order by `t1`.`id` asc) as `#` from `Thing` as `t1` ' +
      'where `t1`.`homeId` = `t0`.`id` order by `t1`.`id` asc limit 18446744073709551615) as `t1`)',
  );
});
