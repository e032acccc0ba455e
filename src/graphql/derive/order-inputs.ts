import type { Field } from '../../model/model.ts';
import { needing } from '../needed-rights.ts';
import type { Derivation } from './derivation.ts';
import { usesField } from './needs.ts';

const countOrder = 'CountOrderBy';

/** Orders: by a field, by a field at the other end of a to-one relation, or by the number of related rows. */
export function deriveOrderInputs(derivation: Derivation) {
  const { builder, inputs } = derivation;
  const direction = derivation.enums.get('SortOrder') as never;
  const count = builder.inputType(countOrder, {
    fields: (t) => ({ _count: t.field({ type: direction, required: true }) }),
  });
  inputs.set(countOrder, count);
  for (const model of derivation.models) {
    const name = derivation.namesOf(model.name).orderBy;
    inputs.set(name, builder.inputRef(name) as never);
  }
  for (const model of derivation.models) {
    const fields = [...model.fields.values()].filter(
      (field) => derivation.hasRight(model, field, 'sort') && hasOrder(field),
    );
    builder.inputType(
      derivation.inputOf(derivation.namesOf(model.name).orderBy) as never,
      {
        description: 'Exactly one field; further ones are further objects of the list.',
        fields: (t: { field(options: object): never }) =>
          Object.fromEntries(
            fields.map((field) => [
              field.name,
              t.field({ type: orderOf(field, derivation), ...needing(...usesField(model, field, 'sort')) }),
            ]),
          ),
      } as never,
    );
  }
}

const hasOrder = (field: Field) =>
  field.kind === 'relation' || !(field.list || field.type === 'Json' || field.type === 'Bytes');

function orderOf(field: Field, derivation: Derivation) {
  if (field.kind === 'scalar') return derivation.enums.get('SortOrder');
  return derivation.inputOf(field.list ? countOrder : derivation.namesOf(field.target).orderBy);
}
