import type { Field, Model, ScalarField, ScalarType } from '../../model/model.ts';
import { operatorsOf } from '../../policy/parse-where.ts';
import { needing } from '../needed-rights.ts';
import type { Derivation } from './derivation.ts';
import { usesField } from './needs.ts';

const filterable: readonly ScalarType[] = [
  'String',
  'Int',
  'BigInt',
  'Float',
  'Decimal',
  'Boolean',
  'DateTime',
  'Date',
  'Bytes',
];

/** Filters: one for each scalar type and enum, and for each model one over its rows and two over rows related to it. */
export function deriveWhereInputs(derivation: Derivation) {
  for (const type of filterable) deriveScalarFilter(`${type}Filter`, { type, enum: undefined }, derivation);
  deriveJsonFilter(derivation);
  for (const [name, { filter }] of derivation.names.enums)
    deriveScalarFilter(filter, { type: 'Enum', enum: name }, derivation);
  for (const model of derivation.models) {
    const names = derivation.namesOf(model.name);
    for (const name of [names.where, names.listFilter, names.oneFilter]) {
      derivation.inputs.set(name, derivation.builder.inputRef(name) as never);
    }
  }
  for (const model of derivation.models) deriveModelFilters(model, derivation);
}

function deriveScalarFilter(name: string, field: Pick<ScalarField, 'type' | 'enum'>, derivation: Derivation) {
  const type = derivation.typeOf(field) as 'String';
  const ref = derivation.builder.inputType(name, {
    fields: (t) => ({
      equals: t.field({ type, description: 'Null asks for absent values.' }),
      not: t.field({ type, description: 'The exact opposite of `equals`.' }),
      in: t.field({ type: [type] as never }),
      notIn: t.field({ type: [type] as never }),
      ...Object.fromEntries([...operatorsOf(field as ScalarField)].map((operator) => [operator, t.field({ type })])),
    }),
  });
  derivation.inputs.set(name, ref);
}

/** Equality with texts, numbers and truth values only: engines differ in when two objects are equal. */
function deriveJsonFilter({ builder, inputs }: Derivation) {
  const type = 'Json' as 'String';
  const ref = builder.inputType('JsonFilter', {
    fields: (t) => ({
      path: t.field({
        type: ['String'],
        description: 'Keys of objects, one inside the other; the value itself without it. Lists are not entered.',
      }),
      equals: t.field({
        type,
        description: 'A text, number or truth value. Null asks for what is absent, which a null in the Json is too.',
      }),
      not: t.field({ type, description: 'The exact opposite of `equals`.' }),
    }),
  });
  inputs.set('JsonFilter', ref);
}

function deriveModelFilters(model: Model, derivation: Derivation) {
  const { builder } = derivation;
  const names = derivation.namesOf(model.name);
  const where = derivation.inputOf(names.where) as never;
  const fields = [...model.fields.values()].filter(
    (field) => derivation.hasRight(model, field, 'filter') && !isOpaque(field),
  );
  builder.inputType(where, {
    description: 'Conditions that all hold.',
    fields: (t: { field(options: object): never }) => ({
      AND: t.field({ type: [where] }),
      OR: t.field({ type: [where], description: 'At least one of them; none at all holds nowhere.' }),
      NOT: t.field({ type: where }),
      ...Object.fromEntries(
        fields.map((field) => [
          field.name,
          t.field({ type: filterOf(field, derivation), ...needing(...usesField(model, field, 'filter')) }),
        ]),
      ),
    }),
  } as never);
  builder.inputType(
    derivation.inputOf(names.listFilter) as never,
    {
      description: 'Over those of the related rows that you may read.',
      fields: (t: { field(options: object): never }) => ({
        some: t.field({ type: where }),
        every: t.field({ type: where }),
        none: t.field({ type: where }),
      }),
    } as never,
  );
  builder.inputType(
    derivation.inputOf(names.oneFilter) as never,
    {
      fields: (t: { field(options: object): never }) => ({
        is: t.field({ type: where, description: 'Null asks for no related row that you may read.' }),
        isNot: t.field({ type: where }),
      }),
    } as never,
  );
}

const isOpaque = (field: Field) => field.kind === 'scalar' && field.list;

function filterOf(field: Field, derivation: Derivation) {
  if (field.kind === 'relation') {
    const names = derivation.namesOf(field.target);
    return derivation.inputOf(field.list ? names.listFilter : names.oneFilter);
  }
  return derivation.inputOf(field.enum ? derivation.names.enums.get(field.enum)!.filter : `${field.type}Filter`);
}
