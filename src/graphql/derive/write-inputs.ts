import type { Model, RelationField, ScalarField } from '../../model/model.ts';
import { needing } from '../needed-rights.ts';
import type { AnyInputRef, Derivation } from './derivation.ts';
import { nestedInput } from './nested-inputs.ts';
import { isRequired } from './writable.ts';

interface InputFields {
  field(options: object): never;
}

/** What creates and updates take: scalars that somebody may write, and for each relation what to do at its other end. */
export function deriveWriteInputs(derivation: Derivation) {
  const { writable, models } = derivation;
  const creatable = models.filter(({ name }) => writable.can('create', name));
  const updatable = models.filter(({ name }) => writable.can('update', name));
  // They refer to each other, so all are declared before the first is defined.
  for (const { name } of creatable) declare(derivation.namesOf(name).createInput, derivation);
  for (const { name } of updatable) declare(derivation.namesOf(name).updateInput, derivation);
  for (const model of creatable)
    implementCreate(derivation.namesOf(model.name).createInput, model, undefined, derivation);
  for (const model of updatable) implementUpdate(model, derivation);
}

const declare = (name: string, { inputs, builder }: Derivation) => inputs.set(name, builder.inputRef(name) as never);

/** @param without the relation back to the row that this one is created under. */
function implementCreate(name: string, model: Model, without: string | undefined, derivation: Derivation) {
  derivation.builder.inputType(
    derivation.inputOf(name) as never,
    {
      fields: (t: InputFields) =>
        Object.fromEntries(
          derivation.writable.fields(model, 'create', without).map((field) => {
            const type =
              field.kind === 'scalar' ? derivation.typeOf(field) : nested(model, field, 'create', derivation);
            // Who may not write what is required still gives it to an upsert that finds its row.
            const required = isRequired(model, field, derivation);
            return [field.name, t.field({ type, required, ...(required ? described(field) : common(model, field)) })];
          }),
        ),
    } as never,
  );
}

function implementUpdate(model: Model, derivation: Derivation) {
  derivation.builder.inputType(
    derivation.inputOf(derivation.namesOf(model.name).updateInput) as never,
    {
      description: 'What is left out stays as it is.',
      fields: (t: InputFields) =>
        Object.fromEntries(
          derivation.writable.fields(model, 'update').map((field) => {
            const type =
              field.kind === 'scalar' ? derivation.typeOf(field) : nested(model, field, 'update', derivation);
            return [field.name, t.field({ type, ...common(model, field) })];
          }),
        ),
    } as never,
  );
}

const described = ({ description }: ScalarField | RelationField) => ({ ...(description && { description }) });

const common = ({ name: model }: Model, field: ScalarField | RelationField) => ({
  ...described(field),
  ...needing({ model, field: field.name, verb: 'write' }),
});

const nested = (model: Model, field: RelationField, verb: 'create' | 'update', derivation: Derivation) =>
  nestedInput(model, field, verb, derivation, (target, back) => createWithout(target, back, derivation));

function createWithout(model: Model, relation: string, derivation: Derivation): AnyInputRef {
  const name = derivation.namesOf(model.name).createWithout(relation);
  if (!derivation.inputs.has(name)) {
    declare(name, derivation);
    implementCreate(name, model, relation, derivation);
  }
  return derivation.inputOf(name);
}
