import { describe, expect, it } from 'vitest';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { createMapper, type Mapping } from '../../src/import/map.ts';
import { modelOf } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';

const schema = readDatamodel(generatedDatamodel);

function map(
  model: string,
  record: Record<string, unknown>,
  { text = false, ...mapping }: Mapping & { text?: boolean } = {},
) {
  const isWritable = (field: string) => !['id', 'passwordHash'].includes(field);
  return createMapper({ schema, model: modelOf(schema, model), mapping, isWritable }).map({ record, line: 2, text })
    .data;
}

const errorOf = (act: () => unknown) => {
  try {
    return act();
  } catch (error) {
    const { code, message, inputPath } = error as { code: string; message: string; inputPath?: string };
    return { code, message, path: inputPath };
  }
};

describe('a record', () => {
  it('becomes typed fields, from text as from JSON', () => {
    const text = {
      quantity: 'pH',
      value: '11.10',
      unit: '[pH]',
      measuredAt: '2026-11-22T10:00:00+01:00',
      status: 'DRAFT',
      details: '{"a":[1]}',
      rawFrame: 'fgEA',
      serialNumber: '9007199254740993',
    };
    const expected = {
      quantity: 'pH',
      value: '11.10',
      unit: '[pH]',
      measuredAt: new Date('2026-11-22T09:00:00Z'),
      status: 'DRAFT',
      details: { a: [1] },
      rawFrame: new Uint8Array([0x7e, 1, 0]),
      serialNumber: 9007199254740993n,
    };
    expect(map('Observation', text, { text: true })).toEqual(expected);
    expect(map('Observation', { ...text, details: { a: [1] } })).toEqual(expected);
  });

  it.each([
    ['Site', 'elevationMeters', '1.5', 'Give a whole number of 32 bits.'],
    ['Site', 'elevationMeters', '2147483648', 'Give a whole number of 32 bits.'],
    ['Site', 'latitude', '52,1', 'Give a number such as 11.10; as text when it has many digits.'],
    ['Country', 'landlocked', 'maybe', 'Give true or false.'],
    ['Survey', 'startsOn', '2026-02-30', 'Give a day such as 2026-11-22.'],
    ['Observation', 'measuredAt', '2026-11-22 10:00', 'Give ISO 8601 with a time zone, such as 2026-11-22T10:00:00Z.'],
    ['Observation', 'status', 'draft', 'Give one of DRAFT, SUBMITTED, PUBLISHED, REJECTED.'],
    ['Observation', 'details', '{', 'Give JSON.'],
    [
      'Observation',
      'serialNumber',
      '9223372036854775808',
      'Give a whole number of 64 bits; as text when it is beyond 2^53.',
    ],
  ])('is refused where %s.%s is %s', (model, column, value, remedy) => {
    expect(errorOf(() => map(model, { [column]: value }, { text: true }))).toMatchObject({
      code: 'BAD_INPUT',
      path: column,
      message: expect.stringContaining(remedy),
    });
  });

  it('is not taken for another type than it says', () => {
    expect(errorOf(() => map('Site', { name: 5 }))).toMatchObject({ code: 'BAD_INPUT' });
    expect(errorOf(() => map('Site', { elevationMeters: '5' }))).toMatchObject({ code: 'BAD_INPUT' });
    expect(errorOf(() => map('Observation', { serialNumber: 2 ** 60 }))).toMatchObject({ code: 'BAD_INPUT' });
  });

  it.each([
    ['a column of the relation', { 'country.code': 'NL' }],
    ['a nested object', { country: { code: 'NL' } }],
    ['the key alone', { country: 'NL' }],
    ['the foreign key', { countryCode: 'NL' }],
  ])('connects a row by %s', (_, record) => {
    expect(map('City', record)).toEqual({ country: { connect: { code: 'NL' } } });
  });

  it('connects rows by compound keys, several rows, and none', () => {
    expect(map('Site', { 'survey.title': 'S', 'survey.organizationId': 'o' })).toEqual({
      survey: { connect: { organizationId_title: { organizationId: 'o', title: 'S' } } },
    });
    const languages = { languages: { connect: [{ code: 'nld' }, { code: 'fra' }] } };
    expect(map('Country', { languages: ['nld', { code: 'fra' }] })).toEqual(languages);
    expect(map('Country', { languages: 'nld; fra' }, { text: true })).toEqual(languages);
    expect(map('Country', { languages: null })).toEqual({});
    expect(map('Observation', { reviewer: null })).toEqual({ reviewer: { disconnect: true } });
  });

  it('refuses what does not name one row', () => {
    expect(errorOf(() => map('Site', { 'survey.title': 'S' }))).toEqual({
      code: 'BAD_INPUT',
      path: 'survey.title',
      message: 'survey.title: title does not name one Survey. Give survey.id, or survey.organizationId + survey.title.',
    });
  });

  it('is renamed, prepared, and left out by the mapping', () => {
    const columns = { lat: 'latitude', land: 'country.code', ignored: null };
    expect(map('City', { lat: '1', land: 'NL', ignored: 1 }, { columns })).toEqual({
      latitude: '1',
      country: { connect: { code: 'NL' } },
    });
    const prepare = ({ pair }: Readonly<Record<string, unknown>>) => ({ name: String(pair).split('/')[0] });
    expect(map('City', { pair: 'Utrecht/NL' }, { prepare })).toEqual({ name: 'Utrecht' });
  });

  it('holds a constant whatever becomes of a column of its name', () => {
    const mapping = { columns: { label: null, old: 'label' }, constants: { label: 'New' } };
    expect(map('Tag', { slug: 'a', label: 'Old' }, mapping)).toEqual({ slug: 'a', label: 'New' });
    expect(map('Tag', { slug: 'a' }, mapping)).toEqual({ slug: 'a', label: 'New' });
    expect(errorOf(() => map('Tag', { slug: 'a', old: 'x' }, mapping))).toMatchObject({ code: 'IMPORT_BAD_FILE' });
  });

  it('holds a number or a truth value of the mapping among the texts of a table', () => {
    const constants = { area: 1, landlocked: false };
    expect(map('Country', { code: 'NL' }, { text: true, constants })).toEqual({ code: 'NL', ...constants });
    const transforms = { area: (value: unknown) => Number(value) * 2.59 };
    expect(map('Country', { area: '100' }, { text: true, transforms })).toEqual({ area: 259 });
  });

  it('names the nearest field for a column that it does not know', () => {
    expect(errorOf(() => map('City', { lattitude: '1' }))).toEqual({
      code: 'IMPORT_UNKNOWN_COLUMN',
      path: 'lattitude',
      message:
        'City has no writable field for the column "lattitude". Rename the column to "latitude", or map it: columns: { "lattitude": "latitude" }.',
    });
    expect(errorOf(() => map('City', { 'contry.code': 'NL' }))).toMatchObject({
      message: expect.stringContaining('Rename the column to "country.code"'),
    });
  });

  it('does not name a field that may not be written', () => {
    const message =
      'User has no writable field for the column "passwordHash". Remove the column, or map it to a field.';
    expect(errorOf(() => map('User', { passwordHash: 'x' }))).toMatchObject({ code: 'IMPORT_UNKNOWN_COLUMN', message });
    expect(errorOf(() => map('User', { paswordHash: 'x' }))).not.toMatchObject({
      message: expect.stringContaining('passwordHash'),
    });
  });

  it('is refused when two columns are one field', () => {
    expect(errorOf(() => map('City', { countryCode: 'NL', country: 'BE' }))).toMatchObject({ code: 'IMPORT_BAD_FILE' });
  });
});
