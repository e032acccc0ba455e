/** Values on their way into SQLite and back, by the engine's own four functions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal } from '@prisma/client/runtime/client';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { sqlite } from '../../src/database/engines/sqlite.ts';
import { timeUnits, type TimeUnit } from '../../src/database/time-unit.ts';
import type { ScalarType } from '../../src/model/model.ts';

const folder = mkdtempSync(join(tmpdir(), 'pergola-'));
const connection = new LibsqlConnection(join(folder, 'test.db'));
afterAll(() => {
  connection.close();
  rmSync(folder, { recursive: true });
});

/** A column of each type, declared as Prisma's migrations declare it. */
const columns: Partial<Record<ScalarType, string>> = {
  String: 'TEXT',
  Int: 'INTEGER',
  BigInt: 'BIGINT',
  Float: 'REAL',
  Decimal: 'DECIMAL',
  Boolean: 'BOOLEAN',
  DateTime: 'DATETIME',
  Json: 'JSONB',
  Bytes: 'BLOB',
};
connection.script(
  `CREATE TABLE "v" (${Object.entries(columns)
    .map(([type, declared]) => `"${type}" ${declared}`)
    .join()})`,
);

/** Stores the value, reads it back as part of a JSON text, and asks whether it equals itself in a filter. */
function store(type: ScalarType, value: unknown): { back: unknown; equals: boolean } {
  const bound = value === null ? null : sqlite.toParameter({ type }, value);
  connection.script('DELETE FROM "v"');
  connection.write(`INSERT INTO "v" ("${type}") VALUES (?)`, [bound]);
  const field = sql.id('v', type);
  const read = sql`select ${sqlite.jsonArray([sqlite.toJson(type, field), sql`${field} = ${bound}`])} from ${sql.id('v')}`;
  const { sql: text, parameters } = read.compile(sqlite.compiler);
  const [json, equals] = JSON.parse(connection.value(text, parameters) as string) as [unknown, unknown];
  return { back: json === null ? null : sqlite.fromJson(type, json), equals: equals === 1 };
}

const text = fc.string({ unit: 'binary', maxLength: 50 }).filter((one) => !one.includes('\0'));
const decimal = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 999_999_999_999_999n }), fc.integer({ min: 0, max: 18 }))
  .map(([minus, digits, scale]) => new Decimal(`${minus ? '-' : ''}${digits}e-${scale}`).toFixed());

const values: Partial<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  String: text,
  Int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  BigInt: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  Float: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
  Decimal: decimal,
  Boolean: fc.boolean(),
  DateTime: fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  }),
  Json: fc
    .jsonValue()
    .filter((one) => one !== null)
    .map((one) => JSON.parse(JSON.stringify(one)) as unknown),
  Bytes: fc.uint8Array({ maxLength: 40 }),
};

/** As one text for every way of writing the same number. */
const shown = (type: ScalarType, value: unknown) =>
  type === 'Decimal' ? new Decimal(value as string).toString() : value;

describe.each(Object.keys(values) as ScalarType[])('a %s', (type) => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(values[type]!, (value) => {
        const { back, equals } = store(type, value);
        // Json is compared nowhere.
        expect([shown(type, back), type === 'Json' || equals]).toEqual([shown(type, value), true]);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it('that is absent is null', () => {
    expect(store(type, null)).toEqual({ back: null, equals: false });
  });
});

describe('a Float', () => {
  it.each([
    0.1 + 0.2,
    1 / 3,
    5e-324,
    2.2250738585072014e-308,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    2 ** 53 + 2,
    123456789.12345679,
  ])('keeps its last digit: %d', (value) => {
    expect(store('Float', value)).toEqual({ back: value, equals: true });
  });
});

describe('a Json number at the top', () => {
  it.each([0, 5, -1.5, 0.1 + 0.2, 1e21, 1.7976931348623157e308, 9007199254740991])(
    'keeps its last digit: %d',
    (value) => {
      expect(store('Json', value).back).toBe(value);
    },
  );
});

describe('a part of a text', () => {
  const holds = (operator: 'contains' | 'startsWith' | 'endsWith', whole: string, part: string) => {
    const { sql: query, parameters } = sql`select ${sqlite[operator](sql`${whole}`, sql`${part}`)}`.compile(
      sqlite.compiler,
    );
    return connection.value(query, parameters) === 1n;
  };
  it.each([
    ['contains', 'includes'],
    ['startsWith', 'startsWith'],
    ['endsWith', 'endsWith'],
  ] as const)('is found by code point, without wildcards: %s', (operator, method) => {
    const alphabet = fc.string({ unit: fc.constantFrom('a', 'A', 'ä', '%', '_', '😀', '\\', "'", '*'), maxLength: 4 });
    fc.assert(
      fc.property(alphabet, alphabet, (whole, part) => {
        expect(holds(operator, whole, part)).toBe(whole[method](part));
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});

describe('a list of expressions', () => {
  it.each([0, 1, 99, 100, 101, 145, 146, 305])('is one JSON array, however long: %d', (length) => {
    const items = Array.from({ length }, (_, at) => sql`${BigInt(at)}`);
    const { sql: query, parameters } = sqlite.selectValue(sqlite.jsonArray(items)).compile(sqlite.compiler);
    expect(JSON.parse(connection.value(query, parameters) as string)).toEqual(Array.from({ length }, (_, at) => at));
  });

  it('keeps what is null, and arrays as arrays, beyond the hundredth', () => {
    const items = Array.from({ length: 150 }, (_, at) => (at % 2 === 0 ? sql`null` : sqlite.jsonArray([sql`'x'`])));
    const { sql: query, parameters } = sqlite.selectValue(sqlite.jsonArray(items)).compile(sqlite.compiler);
    expect(JSON.parse(connection.value(query, parameters) as string)).toEqual(
      items.map((_, at) => (at % 2 === 0 ? null : ['x'])),
    );
  });
});

/** What an expression yields. */
function valueOf(expression: ReturnType<typeof sql>): unknown {
  const { sql: query, parameters } = sqlite.selectValue(expression).compile(sqlite.compiler);
  return connection.value(query, parameters);
}

describe('a moment', () => {
  const moment = fc.oneof(
    fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
    // Around the ends of the calendar, of years and of weeks.
    fc
      .tuple(
        fc.constantFrom('0001-01-01', '2024-03-01', '2026-01-01', '9999-12-31'),
        fc.integer({ min: -2e8, max: 2e8 }),
      )
      .map(([day, ms]) => new Date(Date.parse(day) + ms))
      .filter(
        (date) => date.getTime() >= Date.parse('0001-01-01') && date.getTime() < Date.parse('9999-12-31') + 864e5,
      ),
  );
  const offset = fc.option(fc.integer({ min: -14 * 3600, max: 14 * 3600 }), { freq: 5 });

  /** Written with nothing but JavaScript's calendar. */
  function firstDayOf(unit: TimeUnit, date: Date, seconds: number): string {
    const [first, last] = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map((one) => Date.parse(one));
    const local = new Date(Math.min(last!, Math.max(first!, date.getTime() + seconds * 1000)));
    const day = new Date(Date.parse(local.toISOString().slice(0, 10)));
    if (unit === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
    if (unit === 'month' || unit === 'quarter' || unit === 'year') day.setUTCDate(1);
    if (unit === 'quarter') day.setUTCMonth(Math.floor(day.getUTCMonth() / 3) * 3);
    if (unit === 'year') day.setUTCMonth(0);
    return day.toISOString().slice(0, 10);
  }

  it.each(timeUnits)('lies in the %s that JavaScript finds, whatever the offset', (unit) => {
    fc.assert(
      fc.property(moment, offset, (date, seconds) => {
        const stored = sqlite.toParameter({ type: 'DateTime' }, date);
        const found = valueOf(
          sqlite.truncateTime(unit, sql`${stored}`, seconds === null ? undefined : sql`${BigInt(seconds)}`),
        );
        expect(found).toBe(firstDayOf(unit, date, seconds ?? 0));
      }),
      { numRuns: 1500, seed: 5 },
    );
  });

  it('that is absent lies in no unit', () => {
    for (const unit of timeUnits) {
      expect(valueOf(sqlite.truncateTime(unit, sql`null`, undefined))).toBe(null);
      expect(valueOf(sqlite.truncateTime(unit, sql`null`, sql`${3600n}`))).toBe(null);
    }
  });
});

describe('a sum of Decimals', () => {
  it('is the number that is shown, not the double beside it', () => {
    const of = (list: string) =>
      sql`(select ${sqlite.total('sum', sql`column1`, 'Decimal')} from (values ${sql.raw(list)}))`;
    expect([
      valueOf(sqlite.toJson('Decimal', of('(0.1), (0.2)'))),
      valueOf(sql`${of('(0.1), (0.2)')} = ${0.3}`),
    ]).toEqual(['0.3', 1n]);
    expect(valueOf(of('(null)'))).toBe(null);
  });
});

describe('a transaction on the connection that Prisma Client writes on too', () => {
  const written = () => connection.rows('SELECT "Int" FROM "v"', []).flat();
  const client = connection.client();
  const insert = (value: number) => client.execute(`INSERT INTO "v" ("Int") VALUES (${value})`);

  it('takes nothing of what is written meanwhile with it when it is undone', async () => {
    connection.script('DELETE FROM "v"');
    const { rollback } = await connection.begin();
    connection.write('INSERT INTO "v" ("Int") VALUES (1)', []);
    const others = [insert(2), client.transaction('write').then(({ commit }) => commit())];
    rollback();
    await Promise.all(others);
    expect(written()).toEqual([2n]);
  });

  it('is undone when it cannot be committed, and the next one begins', async () => {
    connection.script(
      'DELETE FROM "v"; CREATE TABLE "of" ("v" INTEGER REFERENCES "v"("Int") DEFERRABLE INITIALLY DEFERRED)',
    );
    connection.script('CREATE UNIQUE INDEX "v_Int" ON "v"("Int")');
    const { commit, rollback } = await connection.begin();
    connection.write('INSERT INTO "of" VALUES (1)', []);
    expect(commit).toThrow('FOREIGN KEY');
    rollback();
    await insert(3);
    expect([written(), connection.rows('SELECT * FROM "of"', [])]).toEqual([[3n], []]);
  });
});
