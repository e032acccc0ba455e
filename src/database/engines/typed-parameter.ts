import type { ScalarType } from '../../model/model.ts';
import type { Parameter } from '../parameters.ts';

/** What a value that a compiled statement waits for will be; undefined for what has no type of its own there. */
export function typeOfParameter(value: unknown): ScalarType | undefined {
  return typeof value === 'object' && value !== null && 'operand' in value
    ? (value as Parameter).field.type
    : undefined;
}
