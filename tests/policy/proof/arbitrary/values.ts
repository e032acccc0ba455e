import * as fc from 'fast-check';
import type { EnumShape, ScalarShape, ScalarType } from '../shape.ts';
import type { Value } from '../world.ts';

/** Few values, so that equal ones and ties are many; among them those that databases get wrong. The plain ones come first. */
const pools: Record<Exclude<ScalarType, 'Enum'>, readonly Value[]> = {
  String: [
    'a',
    'b',
    'u1',
    'u2',
    'A',
    '',
    'ab',
    'é',
    'e\u0301',
    '%',
    '_',
    "o'x",
    '"q"',
    '\\',
    '😀',
    '\uFFFD',
    '\u{10FFFF}',
    'null',
    ' ',
    '\u2028',
    '10',
    '9',
    'İ',
  ],
  Int: [0, 1, 2, -1, 3, 10, 2_147_483_647, -2_147_483_648],
  BigInt: ['0', '1', '2', '-1', '9007199254740993', '9007199254740992', '-9007199254740993'],
  // Sums of these are exact, in whatever order they are added: how an engine rounds is not the policies' matter.
  Float: [0, 1.5, -1.5, 0.25, 2, -0.0009765625, 1_099_511_627_776.5],
  Decimal: ['0', '1', '1.1', '-1.5', '100', '0.1', '0.00001', '123456789.123456', '99999999999999'],
  Boolean: [true, false],
  DateTime: [
    '2020-01-01T00:00:00.000Z',
    '2020-01-01T00:00:00.001Z',
    '1969-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00.000Z',
  ],
  Date: ['2020-01-01', '2020-02-29', '1969-12-31', '9999-12-31', '0001-01-01'],
  Json: [
    {},
    [],
    { a: 1 },
    [1, 'x', null],
    'text',
    5,
    0.30000000000000004,
    true,
    { '😀': { b: [1.5] } },
    '5',
    '',
    'null',
  ],
  Bytes: ['AA==', 'AQI=', '', '/w=='],
};

/** How many of a pool's values are drawn most of the time. */
const common = 4;

/** Few, and one or two that databases get wrong. */
export function valuesOf(
  { type, enum: name }: Pick<ScalarShape, 'type' | 'enum'>,
  enums: readonly EnumShape[],
): readonly Value[] {
  const pool = type === 'Enum' ? enums.find((it) => it.name === name)!.values.map((it) => it.name) : pools[type];
  return pool.slice(0, common + 2);
}

export function arbitraryValue(
  { type, enum: name }: Pick<ScalarShape, 'type' | 'enum'>,
  enums: readonly EnumShape[],
): fc.Arbitrary<Value> {
  const pool = type === 'Enum' ? enums.find((it) => it.name === name)!.values.map((it) => it.name) : pools[type];
  const plain = fc.constantFrom(...pool.slice(0, common));
  return pool.length <= common
    ? plain
    : fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: fc.constantFrom(...pool) });
}

/** Values for keys, so that not all of them collide: the one at this place. */
export function keyValue(
  { type, enum: name }: Pick<ScalarShape, 'type' | 'enum'>,
  at: number,
  enums: readonly EnumShape[],
): Value {
  const text = ['u1', 'u2', 'a', 'b', 'é', '😀', '10', '9', "o'x", 'c%', '\uFFFD', 'Ω'];
  switch (type) {
    case 'String':
      return text[at % text.length]! + (at < text.length ? '' : at);
    case 'Int':
      return at - 2;
    case 'BigInt':
      return String(BigInt(at) + 9007199254740990n);
    case 'Float':
      return at * 0.1;
    case 'Decimal':
      return `${at}.5`;
    case 'Boolean':
      return at % 2 === 1;
    case 'DateTime':
      return new Date(Date.UTC(2020, 0, 1) + at).toISOString();
    case 'Date':
      return new Date(Date.UTC(2020, 0, 1 + at)).toISOString().slice(0, 10);
    case 'Enum': {
      const { values } = enums.find((it) => it.name === name)!;
      return values[at % values.length]!.name;
    }
    case 'Bytes':
      return Buffer.from([at]).toString('base64');
    case 'Json':
      throw new Error('Json is no key.');
  }
}
