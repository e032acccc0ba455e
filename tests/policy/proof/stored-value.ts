import type { Engine } from '../../../src/database/engine.ts';
import type { ScalarShape, ScalarType, Shape } from './shape.ts';
import { asText, type Value } from './world.ts';

/** The value as it is bound to a statement. */
export function storedValue(value: Value, field: ScalarShape, { enums }: Shape, engine: Engine): unknown {
  if (value === null) return null;
  const stored = enums.find(({ name }) => name === field.enum)?.values.find(({ name }) => name === value)?.stored;
  return engine.toParameter(field, stored ?? nativeValue(value, field.type));
}

/** The value as programs hold it. */
export function nativeValue(value: Value, type: ScalarType): unknown {
  if (value === null) return null;
  switch (type) {
    case 'BigInt':
      return BigInt(asText(value));
    case 'DateTime':
      return new Date(asText(value));
    case 'Date':
      return new Date(`${asText(value)}T00:00:00.000Z`);
    case 'Bytes':
      return new Uint8Array(Buffer.from(asText(value), 'base64'));
    default:
      return value;
  }
}
