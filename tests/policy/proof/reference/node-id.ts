import { scalarIn, type ModelShape } from '../shape.ts';
import { asText, type Value } from '../world.ts';

/** An id that holds nothing but the model and the key, which is readable with its row. */
export function nodeIdOf(model: ModelShape, key: readonly Value[]): string {
  const parts = key.map((value, at) =>
    scalarIn(model, model.key[at]!).type === 'Date' ? `${asText(value)}T00:00:00.000Z` : asText(value),
  );
  return Buffer.from(`${model.name}:${JSON.stringify(parts)}`).toString('base64url');
}
