/** What columns hold that nobody gave a value: the same as Prisma's own defaults, also when many rows are written at once. */
import { expect, it } from 'vitest';
import { byEngine } from '../support/requirements.ts';
import { testEngine } from '../support/test-engine.ts';
import { openTinyService, type TinyDesign } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
enum Size {
  SMALL @map("s")
  LARGE @map("l")
}
model Thing {
  id      Int      @id @default(autoincrement())
  name    String
  text    String   @default("it's \\"so\\"")
  int     Int      @default(-7)
  big     BigInt   @default(9007199254740993)
  float   Float    @default(0.1)
  decimal Decimal  @default(12.345)
  yes     Boolean  @default(true)
  moment  DateTime @default("2026-01-02T03:04:05.678Z")
  json    Json     @default("7")
  bytes   Bytes    @default("AP8Q")
  size    Size     @default(LARGE)
  none    Int?
  at      DateTime @default(now())
  uuid    String   @default(uuid())
}
model Note {
  id      Int       @id
  text    String
  changed DateTime? @updatedAt
}`,
  rows: "insert into Note (id, text) values (1, 'a'), (2, 'a');",
};

const typesKept = byEngine('the type of what a column holds is asked of SQLite, where a column takes a value of any', {
  sqlite: 'select distinct typeof(big), typeof(decimal), typeof(bytes), typeof(moment) from Thing',
  mysql: undefined,
  postgresql: undefined,
});

const fields = '{ name text int big float decimal yes moment json bytes size none }';

it('come out alike from the database, from a create and from a create of many', async () => {
  await using service = await openTinyService(design);
  // What Prisma's migrations make of the schema; but not of bytes, which they write as the text of their digits.
  const bytes = testEngine === 'postgresql' ? String.raw`'\x00ff10'` : "x'00ff10'";
  await service.sql(`insert into Thing (name, uuid, bytes) values ('x', 'u', ${bytes})`);
  await service.run('mutation { createThing(data: { name: "x" }) { id } }');
  await service.run('mutation { createThings(data: [{ name: "x" }, { name: "x" }]) { count } }');
  const { data } = (await service.run(`{ things { nodes ${fields} } }`)) as { data: { things: { nodes: object[] } } };
  const [byDatabase] = data.things.nodes;
  expect(byDatabase).toEqual({
    name: 'x',
    text: 'it\'s "so"',
    int: -7,
    big: '9007199254740993',
    float: 0.1,
    decimal: '12.345',
    yes: true,
    moment: '2026-01-02T03:04:05.678Z',
    json: 7,
    bytes: 'AP8Q',
    size: 'LARGE',
    none: null,
  });
  expect(data.things.nodes).toEqual([byDatabase, byDatabase, byDatabase, byDatabase]);
  expect(await service.sql('select distinct size from Thing')).toEqual([['l']]);
  const types = [['integer', 'real', 'blob', 'text']];
  expect(typesKept === undefined ? types : await service.sql(typesKept)).toEqual(types);
});

it('change with every update, also where they were empty', async () => {
  await using service = await openTinyService(design);
  await service.run('mutation { updateNote(where: { id: 1 }, data: { text: "b" }) { id } }');
  await service.run('mutation { updateNotes(where: { id: { equals: 2 } }, data: { text: "b" }) { count } }');
  expect(await service.sql('select count(changed) from Note')).toEqual([[2]]);
});
