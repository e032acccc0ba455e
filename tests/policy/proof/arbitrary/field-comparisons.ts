import * as fc from 'fast-check';
import type { Operand, WhereText } from '../policy-text.ts';
import { scalarsIn, type ModelShape, type ScalarShape, type Shape } from '../shape.ts';
import { arbitraryValue } from './values.ts';

const unordered = ['Boolean', 'Enum', 'Bytes', 'Json'];

/**
 * A field beside another of its row, mostly turned round: where the other is absent, the comparison is false and its
 * opposite true. Undefined for a model without two fields of one type.
 */
export function arbitraryFieldComparison(model: ModelShape, { enums }: Shape): fc.Arbitrary<WhereText> | undefined {
  const scalars = scalarsIn(model).filter(({ type }) => type !== 'Json' && type !== 'Bytes');
  const pairs = scalars.flatMap((one) =>
    scalars.filter((other) => other !== one && isAlike(one, other)).map((other) => ({ one, other })),
  );
  if (pairs.length === 0) return undefined;
  // The other one may be absent, if there is such a pair.
  const telling = pairs.filter(({ other }) => !other.required);
  return fc.constantFrom(...(telling.length > 0 ? telling : pairs)).chain(({ one, other }) => {
    const field: Operand = { field: other.name };
    const ordering = unordered.includes(one.type) ? [] : ['lt', 'lte', 'gt', 'gte'];
    const list = fc
      .tuple(fc.array(arbitraryValue(one, enums), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([values, first]): Operand[] => (first ? [field, ...values] : [...values, field]));
    const plain = fc.constantFrom('equals', 'not', ...ordering).map((operator) => ({ [operator]: field }));
    const among = fc.tuple(fc.constantFrom('in', 'notIn', 'notIn'), list).map(([operator, it]) => ({ [operator]: it }));
    return fc
      .tuple(fc.oneof({ weight: 1, arbitrary: plain }, { weight: 2, arbitrary: among }), fc.boolean())
      .map(([it, turned]): WhereText => (turned ? { NOT: { [one.name]: it } } : { [one.name]: it }));
  });
}

const isAlike = (one: ScalarShape, other: ScalarShape) => one.type === other.type && one.enum === other.enum;
