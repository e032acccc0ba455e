/** What the database would refuse, cut or bend is refused before it, by our words: code, place, fact and remedy, and nothing of SQL. */
import { Decimal } from '@prisma/client/runtime/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PergolaError } from '../../src/errors.ts';
import type { Data } from '../../src/database/write/judge.ts';
import type { TransactionWriter } from '../../src/database/write/transaction-writer.ts';
import { byEngine } from '../support/requirements.ts';
import {
  difference,
  openTinyService,
  type Everything,
  type TinyDesign,
  type TinyService,
} from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
enum Colour {
  RED
  BLUE
}
model Box {
  id    Int    @id
  items Item[]
}
model Item {
  id     Int       @id @default(autoincrement())
  label  String    @unique @map("the_label")
  int    Int?
  big    BigInt?
  float  Float?
  dec    Decimal?
  moment DateTime?
  day    DateTime? /// @date
  flag   Boolean?
  bytes  Bytes?
  json   Json?
  colour Colour?
  boxId  Int       @map("the_box")
  box    Box       @relation(fields: [boxId], references: [id], onDelete: Restrict)

  @@map("table_of_items")
}`,
  rows: `insert into Box (id) values (1), (2); insert into table_of_items (id, the_label, the_box) values (1, 'taken', 1);`,
};

/** Of a row that is created. */
const firstNumber = byEngine('rows that come with their numbers do not move the counter of PostgreSQL', {
  sqlite: 2,
  mysql: 2,
  postgresql: 1000,
});

const digits = { largest: '-1.5e300', tooLong: '1234567890.1234567', problem: '17 digits; this database keeps 15' };
const places = {
  largest: '-1.5e34',
  tooLong: `0.${'1'.repeat(31)}`,
  problem: '31 decimal places; this database keeps 30',
};
const decimals = byEngine('Decimals: SQLite keeps 15 digits, servers 35 before the point and 30 behind it', {
  sqlite: digits,
  mysql: places,
  postgresql: places,
});

let service: TinyService;
let before: Everything;
beforeAll(async () => {
  service = await openTinyService(design);
  before = await service.everything();
});
afterAll(() => service[Symbol.asyncDispose]());

const someone = { kind: 'user', id: 'someone', roles: [] } as const;
const item = (more: object): Data => ({ label: 'new', box: { connect: { id: 1 } }, ...more });

/** What is answered past the API, as hand-written fields write, in full. */
async function refusalOf(act: (writer: TransactionWriter) => Promise<unknown>) {
  const error = await service.database
    .as(someone)
    .write(act)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(PergolaError);
  const { code, fact, remedy, inputPath, message } = error as PergolaError;
  expect(message).not.toMatch(/sql|the_label|the_box|table_of_items|constraint|insert|column|index|select/i);
  expect(difference(before, await service.everything())).toEqual([]);
  return [code, inputPath, fact, remedy];
}

describe('a value', () => {
  it.each<[string, unknown, string, string]>([
    ['label', 'a\0b', '"AT" holds a NUL character.', 'Remove it: databases cut or refuse such text.'],
    ['label', 7, '"AT" cannot be 7.', 'Give a text.'],
    ['label', null, '"AT" is null, and the field is required.', 'Give a value.'],
    ['label', { set: 'x' }, '"AT" is not a String.', 'Give a single value.'],
    ['int', 2 ** 31, '"AT" cannot be 2147483648.', 'Give a whole number of 32 bits.'],
    ['int', -(2 ** 31) - 1, '"AT" cannot be -2147483649.', 'Give a whole number of 32 bits.'],
    ['int', 1.5, '"AT" cannot be 1.5.', 'Give a whole number of 32 bits.'],
    ['int', '7', '"AT" cannot be 7.', 'Give a whole number of 32 bits.'],
    ['int', NaN, '"AT" is not a finite number.', 'Give a finite number.'],
    ['big', 2n ** 63n, '"AT" cannot be 9223372036854775808.', 'Give a whole number of 64 bits.'],
    ['big', 2 ** 60, '"AT" cannot be 1152921504606847000.', 'Give a whole number of 64 bits.'],
    ['float', Infinity, '"AT" is not a finite number.', 'Give a finite number.'],
    ['float', '0.1', '"AT" cannot be 0.1.', 'Give a finite number.'],
    ['dec', '1e400', '"AT" cannot be 1e400.', 'Give a decimal number within 1e308.'],
    ['dec', '1e-400', '"AT" cannot be 1e-400.', 'Give a decimal number within 1e308.'],
    ['dec', 'ten', '"AT" cannot be ten.', 'Give a decimal number within 1e308.'],
    ['dec', new Decimal(NaN), '"AT" cannot be NaN.', 'Give a decimal number within 1e308.'],
    ['dec', decimals.tooLong, `"AT" has ${decimals.problem}.`, 'Give fewer digits.'],
    ['moment', new Date(NaN), '"AT" cannot be Invalid Date.', 'Give a moment of the years 1 to 9999.'],
    ['moment', 'yesterday', '"AT" cannot be yesterday.', 'Give a moment of the years 1 to 9999.'],
    [
      'moment',
      '+275760-09-13T00:00:00Z',
      '"AT" cannot be +275760-09-13T00:00:00Z.',
      'Give a moment of the years 1 to 9999.',
    ],
    ['day', 'x', '"AT" cannot be x.', 'Give a day of the years 1 to 9999.'],
    ['flag', 1, '"AT" cannot be 1.', 'Give true or false.'],
    ['bytes', 'AP8Q', '"AT" cannot be AP8Q.', 'Give bytes.'],
    ['colour', 'GREEN', '"AT" cannot be GREEN.', 'Give one of RED, BLUE.'],
  ])('%s: %s', async (field, value, fact, remedy) => {
    const data = item({ [field]: value });
    const refusal = (at: string) => ['BAD_INPUT', `${at}.${field}`, fact.replace('AT', `${at}.${field}`), remedy];
    expect(await refusalOf((writer) => writer.create('Item', data))).toEqual(refusal('data'));
    expect(await refusalOf((writer) => writer.update('Item', { id: 1 }, { [field]: value }))).toEqual(refusal('data'));
    expect(await refusalOf((writer) => writer.createMany('Item', [item({}), data]))).toEqual(refusal('data[1]'));
    expect(await refusalOf((writer) => writer.updateMany('Item', { id: { equals: 1 } }, { [field]: value }))).toEqual(
      refusal('data'),
    );
    expect(await refusalOf((writer) => writer.update('Box', { id: 2 }, { items: { create: [data] } }))).toEqual(
      refusal('data.items.create[0]'),
    );
  });

  it('is kept exactly at the edges', async () => {
    const edges = {
      int: -(2 ** 31),
      big: 2n ** 63n - 1n,
      float: 5e-324,
      dec: decimals.largest,
      moment: new Date('9999-12-31T23:59:59.999Z'),
      flag: false,
      json: null,
      colour: 'BLUE',
    };
    const created = service.database.as(someone).preview((writer) => writer.create('Item', item(edges)));
    await expect(created).resolves.toEqual({ id: firstNumber });
  });
});

describe('what is missing, taken or in use', () => {
  it.each<[string, (writer: TransactionWriter) => Promise<unknown>, unknown[]]>([
    [
      'a required field',
      (w) => w.create('Item', { box: { connect: { id: 1 } } }),
      ['BAD_INPUT', 'data', '"data" lacks label.', 'Give it a value.'],
    ],
    [
      'a required relation',
      (w) => w.create('Item', { label: 'x' }),
      ['BAD_INPUT', 'data', '"data" lacks box.', 'Give it a value.'],
    ],
    [
      'one of many',
      (w) => w.createMany('Item', [item({}), { label: 'y' }]),
      ['BAD_INPUT', 'data[1]', '"data[1]" lacks box.', 'Give it a value.'],
    ],
    [
      'a unique value that is taken',
      (w) => w.create('Item', item({ label: 'taken' })),
      ['CONFLICT', 'data', 'A Item with these unique values cannot be stored.', 'Choose other values.'],
    ],
    [
      'a primary key that is taken',
      (w) => w.create('Box', { id: 1 }),
      ['CONFLICT', 'data', 'A Box with these unique values cannot be stored.', 'Choose other values.'],
    ],
    [
      'a row that others depend on',
      (w) => w.delete('Box', { id: 1 }),
      ['CONFLICT', 'where', 'Other rows depend on this Box, or one that it depends on is gone.', 'Change those first.'],
    ],
    [
      'rows that others depend on',
      (w) => w.deleteMany('Box', { id: { not: null } }),
      ['CONFLICT', 'where', 'Other rows depend on this Box, or one that it depends on is gone.', 'Change those first.'],
    ],
    [
      'a field that does not exist',
      (w) => w.create('Item', item({ colours: 'RED' })),
      ['FORBIDDEN', 'data.colours', 'You may not write Item.colours.', 'Leave it out, or ask for the right.'],
    ],
  ])('%s', async (_, act, refusal) => {
    expect(await refusalOf(act)).toEqual(refusal);
  });
});

it.each([
  ['2147483648', 'int'],
  ['"x"', 'moment'],
  ['"2026-02-30T00:00:00Z"', 'moment'],
  ['"9223372036854775808"', 'big'],
  ['"1e400"', 'dec'],
  ['"?"', 'bytes'],
  ['GREEN', 'colour'],
])('is refused by the API before the database is asked: %s', async (value, field) => {
  const answer = await service.run(
    `mutation { createItem(data: { label: "x", box: { connect: { id: 1 } }, ${field}: ${value} }) { id } }`,
  );
  expect(answer).toEqual({
    data: null,
    errors: [{ code: expect.stringMatching(/^BAD_(INPUT|REQUEST)$/), message: expect.any(String) }],
  });
  expect(service.statements).toBe(0);
});
