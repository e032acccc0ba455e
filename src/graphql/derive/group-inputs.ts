import { canGroupBy, resultType, type AggregateName } from '../../database/aggregate.ts';
import { timeUnits } from '../../database/time-unit.ts';
import { scalarsOf, type Model, type ScalarField } from '../../model/model.ts';
import { needing } from '../needed-rights.ts';
import type { AnyInputRef, Derivation } from './derivation.ts';

interface InputFields {
  field(options: object): never;
}

/** What rows are grouped by, which groups are wanted, and in which order. */
export function deriveGroupInputs(derivation: Derivation) {
  const unit = derivation.builder.enumType('TimeUnit', {
    description: 'A week begins on Monday, as in ISO 8601.',
    values: Object.fromEntries(timeUnits.map((name) => [name, { value: name }])),
  });
  derivation.enums.set('TimeUnit', unit);
  for (const model of derivation.models) {
    if (groupFieldsOf(model, derivation).length === 0) continue;
    deriveGroupBy(model, derivation);
    deriveHaving(model, derivation);
    deriveGroupOrder(model, derivation);
  }
}

/** The fields that somebody may group by. */
export function groupFieldsOf(model: Model, derivation: Derivation): ScalarField[] {
  return scalarsOf(model).filter((field) => derivation.hasRight(model, field, 'aggregate') && canGroupBy(field));
}

function deriveGroupBy(model: Model, derivation: Derivation) {
  const { builder } = derivation;
  const names = derivation.namesOf(model.name);
  const fields = groupFieldsOf(model, derivation);
  const field = builder.enumType(names.groupField, {
    values: Object.fromEntries(
      fields.map(({ name, description }) => [
        names.groupFieldValue(name),
        { value: name, ...(description && { description }), ...needing(aggregates(model, name)) },
      ]),
    ),
  });
  const type = derivation.enums.get('TimeUnit');
  const input = builder.inputType(names.groupBy, {
    fields: ((t: InputFields) => ({
      field: t.field({ type: field, required: true }),
      unit: t.field({ type, description: 'Of a DateTime or Date: values of one unit are one group.' }),
      timeZone: t.field({
        type: 'String',
        description:
          'Whose days they are, by its IANA name, such as "Europe/Amsterdam"; UTC unless told. Of a DateTime only.',
      }),
    })) as never,
  });
  derivation.inputs.set(names.groupBy, input);
}

function deriveHaving(model: Model, derivation: Derivation) {
  const names = derivation.namesOf(model.name);
  const having = derivation.builder.inputRef(names.having) as never;
  const parts = derivation.figuresOf(model.name).map(({ name, fields }): [string, AnyInputRef] => {
    const filters = fields.map((field): [string, AnyInputRef] => [field.name, filterOf(name, field, derivation)]);
    return [name, partOf(names.havingPart(havingParts[name]), filters, model, derivation)];
  });
  derivation.builder.inputType(having, {
    description: 'Conditions on groups that all hold.',
    fields: (t: InputFields) => ({
      AND: t.field({ type: [having] }),
      OR: t.field({ type: [having], description: 'At least one of them; none at all holds nowhere.' }),
      NOT: t.field({ type: having }),
      count: t.field({ type: derivation.inputOf('IntFilter') }),
      ...Object.fromEntries(parts.map(([name, type]) => [name, t.field({ type })])),
    }),
  } as never);
  derivation.inputs.set(names.having, having);
}

const filterOf = (name: AggregateName, { type }: ScalarField, derivation: Derivation) =>
  derivation.inputOf(`${resultType(name, type)}Filter`);

/** Figures of the same fields and types share an input. */
const havingParts = { present: 'present', sum: 'sum', avg: 'avg', min: 'value', max: 'value' };
const orderParts = { key: 'field', present: 'field', sum: 'number', avg: 'number', min: 'value', max: 'value' };

function deriveGroupOrder(model: Model, derivation: Derivation) {
  const names = derivation.namesOf(model.name);
  const direction = derivation.enums.get('SortOrder') as never;
  const ofKeys = { name: 'key' as const, fields: groupFieldsOf(model, derivation) };
  const parts = [ofKeys, ...derivation.figuresOf(model.name)].map(({ name, fields }): [string, AnyInputRef] => {
    const orders = fields.map((field): [string, AnyInputRef] => [field.name, direction]);
    return [name, partOf(names.groupOrderByPart(orderParts[name]), orders, model, derivation)];
  });
  const description = 'Exactly one field; further ones are further objects of the list.';
  const fields = (t: InputFields) =>
    Object.fromEntries([['count', direction], ...parts].map(([name, type]) => [name, t.field({ type })]));
  derivation.inputs.set(
    names.groupOrderBy,
    // Pothos knows the types of fields that are written down, and these are made.
    derivation.builder.inputType(names.groupOrderBy, { description, fields: fields as never }),
  );
}

const aggregates = ({ name: model }: Model, field: string) => ({ model, field, verb: 'aggregate' as const });

/** Something for each of some fields; parts with the same fields and types are one. */
function partOf(
  name: string,
  fields: readonly (readonly [string, AnyInputRef])[],
  model: Model,
  { builder, inputs }: Derivation,
): AnyInputRef {
  const known = inputs.get(name);
  if (known) return known;
  const input: AnyInputRef = builder.inputType(name, {
    // As above.
    fields: ((t: InputFields) =>
      Object.fromEntries(
        fields.map(([field, type]) => [field, t.field({ type, ...needing(aggregates(model, field)) })]),
      )) as never,
  });
  inputs.set(name, input);
  return input;
}
