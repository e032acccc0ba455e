import type { GraphQLResolveInfo } from 'graphql';
import { keyFilter, parseUniqueWhere } from '../../database/parse-arguments.ts';
import type { KeyValues } from '../../database/write/row-writer.ts';
import { Values } from '../../database/values.ts';
import type { Data } from '../../database/write/judge.ts';
import type { Model } from '../../model/model.ts';
import type { RightCoordinate } from '../builder.ts';
import type { Context } from '../context.ts';
import { objectTypeOf, selectionOf } from '../selection.ts';
import type { Derivation } from './derivation.ts';
import { canCreate, canUpdate } from './write-inputs.ts';

/** `createX`, `updateX`, `upsertX` and `deleteX`. Each is one transaction; its result is read as any row is read. */
export function deriveMutations(derivation: Derivation) {
  for (const model of derivation.models) {
    if (!model.key) continue;
    const names = derivation.namesOf(model.name);
    const unique = derivation.inputs.get(names.uniqueWhere);
    const creatable = canCreate(model, derivation);
    const updatable = unique !== undefined && canUpdate(model, derivation);
    const createData = derivation.inputs.get(names.createInput);
    const updateData = derivation.inputs.get(names.updateInput);
    if (creatable) deriveCreate(model, { data: createData }, derivation);
    if (updatable) deriveUpdate(model, { where: unique, data: updateData }, derivation);
    if (creatable && updatable)
      deriveUpsert(model, { where: unique, create: createData, update: updateData }, derivation);
    if (unique && model.operations.has('delete') && derivation.grants(model.name, 'delete'))
      deriveDelete(model, { where: unique }, derivation);
  }
}

type Inputs = Readonly<Record<string, unknown>>;

function deriveCreate(model: Model, inputs: Inputs, derivation: Derivation) {
  const act = async ({ data }: Inputs, { database }: Context) =>
    database.write((writer) => writer.create(model.name, data as Data));
  deriveWrite(
    derivation.namesOf(model.name).create,
    model,
    inputs,
    [{ model: model.name, verb: 'create' }],
    act,
    derivation,
  );
}

function deriveUpdate(model: Model, inputs: Inputs, derivation: Derivation) {
  const act = async ({ where, data }: Inputs, { database }: Context) =>
    database.write((writer) => writer.update(model.name, where, data as Data));
  deriveWrite(
    derivation.namesOf(model.name).update,
    model,
    inputs,
    [{ model: model.name, verb: 'update' }],
    act,
    derivation,
  );
}

function deriveUpsert(model: Model, inputs: Inputs, derivation: Derivation) {
  const act = async ({ where, create, update }: Inputs, { database }: Context) =>
    database.write((writer) => writer.upsert(model.name, where, { create: create as Data, update: update as Data }));
  const rights: RightCoordinate[] = [
    { model: model.name, verb: 'create' },
    { model: model.name, verb: 'update' },
  ];
  deriveWrite(derivation.namesOf(model.name).upsert, model, inputs, rights, act, derivation);
}

function deriveWrite(
  name: string,
  model: Model,
  inputs: Inputs,
  rights: readonly RightCoordinate[],
  act: (args: Inputs, context: Context) => Promise<KeyValues>,
  derivation: Derivation,
) {
  derivation.builder.mutationField(
    name,
    (t) =>
      t.field({
        type: derivation.objectOf(model.name),
        nullable: true,
        description: 'Null when you may not read what you wrote.',
        args: Object.fromEntries(
          Object.entries(inputs).map(([arg, type]) => [arg, t.arg({ type, required: true } as never)]),
        ),
        authScopes: { mayAll: rights },
        resolve: async (_: unknown, args: Inputs, context: Context, info: GraphQLResolveInfo) => {
          const key = await act(args, context);
          const { read, values } = readBack(model, info, derivation, (it) => keyFilter(model, [key], it));
          return context.database.one(read, values);
        },
      } as never) as never,
  );
}

function deriveDelete(model: Model, inputs: Inputs, derivation: Derivation) {
  derivation.builder.mutationField(
    derivation.namesOf(model.name).delete,
    (t) =>
      t.field({
        type: derivation.objectOf(model.name),
        nullable: true,
        description: 'The row as it was.',
        args: { where: t.arg({ type: inputs['where'], required: true } as never) },
        authScopes: { mayAll: [{ model: model.name, verb: 'delete' }] },
        resolve: (_: unknown, { where }: Inputs, { database }: Context, info: GraphQLResolveInfo) =>
          database.write(async (writer) => {
            const { read, values } = readBack(model, info, derivation, (it) =>
              parseUniqueWhere(where, model, derivation.schema, it),
            );
            const row = await writer.one(read, values);
            await writer.delete(model.name, where);
            return row;
          }),
      } as never) as never,
  );
}

function readBack(
  model: Model,
  info: GraphQLResolveInfo,
  { schema, ...derivation }: Derivation,
  filterBy: (values: Values) => ReturnType<typeof keyFilter>,
) {
  const values = new Values();
  const filter = filterBy(values);
  const type = objectTypeOf(info, derivation.names.models.get(model.name)!.type);
  const select = selectionOf(model, type, info.fieldNodes, { schema, info, values });
  return { read: { kind: 'one' as const, model: model.name, filter, select }, values };
}
