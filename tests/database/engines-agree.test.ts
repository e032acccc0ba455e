/** The same operations on every engine that is reachable: the answers are compared byte by byte. */
import { describe, expect, it } from 'vitest';
import { system } from '../../src/policy/viewer.ts';
import type { TestPlatform } from '../support/platform.ts';
import { sideBySide } from '../support/side-by-side.ts';

/** Texts that some collation or other takes for equal, sorts together, or cuts off. */
const texts = [
  ['a', 'A', 'á', 'a\u0301', 'ä', 'ae', 'æ', 'ß', 'ss', 'SS', 'ı', 'i', 'I', 'İ', 'ﬁ', 'fi', 'ａ', 'Ａ'],
  ['a ', ' a', 'a\t', 'a\n', '', ' ', '  ', 'a%', 'a_', 'a\\', "a'", 'a"', 'a`', '%', '_', '\\'],
  ['z', 'Z', 'é', 'e', '1', '10', '2', '😀', '😁', '\u{10FFFF}', '\uFFFD', '中', '\u200B', 'a\u200B', '\u0001'],
].flat();
const decimals = ['0', '-0.1', '0.1', '0.10', '0.000000000000001', '123456789012345', '-99999.9999999999', '2', '10'];
const bigInts = ['0', '-1', '9007199254740993', '9007199254740992', '9223372036854775807', '-9223372036854775808'];
const moments = [
  ['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00.001Z', '0999-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z'],
  ['2024-02-29T23:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
].flat();
const jsons = [
  { b: 1, a: [1, 2.5, 'x', null, { c: true }], 'a.b': { '"': 'quoted' } },
  { b: '1' },
  { b: null },
  { b: true },
  [],
  {},
  'text',
  '1',
  1,
  1.5,
  0.1,
  1e21,
  -1e-7,
  true,
  false,
  { $: { '*': 1 } },
  { b: 1.0 },
];

const at = <T>(list: readonly T[], index: number): T => list[index % list.length]!;

/** One observation for each text, in the same order everywhere. */
async function arrange({ database }: TestPlatform) {
  const data = texts.map((text, index) => ({
    id: `odd-${String(index).padStart(3, '0')}`,
    quantity: text,
    unit: index % 3 === 0 ? 'm' : 'M',
    value: at(decimals, index),
    measuredAt: new Date(at(moments, index)),
    ...(index % 4 !== 3 && { internalNote: at(texts, index * 7) }),
    ...(index % 5 !== 4 && { serialNumber: BigInt(at(bigInts, index)) }),
    ...(index % 3 !== 2 && { details: at(jsons, index) }),
    ...(index % 4 !== 2 && { rawFrame: new Uint8Array([index, 0, 255]) }),
    site: { connect: { id: index % 2 === 0 ? 'a-open' : 'b-open' } },
    author: { connect: { id: index % 2 === 0 ? 'alice' : 'bob' } },
    status: at(['DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED'], index),
  }));
  const keys = await database.as(system).write((writer) => writer.createMany('Observation', data));
  expect(keys).toHaveLength(texts.length);
}

const plain = [
  'quantity',
  'unit',
  'value',
  'measuredAt',
  'internalNote',
  'serialNumber',
  'details',
  'rawFrame',
  'status',
];

/** The same rows as of `arrange`, as an import writes them: column by column. */
async function arrangeAlike({ database }: TestPlatform) {
  const rows = await database.unguarded.observation.findMany({ orderBy: { id: 'asc' } });
  const wanted = rows.filter(({ id, details }) => id.startsWith('odd-') && details !== null);
  const shape = [
    ...['id', ...plain].map((name) => ({ name, key: undefined })),
    { name: 'site', key: 'id' },
    { name: 'author', key: 'id' },
  ];
  const data = wanted.map((row) => [
    `alike-${row.id}`,
    ...plain.map((name) => Reflect.get(row, name) as unknown),
    row.siteId,
    row.authorId,
  ]);
  return database.as(system).write((writer) => writer.createAlike('Observation', shape, data));
}

const everyField =
  'id quantity unit value measuredAt status details rawFrame serialNumber internalNote site { name survey { title } }';

/** Each with the values it is asked with. */
const operations: readonly [name: string, document: string, variables?: object][] = [
  ['every value', `{ observations(first: 100, orderBy: [{ id: asc }]) { totalCount nodes { ${everyField} } } }`],
  ...['quantity', 'unit', 'value', 'measuredAt', 'status', 'serialNumber', 'internalNote'].flatMap((field) =>
    ['asc', 'desc'].map((direction): [string, string] => [
      `sorted by ${field} ${direction}`,
      `{ observations(first: 100, orderBy: [{ ${field}: ${direction} }]) { edges { cursor node { id ${field} } } } }`,
    ]),
  ),
  ...['equals', 'contains', 'startsWith', 'endsWith', 'lt', 'gte', 'not'].map((operator): [string, string] => [
    `a text that ${operator}`,
    `{ ${texts
      .map((text, index) => {
        const value =
          operator === 'not' ? `{ not: ${JSON.stringify(text)} }` : `{ ${operator}: ${JSON.stringify(text)} }`;
        return `t${index}: observations(first: 100, where: { quantity: ${value} }, orderBy: [{ id: asc }]) { nodes { id } }`;
      })
      .filter((_, index) => index % 3 === 0)
      .join(' ')} }`,
  ]),
  [
    'numbers and moments by their values',
    `query ($d: [Decimal!], $b: [BigInt!], $m: [DateTime!]) {
      d: observations(where: { value: { in: $d } }, first: 100, orderBy: [{ id: asc }]) { nodes { id } }
      b: observations(where: { serialNumber: { in: $b } }, first: 100, orderBy: [{ id: asc }]) { nodes { id } }
      n: observations(where: { serialNumber: { notIn: $b } }, first: 100, orderBy: [{ id: asc }]) { nodes { id } }
      m: observations(where: { measuredAt: { in: $m } }, first: 100, orderBy: [{ id: asc }]) { nodes { id } }
    }`,
    { d: decimals.slice(1, 5), b: bigInts.slice(2, 5), m: moments.slice(0, 3) },
  ],
  ...[
    { path: ['b'], equals: 1 },
    { path: ['b'], equals: '1' },
    { path: ['b'], equals: true },
    { path: ['a.b', '"'], equals: 'quoted' },
    { path: ['$', '*'], equals: 1 },
    { path: ['a'], equals: null },
    { equals: 1 },
    { equals: 'text' },
  ].map((details): [string, string, object] => [
    `Json ${JSON.stringify(details)}`,
    `query ($w: ObservationWhere) { observations(first: 100, where: $w, orderBy: [{ id: asc }]) { nodes { id details } } }`,
    { w: { details } },
  ]),
  ['groups by a text', '{ observationGroups(by: [{ field: quantity }], first: 100) { key { quantity } count } }'],
  [
    // Of values that fit into 15 digits together: SQLite keeps no more.
    'groups with figures',
    `{ observationGroups(by: [{ field: unit }, { field: status }], where: { value: { gte: "0.1", lte: "1000" } }, first: 100) {
      key { unit status } count sum { value } min { quantity value measuredAt } max { quantity serialNumber } } }`,
  ],
  ...['day', 'week', 'month', 'quarter', 'year'].map((unit): [string, string] => [
    `groups by ${unit}, here and in a zone`,
    `{ utc: observationGroups(by: [{ field: measuredAt, unit: ${unit} }], where: { measuredAt: { gte: "1970-01-01T00:00:00Z", lt: "2100-01-01T00:00:00Z" } }, first: 100) { key { measuredAt } count }
       zone: observationGroups(by: [{ field: measuredAt, unit: ${unit}, timeZone: "America/New_York" }], where: { measuredAt: { gte: "1970-01-01T00:00:00Z", lt: "2100-01-01T00:00:00Z" } }, first: 100) { key { measuredAt } count }
       all: observationGroups(by: [{ field: measuredAt, unit: ${unit} }], first: 100) { key { measuredAt } count } }`,
  ]),
  [
    'nested lists, counts and pages',
    `{ surveys(orderBy: [{ sites: { _count: desc } }, { title: asc }]) { nodes { title sites(orderBy: [{ name: desc }]) { totalCount nodes {
      name first: observations(first: 3, orderBy: [{ internalNote: desc }, { quantity: asc }]) { totalCount pageInfo { hasNextPage endCursor } nodes { id } }
      last: observations(last: 2, orderBy: [{ quantity: asc }]) { edges { cursor node { id author { name } } } } } } } } }`,
  ],
];

describe.each(['mysql', 'postgresql'] as const)('SQLite and %s', (engine) => {
  const sides = sideBySide(engine, arrange);

  it.each(operations)('answer alike: %s', sides.needed, async (_, document, variables) => {
    for (const who of ['root', 'alice', 'guest'] as const) {
      const [one, other] = await Promise.all(
        [sides.here, sides.there].map((platform) =>
          platform.as(who).run(document, variables as Record<string, unknown>),
        ),
      );
      expect(one!.errors?.filter(({ code }) => code !== 'FORBIDDEN') ?? []).toEqual([]);
      expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    }
  });

  it('keep what is written column by column as what is written row by row', sides.needed, async () => {
    for (const platform of [sides.here, sides.there]) {
      expect(await arrangeAlike(platform)).toBe(true);
      const stored = await platform.database.unguarded.observation.findMany({ orderBy: { id: 'asc' } });
      const withId = (id: string) => stored.find((row) => row.id === id);
      const alike = stored.filter(({ id }) => id.startsWith('alike-'));
      expect(alike.length).toBeGreaterThan(30);
      const ignored = { createdAt: null, updatedAt: null };
      for (const row of alike)
        expect({ ...row, ...ignored }).toEqual({ ...withId(row.id.slice(6)), id: row.id, ...ignored });
      await platform.database.unguarded.observation.deleteMany({ where: { id: { in: alike.map(({ id }) => id) } } });
    }
  });

  it('refuse NUL alike', sides.needed, async () => {
    const document = 'query ($t: String) { observations(where: { quantity: { equals: $t } }) { nodes { id } } }';
    const [one, other] = await Promise.all(
      [sides.here, sides.there].map((platform) => platform.as('root').run(document, { t: 'a\0b' })),
    );
    expect(one!.errors?.[0]?.code).toBe('BAD_INPUT');
    expect(other).toEqual(one);
  });
});
