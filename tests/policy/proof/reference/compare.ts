import type { ScalarShape, Shape } from '../shape.ts';
import { asText, type Value } from '../world.ts';

/** The order of two values of a field, neither of them null: below zero when `a` comes first. */
export function compareValues(
  a: Value,
  b: Value,
  { type, enum: enumName }: Pick<ScalarShape, 'type' | 'enum'>,
  shape: Shape,
): number {
  switch (type) {
    case 'BigInt':
      return sign(BigInt(asText(a)), BigInt(asText(b)));
    case 'Decimal':
      return sign(scaled(asText(a)), scaled(asText(b)));
    case 'Enum':
      return compareTexts(storedValue(a, enumName, shape), storedValue(b, enumName, shape));
    case 'Int':
    case 'Float':
    case 'Boolean':
      return Number(a) - Number(b);
    default:
      // ISO dates and days sort as their texts do.
      return compareTexts(asText(a), asText(b));
  }
}

const sign = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/** By code point: JavaScript's own order is by halves of them. */
function compareTexts(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [at, character] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const difference = character.codePointAt(0)! - other.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const places = 30;

/** A decimal text as a whole number of 10^-30. */
export function scaled(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.padEnd(places, '0').slice(0, places));
  return text.startsWith('-') ? -digits : digits;
}

function storedValue(value: Value, name: string | undefined, { enums }: Shape): string {
  const values = enums.find((it) => it.name === name)?.values;
  return values?.find((it) => it.name === value)?.stored ?? asText(value);
}
