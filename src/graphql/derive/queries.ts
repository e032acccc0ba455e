import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { getNamedType } from 'graphql';
import { parseUniqueWhere } from '../../database/parse-arguments.ts';
import { Values } from '../../database/values.ts';
import type { Model } from '../../model/model.ts';
import type { Context } from '../context.ts';
import { needing } from '../needed-rights.ts';
import { readOne } from '../read-one.ts';
import { pageOf, toConnection } from '../page.ts';
import { listRead, objectTypeOf, selectionOf, type ListArguments } from '../selection.ts';
import type { Derivation } from './derivation.ts';
import { listArguments } from './list-arguments.ts';

/** `x(where)` and `xs(where, orderBy, first, …)` for each model. */
export function deriveQueries(derivation: Derivation) {
  for (const model of derivation.models) {
    if (derivation.inputs.has(derivation.namesOf(model.name).uniqueWhere)) deriveOne(model, derivation);
    deriveMany(model, derivation);
  }
}

function deriveOne(model: Model, derivation: Derivation) {
  const names = derivation.namesOf(model.name);
  derivation.builder.queryField(
    names.one,
    (t) =>
      t.field({
        type: derivation.objectOf(model.name),
        nullable: true,
        ...needing({ model: model.name, verb: 'read' }),
        args: { where: t.arg({ type: derivation.inputOf(names.uniqueWhere), required: true }) },
        resolve: async (_: unknown, { where }: { where: unknown }, context: Context, info: GraphQLResolveInfo) => {
          const values = new Values();
          const { schema } = derivation;
          const filter = parseUniqueWhere(where, model, schema, values);
          const select = selectionOf(model, objectTypeOf(info, names.type), info.fieldNodes, { schema, info, values });
          return readOne({ kind: 'one', model: model.name, filter, select }, values, context, info);
        },
      } as never) as never,
  );
}

function deriveMany(model: Model, derivation: Derivation) {
  const { schema } = derivation;
  derivation.builder.queryField(
    derivation.namesOf(model.name).many,
    (t) =>
      t.field({
        type: derivation.connectionOf(model.name),
        nullable: false,
        ...needing({ model: model.name, verb: 'read' }),
        args: listArguments(model, derivation, t as never),
        resolve: async (_: unknown, args: ListArguments, { database }: Context, info: GraphQLResolveInfo) => {
          const values = new Values();
          const type = getNamedType(info.returnType) as GraphQLObjectType;
          const rows = await database.list(
            listRead(model, type, info.fieldNodes, args, { schema, info, values }),
            values,
          );
          return toConnection(rows, pageOf(args).backwards);
        },
      } as never) as never,
  );
}
