import type { FigureText } from '../operation.ts';
import { scalarIn, type ModelShape, type Shape } from '../shape.ts';
import type { Value } from '../world.ts';
import { compareValues, scaled } from './compare.ts';

/** One function over the values that are there; null when there is none. */
export function figureOf(
  { name, field }: FigureText,
  model: ModelShape,
  values: readonly Value[],
  shape: Shape,
): Value {
  const it = scalarIn(model, field);
  const [first] = values;
  if (first === undefined) return null;
  if (name === 'min' || name === 'max') {
    const wanted = name === 'min' ? -1 : 1;
    return values.reduce(
      (best, value) => (Math.sign(compareValues(value, best, it, shape)) === wanted ? value : best),
      first,
    );
  }
  if (it.type === 'Float') {
    const sum = exactSum(values.map(Number));
    return name === 'sum' ? sum : sum / values.length;
  }
  const sum = values.reduce<bigint>((total, value) => total + scaled(String(value)), 0n);
  if (it.type === 'Decimal')
    return decimalText(name === 'sum' ? Number(sum) / 1e30 : Number(sum) / 1e30 / values.length);
  const whole = sum / 10n ** 30n;
  return name === 'sum' ? String(whole) : Number(whole) / values.length;
}

/** Doubles are whole numbers of 2^-1074: their sum is exact, and rounded once. */
function exactSum(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + wholeOf(value), 0n);
  // Number() rounds a BigInt once; the scale is then taken off by powers of two.
  const size = total < 0n ? -total : total;
  const bits = size.toString(2).length;
  const shift = Math.max(0, bits - 60);
  const sticky = (size & ((1n << BigInt(shift)) - 1n)) === 0n ? 0n : 1n;
  const rounded = Number((size >> BigInt(shift)) | sticky) * 2 ** (shift - 537) * 2 ** -537;
  return total < 0n ? -rounded : rounded;
}

function wholeOf(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const [exponent, fraction] = [Number(raw >> 52n), raw & ((1n << 52n) - 1n)];
  const whole = exponent === 0 ? fraction : ((1n << 52n) | fraction) << BigInt(exponent - 1);
  return value < 0 ? -whole : whole;
}

/** The database keeps 15 digits. */
function decimalText(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential(14).split('e');
  const negative = digits.startsWith('-');
  const bare = digits.replace(/[-.]/g, '');
  const point = 1 + Number(exponent);
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${bare}` : bare.padEnd(point, '0');
  const at = Math.max(point, 1);
  const text = `${padded.slice(0, at)}.${padded.slice(at)}`.replace(/\.?0*$/, '');
  return negative && text !== '0' ? `-${text}` : text;
}
