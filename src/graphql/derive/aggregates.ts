import type { GraphQLResolveInfo } from 'graphql';
import {
  canAggregate,
  resultType,
  type AggregateFunction,
  type AggregateName,
  type AggregateRead,
} from '../../database/aggregate.ts';
import { parseCallerWhere } from '../../database/parse-arguments.ts';
import { Values } from '../../database/values.ts';
import { scalarsOf, type Model, type ScalarField } from '../../model/model.ts';
import { always } from '../../policy/filter.ts';
import type { Context } from '../context.ts';
import { objectTypeOf, subfieldsOf } from '../selection.ts';
import type { Derivation } from './derivation.ts';

const names: readonly AggregateName[] = ['sum', 'avg', 'min', 'max'];

type Figures = Readonly<Record<string, unknown>>;

/** `xAggregate(where)`: how many rows, and sum, average, least and greatest of their fields, over what the viewer may read. */
export function deriveAggregates(derivation: Derivation) {
  for (const model of derivation.models) deriveAggregate(model, derivation);
}

function deriveAggregate(model: Model, derivation: Derivation) {
  const { builder, schema } = derivation;
  const typeNames = derivation.namesOf(model.name);
  const parts = names.flatMap((name) => {
    const fields = scalarsOf(model).filter(
      (field) => derivation.hasRight(model, field, 'aggregate') && canAggregate(name, field),
    );
    return fields.length === 0
      ? []
      : [{ name, type: figuresType(name, fields, typeNames.aggregatePart(name), derivation) }];
  });
  const type = builder.objectRef<Figures>(typeNames.aggregate).implement({
    fields: (t) => ({
      count: t.int({ nullable: false, resolve: (figures) => figures['count'] as number }),
      ...Object.fromEntries(
        parts.map((part) => [
          part.name,
          t.field({ type: part.type, nullable: false, resolve: (figures) => figures[part.name] as Figures }),
        ]),
      ),
    }),
  });
  builder.queryField(
    typeNames.aggregateField,
    (t) =>
      t.field({
        type,
        nullable: false,
        args: { where: t.arg({ type: derivation.inputOf(typeNames.where) }) },
        resolve: async (
          _: unknown,
          { where }: { where?: unknown },
          { database }: Context,
          info: GraphQLResolveInfo,
        ) => {
          const values = new Values();
          const functions = functionsOf(info);
          const filter = where ? parseCallerWhere(where, model, schema, values) : always;
          const read: AggregateRead = { kind: 'aggregate', model: model.name, filter, functions };
          return figuresOf(functions, await database.aggregate(read, values));
        },
      } as never) as never,
  );
}

function figuresType(name: AggregateName, fields: readonly ScalarField[], typeName: string, derivation: Derivation) {
  return derivation.builder.objectRef<Figures>(typeName).implement({
    fields: (t) =>
      Object.fromEntries(
        fields.map((field) => [
          field.name,
          t.field({
            type: derivation.typeOf({ type: resultType(name, field.type), enum: undefined }) as 'String',
            nullable: true,
            resolve: (figures) => figures[field.name] as string,
          }),
        ]),
      ),
  });
}

/** The figures that the operation selects, each once, whatever its aliases. */
function functionsOf(info: GraphQLResolveInfo): AggregateFunction[] {
  const type = objectTypeOf(info);
  const functions = new Map<string, AggregateFunction>([['count', { name: 'count' }]]);
  for (const nodes of subfieldsOf(type, info.fieldNodes, info).values()) {
    const name = names.find((it) => it === nodes[0]!.name.value);
    if (!name) continue;
    const part = type.getFields()[name]!.type;
    for (const [inner] of subfieldsOf(objectTypeOf({ ...info, returnType: part }), nodes, info).values()) {
      const field = inner!.name.value;
      if (field !== '__typename') functions.set(`${name} ${field}`, { name, field });
    }
  }
  return [...functions.values()];
}

function figuresOf(functions: readonly AggregateFunction[], values: readonly unknown[]): Figures {
  const figures: Record<string, Record<string, unknown>> = { sum: {}, avg: {}, min: {}, max: {} };
  let count: unknown = 0;
  for (const [at, it] of functions.entries()) {
    if (it.name === 'count') count = values[at];
    else figures[it.name]![it.field] = values[at];
  }
  return { ...figures, count };
}
