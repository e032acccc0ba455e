/** The short way for rows that give the same fields: what it does is what the other way does, row by row. */
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { importRows } from '../../src/import/apply.ts';
import { parse } from '../../src/import/parse.ts';
import { recordsOf } from '../../src/import/records.ts';
import { any, anyone } from '../../src/policy/rule.ts';
import { policy } from '../../src/app/policies/language.ts';
import { open, readOnly } from '../../src/policy/policy.ts';
import { openTemporaryRows } from '../support/temporary-rows.ts';

const key = ['countryCode', 'name', 'latitude', 'longitude'];
type City = Record<'name' | 'latitude' | 'longitude' | 'admin1' | 'countryCode', string | null>;

/** Editors create cities of the North only: a rule on the new row, which is judged when it is there. */
const northern = policy('City', ({ role, where }) => ({
  read: anyone,
  link: anyone,
  create: any(role('admin'), where({ latitude: { gte: '0' } })),
  update: role('admin'),
  delete: role('admin'),
  fields: {
    id: readOnly,
    name: open,
    latitude: open,
    longitude: open,
    admin1: open,
    admin2: open,
    country: open,
    sites: readOnly,
  },
}));

/** Every second record has its columns in another order: such rows go the other way. */
const reordered = (cities: readonly City[]) =>
  cities.map((city, at) => (at % 2 ? Object.fromEntries(Object.entries(city).toReversed()) : city));
const csvOf = (cities: readonly City[]) =>
  [
    Object.keys(cities[0]!).join(),
    ...cities.map((city) =>
      Object.values(city)
        .map((cell) => `"${(cell ?? '').replaceAll('"', '""')}"`)
        .join(),
    ),
  ].join('\n');

async function outcomeOf(cities: readonly City[], way: 'short' | 'other') {
  await using test = await openTemporaryRows([northern]);
  const admin = await test.signIn('admin');
  const country = { officialName: 'x', region: 'x', area: 1, landlocked: false, flag: '', name: 'x' };
  await admin.write((writer) =>
    writer.createMany(
      'Country',
      ['NL', 'BE'].map((code) => ({ ...country, code })),
    ),
  );
  const { viewer } = await test.signIn('editor');
  const { database } = test;
  const before = await database.unguarded.auditEntry.count();
  const records =
    way === 'short' ? parse(Readable.from([csvOf(cities)]), { format: 'csv' }) : recordsOf(reordered(cities));
  const report = await importRows({ database, viewer, model: 'City', key, records, batchRows: 450 });
  const { seconds: _, rowsPerSecond: __, errors, ...counts } = report;
  const stored = await database.unguarded.city.findMany({ orderBy: { id: 'asc' }, omit: { id: true } });
  const entries = await database.unguarded.auditEntry.findMany({ orderBy: { id: 'asc' }, skip: before });
  const noted = entries.flatMap(({ key: one, changes, verb, model }) => {
    // Json; an entry of an import has them, one of a row has its fields.
    const { rows } = changes as { rows?: object };
    const each: [string, unknown][] = one === '' ? Object.entries(rows!) : [[one, changes]];
    return each.map(([rowKey, change]) => ({ rowKey: Number(rowKey), verb, model, change }));
  });
  // Numbers of rows that were undone are counted all the same by some engines: their order is what counts.
  const inOrder = noted.toSorted((a, b) => a.rowKey - b.rowKey);
  const texts = inOrder.map(({ verb, model, change }, at) => sorted([verb, model, at, change]));
  const lines = errors.map(({ line, code }) => [way === 'short' ? line - 1 : line, code]);
  return { counts, lines, stored, noted: texts, entries: entries.length };
}

/** Whatever the order of its columns. */
const sorted = ([verb, model, at, changes]: readonly [string, string, number, unknown]) => {
  const columns = Object.entries(changes as object).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([verb, model, at, columns]);
};

const cities = Array.from({ length: 600 }, (_, at): City => ({
  name: `City ${at}`,
  latitude: `${at % 80}.5`,
  longitude: '5.25',
  admin1: at % 3 ? null : `${at}`,
  countryCode: at % 2 ? 'NL' : 'BE',
}));
const withRow = (at: number, row: Partial<City>) =>
  cities.map((city, index) => (index === at ? { ...city, ...row } : city));

it.each<[string, City[]]>([
  ['good rows', cities],
  ['texts that JSON writes in another way', withRow(300, { name: 'a"b\\c\td 🐈' })],
  ['a key that is there twice', withRow(400, { ...cities[5]! })],
  ['a row of no country', withRow(401, { countryCode: 'XX' })],
  ['a row that a rule on new rows refuses', withRow(402, { latitude: '-3.5' })],
  ['a required column that is empty', withRow(403, { name: null })],
  ['a required relation that is empty', withRow(404, { countryCode: null })],
  ['a number with more digits than are kept', withRow(405, { latitude: '1.12345678901234567890123456789012345' })],
])('%s', async (_, rows) => {
  const [short, other] = [await outcomeOf(rows, 'short'), await outcomeOf(rows, 'other')];
  expect(short.counts).toEqual(other.counts);
  expect(short.lines).toEqual(other.lines);
  expect(short.stored).toEqual(other.stored);
  expect(short.noted).toEqual(other.noted);
  // Rows that are written together share an entry.
  expect(short.noted.length).toBeGreaterThan(590);
  expect(short.entries).toBeLessThan(60);
});
