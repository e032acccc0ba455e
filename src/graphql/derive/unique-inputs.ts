import { scalarOf, type Key, type Model } from '../../model/model.ts';
import { needing } from '../needed-rights.ts';
import type { Derivation } from './derivation.ts';

/** How to name one row: exactly one of its unique keys. */
export function deriveUniqueInputs(derivation: Derivation) {
  const { builder, inputs } = derivation;
  for (const model of derivation.models) {
    const names = derivation.namesOf(model.name);
    const keys = uniqueKeysOf(model, derivation);
    if (keys.length === 0) continue;
    const compound = new Map(keys.filter(isCompound).map((key) => [key, deriveCompoundKey(model, key, derivation)]));
    const ref = builder.inputType(names.uniqueWhere, {
      isOneOf: true,
      fields: (t: { field(options: object): never }) =>
        Object.fromEntries(
          keys.map((key) => [
            key.name,
            t.field({
              type: compound.get(key) ?? derivation.typeOf(scalarOf(model, key.fields[0]!)),
              ...needing(...filtersByKey(model, key)),
            }),
          ]),
        ),
    } as never);
    inputs.set(names.uniqueWhere, ref);
  }
}

/** The unique keys all of whose fields somebody may filter by. */
export function uniqueKeysOf(model: Model, derivation: Derivation): Key[] {
  return model.uniques.filter((key) =>
    key.fields.every((name) => derivation.hasRight(model, scalarOf(model, name), 'filter')),
  );
}

/** What it takes to name a row by the key. */
export const filtersByKey = ({ name: model }: Model, { fields }: Key) =>
  fields.map((field) => ({ model, field, verb: 'filter' as const }));

const isCompound = (key: Key) => key.fields.length > 1 || key.name !== key.fields[0];

function deriveCompoundKey(model: Model, key: Key, derivation: Derivation) {
  return derivation.builder.inputType(derivation.namesOf(model.name).compoundKey(key.name), {
    fields: (t: { field(options: object): never }) =>
      Object.fromEntries(
        key.fields.map((name) => [name, t.field({ type: derivation.typeOf(scalarOf(model, name)), required: true })]),
      ),
  } as never);
}
