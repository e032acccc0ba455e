/** How much a statement may visit at worst, told before it runs: what is little is run by the server's own process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { effortOf, judgeOf, littleEffort, sizesOf } from '../../src/database/engines/sqlite-effort.ts';

const folder = mkdtempSync(join(tmpdir(), 'pergola-'));
const path = join(folder, 'test.db');
const connection = new LibsqlConnection(path);
const writer = new LibsqlConnection(path);
afterAll(() => {
  connection.close();
  writer.close();
  rmSync(folder, { recursive: true });
});

/** 100 countries; 1,000 cities in each. */
writer.script(`
  CREATE TABLE "Country" ("code" TEXT PRIMARY KEY);
  CREATE TABLE "City" ("id" INTEGER PRIMARY KEY, "countryCode" TEXT, "name" TEXT, "twin" INTEGER);
  CREATE INDEX "City_countryCode_idx" ON "City" ("countryCode");
  CREATE UNIQUE INDEX "City_twin_key" ON "City" ("twin");
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO "Country" SELECT i FROM n;
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
    INSERT INTO "City" SELECT i + 1, i % 100, 'City ' || i, i FROM n;
`);

const ask = (sql: string) => connection.rowsOnce(sql);
const sizes = sizesOf(ask, async (sql) => connection.rowsOnce(sql)[0]?.[0]);

/** Asked twice: how many rows an index holds alike is counted meanwhile. */
async function effort(sql: string): Promise<number> {
  effortOf(sql, ask, sizes);
  await setImmediate();
  return effortOf(sql, ask, sizes);
}

const namedLikeThis = (alias: string) => `instr("${alias}"."name", ?) > 0`;
const citiesOf = (alias: string, code: string) => `"City" as "${alias}" where "${alias}"."countryCode" = ${code}`;

describe('the effort of a statement', () => {
  it('is one row for a key', async () => {
    expect(await effort('select "t0"."name" from "City" as "t0" where "t0"."id" = ?')).toBe(1);
    expect(await effort('select 1 from "City" as "t0" where "t0"."twin" = ?')).toBe(1);
  });

  it('is all rows for a condition that no index serves, or a range', async () => {
    expect(await effort(`select count(*) from "City" as "t0" where ${namedLikeThis('t0')}`)).toBe(100_000);
    expect(await effort('select count(*) from "City" as "t0" where "t0"."twin" > ?')).toBe(100_000);
  });

  it('is all rows of small tables, whatever is done with them', async () => {
    expect(await effort('select 1 from "Country" as "t0", "Country" as "t1", "Country" as "t2"')).toBe(100);
  });

  it('is as many as an index holds alike', async () => {
    expect(await effort(`select count(*) from ${citiesOf('t0', '?')}`)).toBe(1_000);
  });

  it('multiplies where one loop runs inside another', async () => {
    const among = `exists (select 1 from ${citiesOf('t1', '"t0"."countryCode"')} and ${namedLikeThis('t1')})`;
    expect(await effort(`select count(*) from "City" as "t0" where ${among}`)).toBeGreaterThan(100_000 * 1_000);
    const joined = `"City" as "t1", "City" as "t2" where "t1"."countryCode" = ? and "t2"."countryCode" = "t1"."countryCode"`;
    expect(await effort(`select count(*) from ${joined}`)).toBeGreaterThan(1_000 * 1_000);
  });

  it('adds what runs once', async () => {
    const once = `(select "t1"."countryCode" from "City" as "t1" where ${namedLikeThis('t1')})`;
    expect(await effort(`select 1 from "Country" as "t0" where "t0"."code" in ${once}`)).toBeLessThan(200_000);
  });

  it('searches once for each value of a list, and for each row of a subquery', async () => {
    expect(await effort('select 1 from "City" as "t0" where "t0"."countryCode" in (?, ?, ?, ?)')).toBe(4_000);
    const all = '(select "t1"."id" from "City" as "t1" where "t1"."name" = ?)';
    expect(await effort(`select 1 from "City" as "t0" where "t0"."id" in ${all}`)).toBe(200_000);
  });

  it('searches once for each value of an or about one column, which is a list to SQLite', async () => {
    const one = '"t0"."countryCode" = ?';
    expect(await effort(`select 1 from "City" as "t0" where (${one} or ${one} or (${one}) or ${one})`)).toBe(4_000);
  });

  it('adds the sides of an or', async () => {
    expect(await effort('select 1 from "City" as "t0" where "t0"."id" = ? or "t0"."countryCode" = ?')).toBeLessThan(
      1_100,
    );
  });

  it('takes a page for as many rows as a page may have', async () => {
    const page = `(select "t0"."countryCode" as "c" from "City" as "t0" order by "t0"."id" limit ?) as "t0"`;
    const nested = `(select count(*) from ${citiesOf('t1', '"t0"."c"')})`;
    const found = await effort(`select ${nested} from ${page}`);
    expect(found).toBeGreaterThan(100_000 + 101 * 1_000);
    expect(found).toBeLessThan(100_000 + 103 * 1_000);
  });

  it('takes a page for as many rows as it asks for, unless something else is derived beside it', async () => {
    const page = `(select "t0"."countryCode" as "c" from ${citiesOf('t0', '?')} order by "t0"."id" limit ?) as "t0"`;
    const nested = `(select count(*) from ${citiesOf('t1', '"t0"."c"')})`;
    const judge = judgeOf(ask, (sql) => Promise.resolve(ask(sql)[0]?.[0]));
    const isLittle = async (sql: string, parameters: readonly unknown[]) => {
      judge(sql, parameters);
      await setImmediate();
      return judge(sql, parameters);
    };
    expect(await isLittle(`select ${nested} from ${page}`, [1, 21])).toBe(true);
    expect(await isLittle(`select ${nested} from ${page}`, [1, 101])).toBe(false);
    const other = `(select count(*) from (select "t2"."name" from "City" as "t2" where "t2"."id" = ?) as "t2")`;
    expect(await isLittle(`select ${nested}, ${other} from ${page}`, [1, 1, 21])).toBe(false);
  });

  it('is endless for what nests as deep as the parser takes, which is one level too deep for its plan', async () => {
    let deepest = 'select 1';
    for (let deeper = deepest; connection.fits(deeper); deeper = `select (${deeper})`) deepest = deeper;
    expect(await effort(deepest)).toBe(Infinity);
  });

  it('is endless where a table is not known', async () => {
    writer.script('CREATE VIEW "Names" AS SELECT "name" FROM "City" GROUP BY "name"');
    expect(await effort('select 1 from "Names" as "t0"')).toBeGreaterThan(littleEffort);
  });
});

it('is judged anew when what it was judged without has been counted', async () => {
  let counted = () => {};
  const judge = judgeOf(ask, (sql) => new Promise((resolve) => (counted = () => resolve(ask(sql)[0]?.[0]))));
  const isLittle = () => judge(`select count(*) from ${citiesOf('t0', '?')}`, ['1']);
  expect(isLittle(), 'all 100,000 rows may be alike').toBe(false);
  counted();
  await setImmediate();
  expect(isLittle()).toBe(true);
});

it('is never little where texts are looked into, which may be of any length', () => {
  const judge = judgeOf(ask, () => Promise.resolve(1));
  const city = 'select 1 from "City" as "t0" where "t0"."id" = ?';
  expect(judge(city, [1n])).toBe(true);
  expect(judge(`${city} and instr("t0"."name", ?) > 0`, [1n, 'x'])).toBe(false);
});

it('leaves the connection as it was: what is written afterwards is seen', async () => {
  const count = () => connection.value('select count(*) from "Country"', []);
  expect(count()).toBe(100n);
  await effort('select 1 from "Country" as "t0"');
  writer.script(`INSERT INTO "Country" VALUES ('x')`);
  expect(count()).toBe(101n);
});
