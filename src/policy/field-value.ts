/** Only `field()` makes one: a symbol, because any text may be a key of a Json value that a rule compares with. */
const name: unique symbol = Symbol('field');

/** Another field of the row that is judged, standing for its value. */
export interface FieldValue<F extends string = string> {
  readonly [name]: F;
}

/** `where({ reviewedAt: { gt: field('measuredAt') } })`. At every depth it is a field of the row that is compared there. */
export const field = <const F extends string>(of: F): FieldValue<F> => ({ [name]: of });

/** The field's name, or undefined for any other value. */
export function fieldNamed(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && name in value ? String(value[name]) : undefined;
}
