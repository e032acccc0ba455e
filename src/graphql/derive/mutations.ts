import type { GraphQLResolveInfo } from 'graphql';
import { keyFilter, parseUniqueWhere } from '../../database/parse-arguments.ts';
import type { KeyValues } from '../../database/write/row-writer.ts';
import type { GuardedRows } from '../../database/guarded-rows.ts';
import type { Row } from '../../database/read.ts';
import type { ReadingOf } from '../../database/write/create-alone.ts';
import type { TransactionWriter } from '../../database/write/transaction-writer.ts';
import { Values } from '../../database/values.ts';
import type { Data } from '../../database/write/judge.ts';
import { versionOf, type Model } from '../../model/model.ts';
import type { RowVerb } from '../../policy/rule.ts';
import type { Context } from '../context.ts';
import { needing, type NeededRight } from '../needed-rights.ts';
import { objectTypeOf, selectionOf } from '../selection.ts';
import type { Derivation } from './derivation.ts';
import { needs } from './needs.ts';
import { creatingTakes } from './writable.ts';

/** `createX`, `updateX`, `upsertX` and `deleteX`. Each is one transaction; its result is read as any row is read. */
export function deriveMutations(derivation: Derivation) {
  for (const model of derivation.models) {
    if (!model.key) continue;
    const names = derivation.namesOf(model.name);
    const where = derivation.inputs.get(names.uniqueWhere);
    const creatable = derivation.writable.can('create', model.name);
    const updatable = where !== undefined && derivation.writable.can('update', model.name);
    const [create, update] = [derivation.inputs.get(names.createInput), derivation.inputs.get(names.updateInput)];
    if (creatable) deriveCreate(model, { data: create }, derivation);
    if (updatable) deriveUpdate(model, { where, data: update }, derivation);
    if (creatable && updatable) deriveUpsert(model, { where, create, update }, derivation);
    if (where && model.operations.has('delete') && derivation.grants(model.name, 'delete'))
      deriveDelete(model, { where }, derivation);
  }
}

type Inputs = Readonly<Record<string, unknown>>;

function deriveCreate(model: Model, inputs: Inputs, derivation: Derivation) {
  deriveWrite(derivation.namesOf(model.name).create, model, derivation, {
    inputs,
    verbs: ['create'],
    needed: creatingTakes(model, derivation),
    act: (database, { data }, readingOf) => database.create(model.name, data as Data, readingOf),
  });
}

function deriveUpdate(model: Model, inputs: Inputs, derivation: Derivation) {
  deriveWrite(derivation.namesOf(model.name).update, model, derivation, {
    inputs,
    verbs: ['update'],
    act: (database, { where, data, ifVersion }, readingOf) =>
      thenRead(database, readingOf, (writer) => writer.update(model.name, where, data as Data, { ifVersion })),
  });
}

function deriveUpsert(model: Model, inputs: Inputs, derivation: Derivation) {
  deriveWrite(derivation.namesOf(model.name).upsert, model, derivation, {
    inputs,
    verbs: ['create', 'update'],
    act: (database, { where, create, update, ifVersion }, readingOf) =>
      thenRead(database, readingOf, (writer) =>
        writer.upsert(model.name, where, { create: create as Data, update: update as Data }, { ifVersion }),
      ),
  });
}

interface Write {
  readonly inputs: Inputs;
  readonly verbs: readonly RowVerb[];
  readonly needed?: readonly NeededRight[];
  act(database: GuardedRows, args: Inputs, readingOf: ReadingOf): Promise<Row | null>;
}

async function thenRead(
  database: GuardedRows,
  readingOf: ReadingOf,
  act: (writer: TransactionWriter) => Promise<KeyValues>,
): Promise<Row | null> {
  const { read, values } = readingOf(await database.write(act));
  return database.one(read, values);
}

function deriveWrite(name: string, model: Model, derivation: Derivation, { inputs, verbs, needed, act }: Write) {
  derivation.builder.mutationField(
    name,
    (t) =>
      t.field({
        type: derivation.objectOf(model.name),
        nullable: true,
        description: 'Null when you may not read what you wrote.',
        args: {
          ...requiredArguments(inputs, t as never),
          ...(verbs.includes('update') && versionArgument(model, derivation, t as never)),
        },
        ...needs(model, verbs, needed),
        resolve: (_: unknown, args: Inputs, { database }: Context, info: GraphQLResolveInfo) =>
          act(database, args, (key) => readBack(model, info, derivation, (values) => keyFilter(model, [key], values))),
      } as never) as never,
  );
}

interface ArgumentBuilder {
  arg(options: object): unknown;
}

const requiredArguments = (inputs: Inputs, t: ArgumentBuilder) =>
  Object.fromEntries(Object.entries(inputs).map(([name, type]) => [name, t.arg({ type, required: true })]));

/** For a model that has a version which somebody may compare with. */
function versionArgument(model: Model, derivation: Derivation, t: ArgumentBuilder) {
  const field = versionOf(model);
  if (!field || !derivation.hasRight(model, field, 'filter')) return {};
  const description = `What \`${field.name}\` was when you read the row. When it has changed since, nothing is done.`;
  const right = { model: model.name, field: field.name, verb: 'filter' } as const;
  return { ifVersion: t.arg({ type: derivation.typeOf(field), description, ...needing(right) }) };
}

function deriveDelete(model: Model, inputs: Inputs, derivation: Derivation) {
  derivation.builder.mutationField(
    derivation.namesOf(model.name).delete,
    (t) =>
      t.field({
        type: derivation.objectOf(model.name),
        nullable: true,
        description: 'The row as it was.',
        args: { ...requiredArguments(inputs, t as never), ...versionArgument(model, derivation, t as never) },
        ...needs(model, ['delete']),
        resolve: (_: unknown, { where, ifVersion }: Inputs, { database }: Context, info: GraphQLResolveInfo) =>
          database.write(async (writer) => {
            const { read, values } = readBack(model, info, derivation, (it) =>
              parseUniqueWhere(where, model, derivation.schema, it),
            );
            const row = await writer.one(read, values);
            await writer.delete(model.name, where, { ifVersion });
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
