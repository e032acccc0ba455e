/** Unusual values on their way through the API into the database and back: exact, or refused with their place. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { only, onSqlite } from '../support/requirements.ts';
import { openTestPlatform, type AnswerError, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

/** Stores a value in one field of an observation, reads it back, and finds the row by it. */
async function store(field: string, value: unknown) {
  const root = platform.as('root');
  const document = `mutation ($data: ObservationUpdateInput!) { updateObservation(where: { id: "a-open-draft" }, data: $data) { ${field} } }`;
  const { data, errors } = await root.run<{ updateObservation: Record<string, unknown> | null } | null>(document, {
    data: { [field]: value },
  });
  if (errors) return errors;
  return data?.updateObservation?.[field];
}

const found = (field: string, value: unknown) =>
  platform.as('root').ids('observations', { where: { id: { equals: 'a-open-draft' }, [field]: { equals: value } } });

const refusal = (of: unknown) =>
  (of as AnswerError[]).map(({ code, message, inputPath }) => [code, message, inputPath]);

describe('text', () => {
  it.each([
    ['nothing', ''],
    ['a blank', ' '],
    ['emoji of several code points', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['a letter composed of two', 'é'],
    ['right to left', 'שלום \u202Eabc'],
    ['quotes and SQL', `'; DROP TABLE "Observation"; --`],
    ['backslashes and wildcards', '\\%_*?['],
    ['line breaks and controls', 'a\r\n\tb\u0001\u007F'],
    ['JSON', '{"a": [1, null]}'],
    ['what looks like a number', '1e5'],
    ['what looks like null', 'null'],
    ['of a hundred thousand characters', 'ä'.repeat(100_000)],
  ])('comes back as it went: %s', async (_, value) => {
    expect(await store('unit', value)).toBe(value);
    expect(await found('unit', value)).toEqual(['a-open-draft']);
  });

  it('with a NUL is refused, where it is written as where it is looked for', async () => {
    const message = 'holds a NUL character. Remove it: databases cut or refuse such text.';
    expect(refusal(await store('unit', 'a\0b'))).toEqual([['BAD_INPUT', `"data.unit" ${message}`, 'data.unit']]);
    await expect(found('unit', 'a\0b')).rejects.toThrow(message);
    const { errors } = await platform.as('root').run('{ tag(where: { slug: "rain\\u0000" }) { slug } }');
    expect(errors).toEqual([
      { code: 'BAD_INPUT', message: `"where.slug.equals" ${message}`, path: 'tag', inputPath: 'where.slug.equals' },
    ]);
  });
});

describe('a Decimal', () => {
  it.each([
    ['0', '0'],
    ['-0.1', '-0.1'],
    ['11.10', '11.1'],
    ['123456789012345', '123456789012345'],
    ['0.123456789012345', '0.123456789012345'],
    ['-99999999999999.9', '-99999999999999.9'],
    ['0.00000000000000000001', '0.00000000000000000001'],
    ['000000000000000000001', '1'],
  ])('of fifteen digits is exact: %s', async (value, expected) => {
    expect(await store('value', value)).toBe(expected);
    expect(await found('value', value)).toEqual(['a-open-draft']);
  });

  it.each([
    ['1'.repeat(36), '36 digits before the point; this database keeps 35'],
    [`-0.${'1'.repeat(31)}`, '31 decimal places; this database keeps 30'],
  ])(
    'of more digits than a server keeps is refused, not rounded: %s',
    only(['mysql', 'postgresql'], ''),
    async (value, problem) => {
      const message = `"data.value" has ${problem}. Give fewer digits.`;
      expect(refusal(await store('value', value))).toEqual([['BAD_INPUT', message, 'data.value']]);
    },
  );

  it.each(['1'.repeat(35), `-0.${'1'.repeat(30)}`, `${'9'.repeat(35)}.${'9'.repeat(30)}`])(
    'of as many digits as a server keeps is exact: %s',
    only(['mysql', 'postgresql'], ''),
    async (value) => {
      expect(await store('value', value)).toBe(value);
      expect(await found('value', value)).toEqual(['a-open-draft']);
    },
  );

  it.each(['1234567890123456', '0.1234567890123456', '1000000000000000.0', '-1.000000000000001'])(
    'of sixteen digits is refused, not rounded: %s',
    onSqlite('fifteen digits of a Decimal (servers keep 35 before the point and 30 behind it, values.test.ts)'),
    async (value) => {
      const digits = value.replace(/\D/g, '').replace(/^0+/, '').length;
      const message = `"data.value" has ${digits} digits; this database keeps 15. Give fewer digits.`;
      expect(refusal(await store('value', value))).toEqual([['BAD_INPUT', message, 'data.value']]);
    },
  );

  it('that is looked for is not rounded either: what cannot be stored is found nowhere', async () => {
    await store('value', '2');
    const where = { id: { equals: 'a-open-draft' }, value: { equals: '2.0000000000000001' } };
    const document = 'query ($where: ObservationWhere) { observations(where: $where) { nodes { id } } }';
    const { data, errors } = await platform.as('root').run(document, { where });
    expect(errors ? errors.map(({ code }) => code) : data).toBeOneOf([['BAD_INPUT'], { observations: { nodes: [] } }]);
  });

  it.each([
    [0.1, '0.1'],
    [1e-7, '0.0000001'],
    [-2.5e-9, '-0.0000000025'],
    [123456.789, '123456.789'],
  ])('given as a number keeps its value: %d', async (value, expected) => {
    expect(await store('value', value)).toBe(expected);
  });

  it.each(['', '.5', '5.', '1e5', 'NaN', 'Infinity', '1,5', '١', '0x10', '--1', ' 1'])(
    'that is no number is refused: %j',
    async (value) => {
      expect(await store('value', value)).toEqual([expect.objectContaining({ code: 'BAD_INPUT' })]);
    },
  );
});

describe('a BigInt', () => {
  it.each(['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'])(
    'of 64 bits is exact: %s',
    async (value) => {
      expect(await store('serialNumber', value)).toBe(value);
      expect(await found('serialNumber', value)).toEqual(['a-open-draft']);
    },
  );
  it.each(['9223372036854775808', '-9223372036854775809', '1.5', '1e3', '', '0x1', 9007199254740992, 1.5])(
    'beyond is refused: %j',
    async (value) => {
      expect(await store('serialNumber', value)).toEqual([expect.objectContaining({ code: 'BAD_INPUT' })]);
    },
  );
});

describe('Bytes', () => {
  it.each(['', 'AA==', 'AP8=', Buffer.from(Uint8Array.from({ length: 256 }, (_, at) => at)).toString('base64')])(
    'come back as they went: %j',
    async (value) => {
      expect(await store('rawFrame', value)).toBe(value);
      expect(await found('rawFrame', value)).toEqual(['a-open-draft']);
    },
  );
  it.each(['A', 'AA', 'AP8', 'AP9=', 'A-_=', ' AA=='])('that are no base64 are refused: %j', async (value) => {
    expect(await store('rawFrame', value)).toEqual([expect.objectContaining({ code: 'BAD_INPUT' })]);
  });
});

describe('Json', () => {
  it.each([
    [true, false, 0, '', 'text', '5', 'null', [], {}],
    [{ a: [1, { b: null }], 'ä"\\': '👩‍👩‍👧' }],
    [{ constructor: { prototype: 1 }, nul: 'a\u0000b' }],
    [0.1 + 0.2, 1e300, -5],
  ])('comes back as it went: %j', async (...values) => {
    for (const value of values) expect(await store('details', value)).toEqual(value);
  });
  it('keeps a key called __proto__, and nothing gets it as a prototype (attack 91)', async () => {
    const value = JSON.parse('{ "__proto__": { "admin": true } }') as object;
    expect(JSON.stringify(await store('details', value))).toBe('{"__proto__":{"admin":true}}');
    expect('admin' in {}).toBe(false);
  });
  it('null is the absent value', async () => {
    expect(await store('details', null)).toBe(null);
  });
});

describe('a DateTime', () => {
  it.each([
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00.001+05:30', '2026-11-22T04:30:00.001Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
    ['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['2026-11-22T10:00:00.123000Z', '2026-11-22T10:00:00.123Z'],
  ])('is the moment that it says: %s', async (value, expected) => {
    expect(await store('measuredAt', value)).toBe(expected);
    expect(await found('measuredAt', value)).toEqual(['a-open-draft']);
  });

  it.each([
    '2026-11-22',
    '2026-11-22T10:00:00',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-22T25:00:00Z',
    '2026-11-22T10:00:60Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+275760-09-13T00:00:00.000Z',
    'now',
    '',
    1_700_000_000_000,
    // Milliseconds are what is kept; the rest would be lost unseen.
    '2026-11-22T10:00:00.123456Z',
  ])('that no calendar has, or no engine keeps, is refused: %j', async (value) => {
    expect(await store('measuredAt', value)).toEqual([expect.objectContaining({ code: 'BAD_INPUT' })]);
  });

  it('comes before another as it does in time, across the years', async () => {
    const years = ['0001', '0999', '1969', '2026', '9999'];
    const ids = ['a-open-draft', 'a-open-submitted', 'a-open-published', 'a-open-rejected', 'b-open-draft'];
    const root = platform.as('root');
    for (const [at, id] of ids.entries()) {
      const data = { measuredAt: `${years[at]}-06-01T00:00:00Z` };
      await root.run(
        'mutation ($id: String, $data: ObservationUpdateInput!) { updateObservation(where: { id: $id }, data: $data) { id } }',
        { id, data },
      );
    }
    expect(await root.ids('observations', { where: { id: { in: ids } }, orderBy: [{ measuredAt: 'asc' }] })).toEqual(
      ids,
    );
  });
});

describe('a Date', () => {
  const update =
    'mutation ($day: Date) { updateSurvey(where: { id: "a-open" }, data: { startsOn: $day }) { startsOn } }';
  it.each(['2024-02-29', '0001-01-01', '9999-12-31'])('is a day: %s', async (day) => {
    const root = platform.as('root');
    expect(await root.run(update, { day })).toEqual({ data: { updateSurvey: { startsOn: day } } });
    expect(await root.ids('surveys', { where: { startsOn: { equals: day } } })).toEqual(['a-open']);
  });
  it.each(['2026-02-29', '2026-2-1', '2026-11-22T00:00:00Z', ''])(
    'that no calendar has is refused: %j',
    async (day) => {
      const { errors } = await platform.as('root').run(update, { day });
      expect(errors).toEqual([expect.objectContaining({ code: 'BAD_INPUT' })]);
    },
  );
});

describe('a Float', () => {
  const update = 'mutation ($area: Float) { updateCountry(where: { code: "NL" }, data: { area: $area }) { area } }';
  it.each([0.1 + 0.2, 5e-324, Number.MAX_VALUE, -1 / 3, 0])('keeps its last digit: %d', async (area) => {
    const root = platform.as('root');
    expect(await root.run(update, { area })).toEqual({ data: { updateCountry: { area } } });
    expect(await root.ids('countries', { where: { area: { equals: area } } }, 'code')).toEqual(['NL']);
  });
  it('beyond all numbers is refused', async () => {
    const { errors } = await platform
      .as('root')
      .run('mutation { updateCountry(where: { code: "NL" }, data: { area: 1e400 }) { area } }');
    expect(errors).toEqual([expect.objectContaining({ code: 'BAD_INPUT', inputPath: 'data.area' })]);
  });
});
