import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ViewerDatabase } from '../../src/database/database.ts';
import { importRows, type ImportOptions } from '../../src/import/apply.ts';
import { parse, type Format } from '../../src/import/parse.ts';
import { recordsOf } from '../../src/import/records.ts';
import { reportLines } from '../../src/import/report.ts';
import { openTemporaryRows, type TemporaryRows } from '../support/temporary-rows.ts';

const file = (content: string, format: Format = 'csv') => parse(Readable.from([Buffer.from(content)]), { format });

async function openWithCountry() {
  const test = await openTemporaryRows();
  const admin = await test.signIn('admin');
  const country = { officialName: 'x', region: 'Europe', area: 1, landlocked: false, flag: '' };
  await admin.write((writer) =>
    writer.createMany(
      'Country',
      ['NL', 'BE'].map((code) => ({ ...country, code, name: code })),
    ),
  );
  return { ...test, admin, [Symbol.asyncDispose]: test[Symbol.asyncDispose] };
}

/** An import's counts, without its times. */
async function importCities(
  { database }: Pick<TemporaryRows, 'database'>,
  { viewer }: Pick<ViewerDatabase, 'viewer'>,
  options: Pick<ImportOptions, 'records'> & Partial<ImportOptions>,
) {
  const given = { database, viewer, model: 'City', ...options };
  const { seconds: _, rowsPerSecond: __, ...report } = await importRows(given);
  return report;
}

const counts = {
  model: 'City',
  created: 0,
  updated: 0,
  same: 0,
  skipped: 0,
  denied: 0,
  conflicts: 0,
  refused: 0,
  rows: 0,
  forgiven: {},
  errors: [],
};
const key = ['countryCode', 'name', 'latitude', 'longitude'];
const cityNames = ({ client }: ViewerDatabase) =>
  client.city.findMany({ orderBy: [{ id: 'asc' }] }).then((found) => found.map(({ name }) => name));

describe('an import', () => {
  it('writes the same rows from CSV, JSON and NDJSON', async () => {
    const cities = Array.from({ length: 50 }, (_, at) => ({
      name: `City ${at}`,
      latitude: `${at}.10`,
      longitude: '5.12',
      admin1: at % 2 ? null : 'x',
      'country.code': at % 3 ? 'NL' : 'BE',
    }));
    const csv = [
      'name,latitude,longitude,admin1,country.code',
      ...cities.map((row) => Object.values(row).join(',')),
    ].join('\n');
    const files: [string, Format][] = [
      [csv, 'csv'],
      [JSON.stringify(cities), 'json'],
      [cities.map((row) => JSON.stringify(row)).join('\n'), 'ndjson'],
    ];
    const stored = [];
    for (const [content, format] of files) {
      await using test = await openWithCountry();
      const report = await importCities(test, test.admin, { records: file(content, format) });
      expect(report).toEqual({ ...counts, created: 50, rows: 50 });
      stored.push(await test.database.unguarded.city.findMany());
    }
    expect(stored[1]).toEqual(stored[0]);
    expect(stored[2]).toEqual(stored[0]);
  });

  it('keeps the good rows of a batch and reports the bad ones by line and column', async () => {
    await using test = await openWithCountry();
    const records = file(
      [
        'name,latitude,longitude,country.code',
        'A,1,1,NL',
        'B,one,1,NL',
        'C,1,1,ZZ',
        ',1,1,NL',
        'E,1,1,NL,5',
        'A,1,1,NL',
        'G,1,1,NL',
      ].join('\n'),
    );
    const report = await importCities(test, test.admin, { records });
    expect(report.errors.toSorted((a, b) => a.line - b.line)).toEqual([
      { line: 3, column: 'latitude', code: 'BAD_INPUT', message: expect.stringContaining('latitude is "one"') },
      {
        line: 4,
        column: 'country.code',
        code: 'NOT_FOUND',
        message: 'No Country matches. Check the key, and that you may see the row.',
      },
      {
        line: 5,
        column: 'name',
        code: 'BAD_INPUT',
        message: '"name" is null, and the field is required. Give a value.',
      },
      { line: 6, code: 'IMPORT_BAD_FILE', message: expect.stringContaining('Line 6 has 5 columns, and the header 4') },
      { line: 7, code: 'CONFLICT', message: expect.stringContaining('cannot be stored') },
    ]);
    expect(report).toMatchObject({ created: 2, denied: 1, conflicts: 1, refused: 3, rows: 7 });
    expect(await cityNames(test.admin)).toEqual(['A', 'G']);
  });

  it('creates nothing the second time', async () => {
    await using test = await openWithCountry();
    const content = 'name,latitude,longitude,country.code,admin1\nA,1.10,1,NL,x\nB,2,2,BE,\n';
    const first = await importCities(test, test.admin, { records: file(content), key });
    expect(first).toEqual({ ...counts, created: 2, rows: 2 });
    const second = await importCities(test, test.admin, { records: file(content), key });
    expect(second).toEqual({ ...counts, same: 2, rows: 2 });
    const changed = content.replace('1.10', '1.1').replace(',x', ',y').concat('C,3,3,NL,\n');
    const third = await importCities(test, test.admin, {
      records: file(changed),
      key: 'countryCode_name_latitude_longitude',
    });
    expect(third).toEqual({ ...counts, created: 1, updated: 1, same: 1, rows: 3 });
    expect(await cityNames(test.admin)).toEqual(['A', 'B', 'C']);
  });

  it('updates only the columns that the file has', async () => {
    await using test = await openWithCountry();
    const records = recordsOf([{ code: 'NL', capital: 'Amsterdam' }]);
    expect(await importCities(test, test.admin, { model: 'Country', records, key: 'code' })).toMatchObject({
      updated: 1,
    });
    const row = await test.admin.client.country.findUnique({ where: { code: 'NL' } });
    expect(row).toMatchObject({ name: 'NL', capital: 'Amsterdam' });
  });

  it('goes through the rules of its viewer', async () => {
    await using test = await openWithCountry();
    const member = await test.signIn();
    const records = file('name,latitude,longitude,country\nA,1,1,NL\nB,1,1,NL\n');
    expect(await importCities(test, member, { records })).toMatchObject({
      denied: 2,
      rows: 2,
      errors: [
        { line: 2, code: 'FORBIDDEN' },
        { line: 3, code: 'FORBIDDEN' },
      ],
    });
    expect(await cityNames(test.admin)).toEqual([]);
  });

  it('stops at the header when a column is unknown, and at nothing when one record has one more', async () => {
    await using test = await openWithCountry();
    await expect(importCities(test, test.admin, { records: file('nmae\nA\n') })).rejects.toMatchObject({
      code: 'IMPORT_UNKNOWN_COLUMN',
      remedy: expect.stringContaining('"name"'),
    });
    const city = { name: 'A', latitude: 1, longitude: 1, country: 'NL' };
    const records = recordsOf([city, { ...city, name: 'B', extra: 1 }, { ...city, name: 'C' }]);
    expect(await importCities(test, test.admin, { records })).toMatchObject({ created: 2, refused: 1 });
  });

  it('refuses fields that are no unique key', async () => {
    await using test = await openWithCountry();
    const imported = importCities(test, test.admin, { records: recordsOf([]), key: ['name'] });
    await expect(imported).rejects.toMatchObject({ code: 'BAD_INPUT', inputPath: 'key' });
  });

  it('tells how it goes, batch by batch', async () => {
    await using test = await openWithCountry();
    const rows: number[] = [];
    const cities = Array.from({ length: 25 }, (_, at) => ({ name: `${at}`, latitude: 1, longitude: 1, country: 'NL' }));
    const onProgress: ImportOptions['onProgress'] = ({ report }) => rows.push(report.rows);
    await importCities(test, test.admin, { records: recordsOf(cities), batchRows: 10, onProgress });
    expect(rows).toEqual([10, 20, 25]);
  });

  it('reports in lines for people', () => {
    const error = { line: 3, column: 'area', code: 'BAD_INPUT' as const, message: 'No.' };
    const report = {
      ...counts,
      created: 1200,
      refused: 2,
      rows: 1202,
      seconds: 0.5,
      rowsPerSecond: 2404,
      errors: [error],
    };
    expect(reportLines(report)).toEqual([
      'City: 1,200 created, 2 refused in 0.5 s (2,404 rows/s)',
      '  line 3, area: BAD_INPUT No.',
      '  and 1 more',
    ]);
  });
});
