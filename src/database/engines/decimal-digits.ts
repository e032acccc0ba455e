import { Decimal } from '@prisma/client/runtime/client';
import { badInput } from '../../errors.ts';
import type { Engine } from '../engine.ts';

/** How many digits of a decimal number count. */
export const digitsOf = (text: string) => text.replace(/e.*$/i, '').replace(/[-+.]/g, '').replace(/^0+/, '').length;

/** A number as most are written; -0 is none of them. Looked at more closely, it takes longer than all else about its row. */
const isShort = (text: string) => /^(?!-[0.]+$)-?\d{1,35}(\.\d{1,30})?$/.test(text);

/** Without an exponent. @throws BAD_INPUT as `refuseLongDecimal`. */
export function plainDecimal(engine: Pick<Engine, 'decimalProblem'>, value: Decimal.Value): string {
  const text = String(value);
  if (isShort(text)) return text;
  refuseLongDecimal(engine, text);
  return new Decimal(text).toFixed();
}

/** @throws BAD_INPUT for a number that could only be compared with once it is rounded. */
export function refuseLongDecimal(engine: Pick<Engine, 'decimalProblem'>, text: string): void {
  const problem = engine.decimalProblem(text);
  if (problem) throw badInput(`${text.slice(0, 40)} has ${problem}.`, 'Give fewer: this database would round it.');
}

/** What DECIMAL(65, 30) holds, which is what Prisma makes of a Decimal. */
const [wholeDigits, decimalPlaces] = [35, 30];

export function decimalProblem(text: string): string | undefined {
  if (isShort(text)) return undefined;
  const [whole = '', fraction = ''] = new Decimal(text).abs().toFixed().split('.');
  if (whole.length > wholeDigits) return `${whole.length} digits before the point; this database keeps ${wholeDigits}`;
  if (fraction.length <= decimalPlaces) return undefined;
  return `${fraction.length} decimal places; this database keeps ${decimalPlaces}`;
}
