import { keyOf, scalarOf, type Model, type ScalarField } from '../../model/model.ts';
import type { KeyValues, RowWriterContext } from './row-writer.ts';

/** The fields of the key, where all of them are among these. */
export function keyFieldsAmong(model: Model, fields: readonly ScalarField[]): readonly ScalarField[] | undefined {
  const key = keyFieldsOf(model);
  return key.every((field) => fields.includes(field)) ? key : undefined;
}

const keyFieldsOf = (model: Model) => keyOf(model).fields.map((name) => scalarOf(model, name));

/** The key of a new row, by its place: of most nobody asks for it more than once. */
export type KeyAt = (at: number) => KeyValues;

export const keysAt = (keyAt: KeyAt, count: number): KeyValues[] => Array.from({ length: count }, (_, at) => keyAt(at));

/** The keys that a statement returned, in the order of the rows. */
export function returnedKeys(
  model: Model,
  rows: readonly unknown[][],
  { engine }: Pick<RowWriterContext, 'engine'>,
): KeyValues[] {
  const key = keyFieldsOf(model);
  const keys = rows.map((row) => {
    // No pairs: they took more memory than all else that is made of what a server returns.
    const values: KeyValues = {};
    for (let at = 0; at < key.length; at++) values[key[at]!.name] = engine.fromColumn(key[at]!, row[at]);
    return values;
  });
  return inOrder(keys, keyOf(model).fields);
}

/** Keys that the database counts up: it gives them out in the order of the rows, but need not return them so. */
function inOrder(keys: KeyValues[], [name, ...rest]: readonly string[]): KeyValues[] {
  const number = (key: KeyValues) => key[name ?? ''] as number | bigint;
  const counted = rest.length === 0 && keys.every((key) => ['number', 'bigint'].includes(typeof number(key)));
  return counted ? keys.toSorted((a, b) => (number(a) < number(b) ? -1 : 1)) : keys;
}
