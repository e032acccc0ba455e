import { getNamedType, type FieldNode, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import { aggregateNames, canAggregate, resultType, type AggregateName } from '../../database/aggregate.ts';
import { figureName } from '../../database/groups.ts';
import type { Figures } from '../../database/parse-groups.ts';
import { scalarsOf, type Model, type ScalarField } from '../../model/model.ts';
import { needing } from '../needed-rights.ts';
import { subfieldsOf } from '../selection.ts';
import type { AnyObjectRef, Derivation } from './derivation.ts';

/** One function's figures of a model, as a part of its aggregate and of its groups. */
export interface FigurePart {
  readonly name: AggregateName;
  readonly fields: readonly ScalarField[];
  readonly type: AnyObjectRef;
}

/** Figures by the names that they have in a read. */
export type FigureValues = ReadonlyMap<string, unknown>;

const descriptions: Record<AggregateName, string> = {
  present: 'How many of the rows have a value there that you may read.',
  sum: 'Exact for whole numbers; null where no row has a value.',
  avg: 'Over the rows that have a value; null where none has.',
  min: 'The first in order; null where no row has a value.',
  max: 'The last in order; null where no row has a value.',
};

/** For each model and function a type with the fields that the function has a value for. */
export function deriveFigures(derivation: Derivation) {
  for (const model of derivation.models) {
    const parts = aggregateNames.flatMap((name) => {
      const fields = scalarsOf(model).filter(
        (field) => derivation.hasRight(model, field, 'aggregate') && canAggregate(name, field),
      );
      return fields.length === 0 ? [] : [{ name, fields, type: derivePart(name, fields, model, derivation) }];
    });
    derivation.figures.set(model.name, parts);
  }
}

function derivePart(name: AggregateName, fields: readonly ScalarField[], model: Model, derivation: Derivation) {
  const type = derivation.builder.objectRef<FigureValues>(derivation.namesOf(model.name).aggregatePart(name));
  type.implement({
    description: descriptions[name],
    fields: (t) =>
      Object.fromEntries(
        fields.map((field) => [
          field.name,
          t.field({
            type: derivation.typeOf({ type: resultType(name, field.type), enum: undefined }) as 'String',
            nullable: name !== 'present',
            ...needing({ model: model.name, field: field.name, verb: 'aggregate' }),
            resolve: (figures) => figures.get(figureName({ name, field: field.name })) as string,
          }),
        ]),
      ),
  });
  return type as unknown as AnyObjectRef;
}

/** The number of rows and the parts, for the type of an aggregate or of a group. */
export function figureFields(model: Model, derivation: Derivation, t: { int: Function; field: Function }) {
  const parts = derivation
    .figuresOf(model.name)
    .map(({ name, type }) => [
      name,
      t.field({ type, nullable: false, resolve: (it: { figures: FigureValues }) => it.figures }),
    ]);
  const resolve = ({ figures }: { figures: FigureValues }) => figures.get('count');
  const description = 'How many rows.';
  return { count: t.int({ nullable: false, description, resolve }), ...Object.fromEntries(parts) };
}

/** Adds the figures that the operation selects, each once, whatever its aliases. */
export function selectFigures(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  { info, figures }: { info: GraphQLResolveInfo; figures: Figures },
): void {
  figures.place({ name: 'count' });
  for (const parts of subfieldsOf(type, nodes, info).values()) {
    const name = aggregateNames.find((it) => it === parts[0]!.name.value);
    if (!name) continue;
    const part = getNamedType(type.getFields()[name]!.type) as GraphQLObjectType;
    for (const [inner] of subfieldsOf(part, parts, info).values()) {
      const field = inner!.name.value;
      if (field !== '__typename') figures.place({ name, field });
    }
  }
}

export function figureValues({ functions }: Figures, values: readonly unknown[]): FigureValues {
  return new Map(functions.map((it, at) => [figureName(it), values[at]]));
}
