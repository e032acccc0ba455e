import type { GraphQLResolveInfo } from 'graphql';
import type { ChangeManyOptions } from '../../database/write/change-many.ts';
import type { Cascade } from '../../database/write/cascades.ts';
import type { Data } from '../../database/write/judge.ts';
import type { TransactionWriter } from '../../database/write/transaction-writer.ts';
import { badInput } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { RowVerb } from '../../policy/rule.ts';
import type { Context } from '../context.ts';
import { needing, type NeededRight } from '../needed-rights.ts';
import { batchSelection, deriveBatch, maxNodes, noBatch, type Batch } from './batches.ts';
import type { AnyObjectRef, Derivation } from './derivation.ts';
import { needs } from './needs.ts';
import { filtersByKey, uniqueKeysOf } from './unique-inputs.ts';
import { creatingTakes } from './writable.ts';

/** `createXs`, `updateXs`, `upsertXs` and `deleteXs`. Each is one transaction; with `preview` it is undone at its end. */
export function deriveBulkMutations(derivation: Derivation) {
  const cascade = deriveCascade(derivation);
  const expectation = deriveExpectation(derivation);
  for (const model of derivation.models) {
    if (!model.key) continue;
    const deletable = model.operations.has('delete') && derivation.grants(model.name, 'delete');
    const [creatable, updatable] = [
      derivation.writable.can('create', model.name),
      derivation.writable.can('update', model.name),
    ];
    if (!creatable && !updatable && !deletable) continue;
    const batch = deriveBatch(model, cascade, derivation);
    const derive = (name: string, mutation: BulkMutation) => deriveBulk(name, model, { batch, derivation }, mutation);
    const names = derivation.namesOf(model.name);
    const rows = {
      type: [derivation.inputs.get(names.createInput)],
      required: true,
      description: `${maxNodes} at most.`,
    };
    const where = {
      type: derivation.inputOf(names.where),
      required: true,
      description: 'It must not hold for every row.',
    };
    const expect = { type: expectation, description: 'How many rows you mean: another number changes none.' };
    if (creatable) {
      const needed = creatingTakes(model, derivation);
      derive(names.createMany, { args: { data: rows }, verbs: ['create'], needed, act: createMany });
    }
    if (updatable) {
      const data = { type: derivation.inputOf(names.updateInput), required: true };
      derive(names.updateMany, { args: { where, data, expect }, verbs: ['update'], act: updateMany });
    }
    if (creatable && updatable && uniqueKeysOf(model, derivation).length > 0) {
      const by = { type: deriveKeyName(model, derivation), required: true };
      derive(names.upsertMany, { args: { by, data: rows }, verbs: ['create', 'update'], act: upsertMany });
    }
    if (deletable) derive(names.deleteMany, { args: { where, expect }, verbs: ['delete'], act: deleteMany });
  }
}

interface BulkMutation {
  readonly args: Readonly<Record<string, object>>;
  readonly verbs: readonly RowVerb[];
  readonly needed?: readonly NeededRight[];
  act(
    writer: TransactionWriter,
    model: Model,
    args: Arguments,
    selection: ReturnType<typeof batchSelection>,
  ): Promise<Batch>;
}

interface Arguments {
  readonly where?: unknown;
  readonly by?: string;
  readonly data?: unknown;
  readonly expect?: ChangeManyOptions['expect'];
  readonly preview?: boolean | null;
}

const createMany: BulkMutation['act'] = async (writer, model, { data }, { read }) => {
  const keys = await writer.createMany(model.name, rowsOf(data));
  return { ...noBatch, created: keys.length, nodes: await read(writer, keys) };
};

const updateMany: BulkMutation['act'] = async (
  writer,
  model,
  { where, data, expect = null },
  { countDenied, read },
) => {
  const { keys, denied = 0 } = await writer.updateMany(model.name, where, data as Data, { expect, countDenied });
  return { ...noBatch, updated: keys.length, denied, nodes: await read(writer, keys) };
};

const upsertMany: BulkMutation['act'] = async (writer, model, { by, data }, { read }) => {
  const key = model.uniques.find(({ name }) => name === by)!;
  const rows = await writer.upsertMany(model.name, rowsOf(data), key.fields);
  const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  const nodes = await read(
    writer,
    rows.map((row) => row.key),
  );
  return { ...noBatch, created: count('created'), updated: count('updated'), same: count('same'), nodes };
};

const deleteMany: BulkMutation['act'] = async (writer, model, { where, expect = null }, { read, ...counting }) => {
  let nodes: Batch['nodes'] = {};
  const before = async (keys: Parameters<typeof read>[1]) => {
    nodes = await read(writer, keys);
  };
  const { keys, denied = 0, cascades } = await writer.deleteMany(model.name, where, { expect, ...counting, before });
  return { ...noBatch, deleted: keys.length, denied, cascades, nodes };
};

function rowsOf(data: unknown): Data[] {
  const rows = data as Data[];
  if (rows.length > maxNodes) throw badInput(`"data" holds ${rows.length} rows.`, `Give ${maxNodes} at most.`, 'data');
  return rows;
}

function deriveBulk(
  name: string,
  model: Model,
  { batch, derivation }: { batch: AnyObjectRef; derivation: Derivation },
  { args, verbs, needed, act }: BulkMutation,
) {
  derivation.builder.mutationField(
    name,
    (t) =>
      t.field({
        type: batch,
        nullable: false,
        args: {
          ...Object.fromEntries(Object.entries(args).map(([arg, options]) => [arg, t.arg(options as never)])),
          preview: t.arg.boolean({ description: 'Does everything, tells what it did, and undoes it.' }),
        },
        ...needs(model, verbs, needed),
        resolve: (_: unknown, given: Arguments, { database }: Context, info: GraphQLResolveInfo) => {
          const selection = batchSelection(model, info, derivation.schema);
          const run = (writer: TransactionWriter) => act(writer, model, given, selection);
          return given.preview ? database.preview(run) : database.write(run);
        },
      } as never) as never,
  );
}

function deriveCascade({ builder }: Derivation): AnyObjectRef {
  const action = builder.enumType('CascadeAction', {
    values: {
      CASCADE: { value: 'Cascade', description: 'The rows are deleted too.' },
      SET_NULL: { value: 'SetNull', description: 'Their relation is emptied.' },
    },
  });
  const ref = builder.objectRef<Cascade>('Cascade').implement({
    description: 'Rows that the database changes because others are deleted.',
    fields: (t) => ({
      model: t.exposeString('model', { nullable: false }),
      relation: t.exposeString('relation', {
        nullable: false,
        description: 'Leads from that model to what is deleted.',
      }),
      action: t.field({ type: action, nullable: false, resolve: (cascade) => cascade.action }),
      count: t.exposeInt('count', { nullable: false }),
    }),
  });
  return ref as never;
}

const deriveExpectation = ({ builder }: Derivation) =>
  builder.inputType('Expectation', { fields: (t) => ({ max: t.int(), exactly: t.int() }) });

function deriveKeyName(model: Model, derivation: Derivation) {
  const values = uniqueKeysOf(model, derivation).map(
    (key) => [key.name, { value: key.name, ...needing(...filtersByKey(model, key)) }] as const,
  );
  return derivation.builder.enumType(derivation.namesOf(model.name).keyName, {
    values: Object.fromEntries(values),
  });
}
