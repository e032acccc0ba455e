import type { ScalarField, Schema } from '../model/model.ts';
import type { Operand } from '../policy/filter.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { Engine } from './engine.ts';

/** A value that a compiled statement waits for. */
export interface Parameter {
  readonly operand: Operand;
  readonly field: Pick<ScalarField, 'type' | 'enum'> & {
    /** So much more than the operand: not every engine calculates in a limit. */
    readonly plus?: number;
  };
}

/** A whole number that is no column's: a limit. */
export const count: Parameter['field'] = { type: 'Int', enum: undefined };

/** Fills a statement's parameters, in its order. */
export function bind(
  parameters: readonly Parameter[],
  values: readonly unknown[],
  viewer: Viewer,
  { engine, schema }: { engine: Engine; schema: Schema },
): unknown[] {
  return parameters.map(({ operand, field }) => {
    const value = valueOf(operand, values, viewer);
    // A filter that lost its value must not run: bound as null it would match nothing here and everything under a `not`.
    if (value === undefined || value === null) throw new Error('A statement is missing one of its values.');
    const stored = storedValue(field, value, schema);
    return engine.toParameter(field, field.plus ? (stored as number) + field.plus : stored);
  });
}

function valueOf(operand: Operand, values: readonly unknown[], viewer: Viewer): unknown {
  switch (operand.kind) {
    case 'constant':
      return operand.value;
    case 'argument':
      return values[operand.at];
    case 'viewer':
      return viewer[operand.value];
  }
}

/** What stands in the database for a value of the field: the words of an enum may have other names there. */
export function storedValue({ enum: type }: Parameter['field'], value: unknown, schema: Schema): unknown {
  if (type === undefined) return value;
  return schema.enums.get(type)?.values.find(({ name }) => name === value)?.stored ?? value;
}
