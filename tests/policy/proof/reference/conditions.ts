import {
  isFieldOperand,
  isViewerOperand,
  type Crossing,
  type Operand,
  type Operators,
  type WhereText,
} from '../policy-text.ts';
import { fieldIn, modelIn, type ScalarShape, type Shape } from '../shape.ts';
import { asText, type Row, type Value } from '../world.ts';
import { compareValues } from './compare.ts';

/** How rows look to whoever asks: rules see what is stored, callers only what they may read. */
export interface Eyes {
  readonly shape: Shape;
  readonly viewerId: string | null;
  /** Null where the value is absent, or counts as absent. */
  value(model: string, row: Row, field: string): Value;
  related(model: string, row: Row, relation: string): readonly Row[];
}

/** Whether a condition holds on a row. Logic has two values: what is not true is false. */
export function holds(where: WhereText, model: string, row: Row, eyes: Eyes): boolean {
  const also = (it: WhereText) => holds(it, model, row, eyes);
  return Object.entries(where).every(([name, condition]) => {
    if (name === 'AND') return (condition as WhereText[]).every(also);
    if (name === 'OR') return (condition as WhereText[]).some(also);
    if (name === 'NOT') return !also(condition as WhereText);
    const field = fieldIn(modelIn(eyes.shape, model), name);
    if (field.kind === 'scalar') {
      const value = eyes.value(model, row, name);
      return Object.entries(condition as Operators).every(([operator, operand]) =>
        matches(operator, value, storedOperand(operand, model, row, eyes), field, eyes),
      );
    }
    const rows = eyes.related(model, row, name);
    return Object.entries(condition as Crossing).every(([quantifier, inner]) => {
      const fits = (it: Row) => inner === null || holds(inner, field.target, it, eyes);
      switch (quantifier) {
        case 'some':
          return rows.some(fits);
        case 'every':
          return rows.every(fits);
        case 'none':
          return !rows.some(fits);
        case 'is':
          return inner === null ? rows.length === 0 : rows.some(fits);
        case 'isNot':
          return inner === null ? rows.length > 0 : !rows.some(fits);
        default:
          throw new Error(`The reference knows no quantifier ${quantifier}.`);
      }
    });
  });
}

/** What stands in another field of the row; where nothing does, the operand stays what it is. */
function storedOperand(operand: Operand | readonly Operand[], model: string, row: Row, eyes: Eyes): typeof operand {
  const one = (it: Operand): Operand => (isFieldOperand(it) ? (eyes.value(model, row, it.field) ?? it) : it);
  return Array.isArray(operand) ? (operand as readonly Operand[]).map(one) : one(operand as Operand);
}

function matches(
  operator: string,
  value: Value,
  given: Operand | readonly Operand[],
  field: ScalarShape,
  eyes: Eyes,
): boolean {
  const is = (it: Operand) => {
    if (isViewerOperand(it)) return eyes.viewerId !== null && value === eyes.viewerId;
    // Nothing equals what is not there, not even nothing.
    if (isFieldOperand(it)) return false;
    if (it === null || value === null) return it === value;
    return isEqual(value, it, field, eyes.shape);
  };
  switch (operator) {
    case 'equals':
      return is(given as Operand);
    case 'not':
      return !is(given as Operand);
    case 'in':
      return (given as Operand[]).some(is);
    case 'notIn':
      return !(given as Operand[]).some(is);
  }
  const operand = isViewerOperand(given) ? eyes.viewerId : isFieldOperand(given) ? null : (given as Value);
  if (value === null || operand === null) return false;
  const order = () => compareValues(value, operand, field, eyes.shape);
  switch (operator) {
    case 'lt':
      return order() < 0;
    case 'lte':
      return order() <= 0;
    case 'gt':
      return order() > 0;
    case 'gte':
      return order() >= 0;
    case 'contains':
      return asText(value).includes(asText(operand));
    case 'startsWith':
      return asText(value).startsWith(asText(operand));
    case 'endsWith':
      return asText(value).endsWith(asText(operand));
    default:
      throw new Error(`The reference knows no operator ${operator}.`);
  }
}

const isEqual = (a: Value, b: Value, field: ScalarShape, shape: Shape) =>
  field.type === 'Bytes' ? a === b : compareValues(a, b, field, shape) === 0;
