import type { FigureText } from '../operation.ts';
import { scalarIn, type ModelShape, type Shape } from '../shape.ts';
import { asText, type Value } from '../world.ts';
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
    const sum = values.reduce<number>((total, value) => total + Number(value), 0);
    return name === 'sum' ? sum : sum / values.length;
  }
  const sum = values.reduce<bigint>((total, value) => total + scaled(asText(value)), 0n);
  if (it.type === 'Decimal') {
    // The double next to the sum; as `Number(sum) / 1e30` it would be rounded twice more.
    const total = decimalText(Number(`${sum}e-30`));
    return name === 'sum' ? total : decimalText(Number(total) / values.length);
  }
  const whole = sum / 10n ** 30n;
  return name === 'sum' ? String(whole) : Number(whole) / values.length;
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
