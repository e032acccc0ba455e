/** Decimals on their way to a server: most are passed on as they are, and none may differ for it. */
import { Decimal } from '@prisma/client/runtime/client';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalProblem, plainDecimal } from '../../src/database/engines/decimal-digits.ts';

const digits = (max: number) => fc.stringMatching(new RegExp(`^\\d{1,${max}}$`));
const text = fc
  .tuple(fc.constantFrom('', '-'), digits(40), fc.option(digits(36), { nil: undefined }))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}`);

/** That it throws what a caller is told. */
function refused(act: () => unknown): boolean {
  expect(act).toThrow('this database');
  return true;
}

it('is the same number, or is refused for its digits', () => {
  fc.assert(
    fc.property(text, (given) => {
      const { length: whole } = new Decimal(given).abs().trunc().toFixed();
      const isKept = whole <= 35 && new Decimal(given).decimalPlaces() <= 30;
      expect(decimalProblem(given) === undefined).toBe(isKept);
      const plain = () => plainDecimal({ decimalProblem }, given);
      const kept = () => new Decimal(plain()).equals(given);
      expect(isKept ? kept() : refused(plain)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it.each(['-0', '-0.00', '-0.0'])('has no zero below zero: %s', (given) => {
  expect(plainDecimal({ decimalProblem }, given)).toBe('0');
});

it('has no exponent', () => {
  expect(plainDecimal({ decimalProblem }, 1e-7)).toBe('0.0000001');
});
