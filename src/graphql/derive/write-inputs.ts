import type { Model, RelationField, ScalarField } from '../../model/model.ts';
import { relationsOf, scalarsOf } from '../../model/model.ts';
import type { Derivation } from './derivation.ts';

interface InputFields {
  field(options: object): never;
}

/** What creates and updates take: scalars that somebody may write, and for each relation what to do at its other end. */
export function deriveWriteInputs(derivation: Derivation) {
  for (const model of derivation.models) {
    const names = derivation.namesOf(model.name);
    if (canCreate(model, derivation)) declare(names.createInput, derivation);
    if (canUpdate(model, derivation)) declare(names.updateInput, derivation);
  }
  for (const model of derivation.models) {
    const names = derivation.namesOf(model.name);
    if (canCreate(model, derivation)) implementCreate(names.createInput, model, undefined, derivation);
    if (canUpdate(model, derivation)) implementUpdate(model, derivation);
  }
}

export const canCreate = (model: Model, derivation: Derivation) =>
  model.operations.has('create') &&
  derivation.grants(model.name, 'create') &&
  writableFields(model, derivation, undefined).length > 0;

export const canUpdate = (model: Model, derivation: Derivation) =>
  model.operations.has('update') &&
  model.key !== undefined &&
  derivation.grants(model.name, 'update') &&
  writableFields(model, derivation, undefined).length > 0;

const declare = (name: string, { inputs, builder }: Derivation) => inputs.set(name, builder.inputRef(name) as never);

/** @param without the relation back to the row that this one is created under. */
function implementCreate(name: string, model: Model, without: string | undefined, derivation: Derivation) {
  const presets = derivation.policies.get(model.name).presets;
  derivation.builder.inputType(
    derivation.inputOf(name) as never,
    {
      fields: (t: InputFields) =>
        Object.fromEntries(
          writableFields(model, derivation, without).map((field) => {
            if (field.kind === 'scalar') {
              const required = field.required && !field.default && !field.managed;
              return [field.name, t.field({ type: derivation.typeOf(field), required, ...describe(field) })];
            }
            const given = field.join.kind === 'columns' && field.join.pairs.every(([here]) => presets.has(here));
            const required = field.owning && field.required && !given;
            return [
              field.name,
              t.field({ type: nestedInput(model, field, 'create', derivation), required, ...describe(field) }),
            ];
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
          writableFields(model, derivation, undefined).map((field) => [
            field.name,
            t.field({
              type:
                field.kind === 'scalar' ? derivation.typeOf(field) : nestedInput(model, field, 'update', derivation),
              ...describe(field),
            }),
          ]),
        ),
    } as never,
  );
}

const describe = ({ description }: { description: string | undefined }) => (description ? { description } : {});

function writableFields(
  model: Model,
  derivation: Derivation,
  without: string | undefined,
): (ScalarField | RelationField)[] {
  const scalars = scalarsOf(model).filter((field) => !field.list && !field.managed);
  const relations = relationsOf(model).filter((field) => field.name !== without && hasNested(field, derivation));
  return [...scalars, ...relations].filter((field) => derivation.hasRight(model, field, 'write'));
}

const canConnect = (target: string, derivation: Derivation) =>
  derivation.inputs.has(derivation.namesOf(target).uniqueWhere);

const hasNested = (field: RelationField, derivation: Derivation) =>
  derivation.isExposed(field.target) &&
  (canConnect(field.target, derivation) || derivation.grants(field.target, 'create'));

/** `create`, `connect` and, in updates, `disconnect`, for one relation of one model. */
function nestedInput(model: Model, field: RelationField, verb: 'create' | 'update', derivation: Derivation) {
  const names = derivation.namesOf(model.name);
  const name = verb === 'create' ? names.nestedCreate(field.name) : names.nestedUpdate(field.name);
  const known = derivation.inputs.get(name);
  if (known) return known;
  declare(name, derivation);
  const target = derivation.target(field);
  const unique = derivation.inputs.get(derivation.namesOf(target.name).uniqueWhere);
  const create = canCreate(target, derivation) ? createWithout(target, field.opposite ?? '', derivation) : undefined;
  const list = <T>(type: T) => (field.list ? [type] : type);
  const canEmpty = field.list || !field.required;
  derivation.builder.inputType(
    derivation.inputOf(name) as never,
    {
      ...(!field.list && verb === 'create' && { isOneOf: true }),
      fields: (t: InputFields) => ({
        ...(create && { create: t.field({ type: list(create) }) }),
        ...(unique && { connect: t.field({ type: list(unique) }) }),
        ...(verb === 'update' && canEmpty && { disconnect: t.field({ type: field.list ? [unique] : 'Boolean' }) }),
      }),
    } as never,
  );
  return derivation.inputOf(name);
}

function createWithout(model: Model, relation: string, derivation: Derivation) {
  const name = derivation.namesOf(model.name).createWithout(relation);
  if (!derivation.inputs.has(name)) {
    declare(name, derivation);
    implementCreate(name, model, relation, derivation);
  }
  return derivation.inputOf(name);
}
