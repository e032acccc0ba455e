import type { GraphQLResolveInfo } from 'graphql';
import type { AggregateRead } from '../../database/aggregate.ts';
import { parseCallerWhere } from '../../database/parse-arguments.ts';
import { Figures } from '../../database/parse-groups.ts';
import { Values } from '../../database/values.ts';
import type { Model } from '../../model/model.ts';
import { always } from '../../policy/filter.ts';
import type { Context } from '../context.ts';
import { needing } from '../needed-rights.ts';
import { objectTypeOf } from '../selection.ts';
import type { Derivation } from './derivation.ts';
import { figureFields, figureValues, selectFigures, type FigureValues } from './figures.ts';

/** `xAggregate(where)`: figures over all rows that the viewer may read. */
export function deriveAggregates(derivation: Derivation) {
  for (const model of derivation.models) deriveAggregate(model, derivation);
}

function deriveAggregate(model: Model, derivation: Derivation) {
  const { builder, schema } = derivation;
  const names = derivation.namesOf(model.name);
  const type = builder.objectRef<{ figures: FigureValues }>(names.aggregate).implement({
    description: 'Figures over the rows that a list shows under the same filter.',
    fields: (t) => figureFields(model, derivation, t as never) as never,
  });
  builder.queryField(
    names.aggregateField,
    (t) =>
      t.field({
        type,
        nullable: false,
        ...needing({ model: model.name, verb: 'read' }),
        args: { where: t.arg({ type: derivation.inputOf(names.where) }) },
        resolve: async (
          _: unknown,
          { where }: { where?: unknown },
          { database }: Context,
          info: GraphQLResolveInfo,
        ) => {
          const [values, figures] = [new Values(), new Figures()];
          selectFigures(objectTypeOf(info), info.fieldNodes, { info, figures });
          const filter = where ? parseCallerWhere(where, model, schema, values) : always;
          const read: AggregateRead = {
            kind: 'aggregate',
            model: model.name,
            filter,
            functions: figures.functions,
          };
          return { figures: figureValues(figures, await database.aggregate(read, values)) };
        },
      } as never) as never,
  );
}
