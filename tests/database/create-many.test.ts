/** What many rows at once may do that one row may not, and the other way round: nothing. */
import * as fc from 'fast-check';
import { assert, describe, expect, it } from 'vitest';
import { PergolaError } from '../../src/errors.ts';
import type { ViewerDatabase } from '../../src/database/database.ts';
import type { TransactionWriter } from '../../src/database/write/transaction-writer.ts';
import type { Data } from '../../src/database/write/judge.ts';
import { open, policyLanguage, readOnly } from '../../src/policy/policy.ts';
import { all, any, anyone } from '../../src/policy/rule.ts';
import { openTemporaryRows } from '../support/temporary-rows.ts';
import { byEngine } from '../support/requirements.ts';

const policy = policyLanguage<'admin' | 'editor'>();

/** Editors link to European countries only, and name no city "Atlantis"; `admin2` is for cities that have an `admin1`. */
const city = policy('City', ({ role, where, through }) => ({
  read: anyone,
  link: anyone,
  create: any(role('admin'), all(role('editor'), through('country', 'link'), where({ name: { not: 'Atlantis' } }))),
  fields: {
    id: readOnly,
    name: open,
    latitude: open,
    longitude: open,
    admin1: open,
    admin2: { read: anyone, write: any(role('admin'), where({ admin1: { not: null } })) },
    country: open,
    sites: readOnly,
  },
}));

const countryFields = {
  code: open,
  name: open,
  officialName: open,
  region: open,
  subregion: open,
  capital: open,
  area: open,
  landlocked: open,
  independent: open,
  flag: open,
  languages: open,
  currencies: open,
  borders: open,
  borderedBy: readOnly,
  cities: open,
};

const country = policy('Country', ({ role, where }) => ({
  read: any(role('admin'), where({ region: { not: 'Nowhere' } })),
  link: any(role('admin'), where({ region: { equals: 'Europe' } })),
  create: any(role('admin'), role('editor')),
  update: role('admin'),
  fields: countryFields,
}));

const newCountry = (code: string, region: string): Data => ({
  code,
  name: code,
  officialName: code,
  region,
  area: 1,
  landlocked: false,
  flag: '',
});

async function openWithCountries(drafts = [city, country]) {
  const rows = await openTemporaryRows(drafts);
  const admin = await rows.signIn('admin');
  const regions = { NL: 'Europe', BE: 'Europe', KE: 'Africa', XX: 'Nowhere' };
  await admin.write((writer) =>
    writer.createMany(
      'Country',
      Object.entries(regions).map(([code, region]) => newCountry(code, region)),
    ),
  );
  return { ...rows, admin, [Symbol.asyncDispose]: rows[Symbol.asyncDispose] };
}

/** Statements that insert a thousand rows. */
const inserts = byEngine('one statement inserts up to 4,000 values, on MariaDB 30,000', {
  sqlite: { rows: 2, entries: 3 },
  mysql: { rows: 1, entries: 1 },
  postgresql: { rows: 2, entries: 3 },
});

const newCity = (name: string, rest: Data = {}): Data => ({
  name,
  latitude: '52.10',
  longitude: '5.12',
  country: { connect: { code: 'NL' } },
  ...rest,
});

const cityNames = ({ client }: ViewerDatabase) =>
  client.city.findMany({ orderBy: [{ id: 'asc' }] }).then((found) => found.map(({ name }) => name));

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => {
      assert(error instanceof PergolaError, String(error));
      return { code: error.code, path: error.inputPath };
    },
  );

describe('createMany', () => {
  it('creates the rows in their order and returns their keys', async () => {
    await using test = await openWithCountries();
    const names = Array.from({ length: 1500 }, (_, at) => `City ${at}`);
    const keys = await test.admin.write((writer) =>
      writer.createMany(
        'City',
        names.map((name) => newCity(name)),
      ),
    );
    const found = await test.admin.client.city.findMany({ select: { id: true, name: true } });
    const byId = new Map(found.map(({ id, name }) => [id, name]));
    expect(keys.map((key) => byId.get(key['id'] as number))).toEqual(names);
  });

  it('needs a handful of statements for a thousand rows, with every right judged', async () => {
    await using test = await openWithCountries();
    const editor = await test.signIn('editor');
    const rows = Array.from({ length: 1000 }, (_, at) =>
      newCity(`City ${at}`, { country: { connect: { code: at % 2 ? 'NL' : 'BE' } } }),
    );
    await editor.write((writer) => writer.createMany('City', rows));
    // The links, the inserts of rows, the new rows, and the inserts of audit entries.
    expect(editor.statements).toBe(2 + inserts.rows + inserts.entries);
  });

  it('refuses a link that create refuses, names its row, and keeps nothing', async () => {
    await using test = await openWithCountries();
    const editor = await test.signIn('editor');
    const rows = Array.from({ length: 30 }, (_, at) =>
      newCity(`City ${at}`, { country: { connect: { code: at === 17 ? 'KE' : 'NL' } } }),
    );
    const written = editor.write(async (writer) => {
      await writer.create('City', newCity('Before'));
      return writer.createMany('City', rows);
    });
    expect(await errorOf(written)).toEqual({ code: 'NOT_FOUND', path: 'data[17].country.connect' });
    expect(await cityNames(test.admin)).toEqual([]);
  });

  it('tells an unreadable country from an absent one no more than create does', async () => {
    await using test = await openWithCountries();
    const editor = await test.signIn('editor');
    const messages = ['XX', 'ZZ'].map((code) =>
      editor
        .write((writer) => writer.createMany('City', [newCity('A'), newCity('B', { country: { connect: { code } } })]))
        .catch(String),
    );
    expect(new Set(await Promise.all(messages)).size).toBe(1);
  });

  it.each([
    ['a row that may not be so', newCity('Atlantis'), 'FORBIDDEN', 'data[1]'],
    ['a field that this row may not have', newCity('C', { admin2: 'x' }), 'FORBIDDEN', 'data[1]'],
    ['a field that nobody may write', newCity('C', { sites: {} }), 'FORBIDDEN', 'data[1].sites'],
    ['a missing value', { name: 'C', latitude: '1', country: { connect: { code: 'NL' } } }, 'BAD_INPUT', 'data[1]'],
    ['a null for a required field', newCity('C', { latitude: null }), 'BAD_INPUT', 'data[1].latitude'],
    ['a row that is there', newCity('A'), 'CONFLICT', 'data[1]'],
    ['an unknown field', newCity('C', { nmae: 'x' }), 'FORBIDDEN', 'data[1].nmae'],
  ])('names the row of %s', async (_, row, code, path) => {
    await using test = await openWithCountries();
    const editor = await test.signIn('editor');
    const written = editor.write((writer) => writer.createMany('City', [newCity('A'), row, newCity('B')]));
    expect(await errorOf(written)).toEqual({ code, path });
    expect(await cityNames(test.admin)).toEqual([]);
  });

  it('refuses who may not create at all, before it looks at a row', async () => {
    await using test = await openWithCountries();
    const reader = await test.signIn();
    expect(await errorOf(reader.write((writer) => writer.createMany('City', [{}])))).toEqual({
      code: 'FORBIDDEN',
      path: 'data',
    });
  });

  it('judges each link after the rows before it when the right to link depends on them', async () => {
    const once = policy('Country', ({ where }) => ({
      read: anyone,
      link: where({ cities: { none: {} } }),
      create: anyone,
      fields: countryFields,
    }));
    const freely = policy('City', () => ({
      read: anyone,
      create: anyone,
      fields: {
        id: readOnly,
        name: countryFields.name,
        latitude: countryFields.name,
        longitude: countryFields.name,
        admin1: readOnly,
        admin2: readOnly,
        country: countryFields.name,
        sites: readOnly,
      },
    }));
    await using test = await openWithCountries([once, freely]);
    const written = test.admin.write((writer) => writer.createMany('City', [newCity('A'), newCity('B')]));
    expect(await errorOf(written)).toEqual({ code: 'NOT_FOUND', path: 'data[1].country.connect' });
  });

  it('links rows to earlier ones of the same call', async () => {
    await using test = await openWithCountries();
    await test.admin.write((writer) =>
      writer.createMany('Country', [
        newCountry('DE', 'Europe'),
        { ...newCountry('DK', 'Europe'), borders: { connect: [{ code: 'DE' }] } },
      ]),
    );
    const denmark = await test.admin.client.country.findUnique({ where: { code: 'DK' }, include: { borders: true } });
    expect(denmark?.borders.map(({ code }) => code)).toEqual(['DE']);
  });

  it('ties many-to-many relations, each pair once', async () => {
    await using test = await openWithCountries();
    await test.admin.write(async (writer) => {
      await writer.createMany(
        'Language',
        ['nld', 'fra'].map((code) => ({ code, name: code })),
      );
      await writer.createMany('Country', [
        { ...newCountry('LU', 'Europe'), languages: { connect: [{ code: 'fra' }, { code: 'fra' }] } },
        { ...newCountry('SR', 'Americas'), languages: { connect: { code: 'nld' } } },
        { ...newCountry('CH', 'Europe'), languages: { create: [{ code: 'roh', name: 'Romansh' }] } },
      ]);
    });
    const found = await test.admin.client.country.findMany({
      where: { code: { in: ['LU', 'SR', 'CH'] } },
      include: { languages: true },
    });
    const tied = found.map((row) => [row.code, row.languages.map(({ code }) => code)]);
    expect(tied).toEqual([
      ['CH', ['roh']],
      ['LU', ['fra']],
      ['SR', ['nld']],
    ]);
  });

  it('fills in presets and defaults as create does', async () => {
    await using test = await openTemporaryRows();
    const member = await test.signIn('admin');
    const site = await member.write(async (writer) => {
      await writer.create('Country', newCountry('NL', 'Europe'));
      const cityKey = await writer.create('City', newCity('Utrecht'));
      const organization = await writer.create('Organization', { slug: 'o', name: 'O' });
      const survey = await writer.create('Survey', { title: 'S', organization: { connect: organization } });
      const place = { latitude: '1.5', longitude: '2.5', city: { connect: cityKey } };
      return writer.create('Site', { name: 'X', survey: { connect: survey }, ...place });
    });
    const data = {
      quantity: 'air temperature',
      value: '11.10',
      unit: 'Cel',
      measuredAt: new Date('2026-01-01T10:00:00Z'),
      details: { b: 1, a: [true] },
      rawFrame: new Uint8Array([0, 255]),
      serialNumber: 2n ** 60n,
      site: { connect: site },
    };
    await member.write(async (writer) => {
      await writer.create('Observation', data);
      await writer.createMany('Observation', [data, { ...data, corrects: { disconnect: true } }]);
    });
    const [first, ...others] = await test.database.unguarded.observation.findMany();
    const timeless = ({ createdAt, updatedAt, ...rest }: NonNullable<typeof first>) => ({
      ...rest,
      id: 'any',
      stamped: createdAt instanceof Date && updatedAt instanceof Date,
    });
    expect(first).toMatchObject({ authorId: member.viewer.id, status: 'DRAFT' });
    expect(others.map(timeless)).toEqual([timeless(first!), timeless(first!)]);
  });

  it('accepts exactly the rows that create accepts', async () => {
    await using test = await openWithCountries();
    const editor = await test.signIn('editor');
    const row = fc.record(
      {
        name: fc.constantFrom('A', 'B', 'Atlantis', null),
        latitude: fc.constantFrom('1', '1.0', '2.5', '1234567890123456.7'),
        longitude: fc.constant('5.12'),
        admin1: fc.constantFrom('x', null),
        admin2: fc.constantFrom('y', null),
        country: fc.constantFrom<unknown>(
          ...['NL', 'NL', 'BE', 'KE', 'XX', 'ZZ'].map((code) => ({ connect: { code } })),
          { connect: { name: 'NL' } },
          { create: newCountry('FR', 'Europe') },
          { disconnect: true },
        ),
      },
      { requiredKeys: ['name', 'latitude', 'longitude', 'country'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        const outcome = (act: (writer: TransactionWriter) => Promise<unknown>) => errorOf(editor.write(act));
        const clear = async () => {
          await test.database.unguarded.city.deleteMany();
          await test.database.unguarded.country.deleteMany({ where: { code: 'FR' } });
        };
        const one = await outcome(async (writer) => {
          for (const [at, data] of rows.entries()) await writer.create('City', data, `data[${at}]`);
        });
        const first = await test.database.unguarded.city.findMany({ omit: { id: true } });
        await clear();
        const many = await outcome((writer) => writer.createMany('City', rows));
        const second = await test.database.unguarded.city.findMany({ omit: { id: true } });
        await clear();
        expect(second).toEqual(first);
        expect(many === undefined).toBe(one === undefined);
        // Of several bad rows the two may name another one first.
        expect(rows.length === 1 ? many : one).toEqual(one);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
