import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { getArgumentValues } from 'graphql';
import { partsOf } from '../../database/grouping.ts';
import { keyFilter } from '../../database/parse-arguments.ts';
import type { ListRead, Row } from '../../database/read.ts';
import { keyText } from '../../database/run-plan.ts';
import { Values } from '../../database/values.ts';
import type { Cascade } from '../../database/write/cascades.ts';
import type { KeyValues } from '../../database/write/row-writer.ts';
import type { TransactionWriter } from '../../database/write/transaction-writer.ts';
import { badInput } from '../../errors.ts';
import { keyOf, type Model, type Schema } from '../../model/model.ts';
import { objectTypeOf, selectionOf, subfieldsOf } from '../selection.ts';
import type { AnyObjectRef, Derivation } from './derivation.ts';

/** What a write of many rows has done, or would do. */
export interface Batch {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly same: number;
  readonly denied: number;
  readonly cascades: readonly Cascade[];
  /** Rows by the key under which they were asked for. */
  readonly nodes: Readonly<Record<string, readonly Row[]>>;
}

export const noBatch: Batch = { created: 0, updated: 0, deleted: 0, same: 0, denied: 0, cascades: [], nodes: {} };

const defaultNodes = 20;
/** As many as one mutation creates. */
export const maxNodes = 1000;

export function deriveBatch(model: Model, cascade: AnyObjectRef, derivation: Derivation): AnyObjectRef {
  const ref = derivation.builder.objectRef<Batch>(derivation.namesOf(model.name).batch);
  ref.implement({
    description: 'What a write of many rows has done, or would do.',
    fields: (t) => ({
      count: t.int({
        nullable: false,
        description: 'Rows that were created, updated or deleted.',
        resolve: ({ created, updated, deleted }) => created + updated + deleted,
      }),
      created: t.exposeInt('created', { nullable: false }),
      updated: t.exposeInt('updated', { nullable: false }),
      deleted: t.exposeInt('deleted', { nullable: false }),
      same: t.exposeInt('same', { nullable: false, description: 'Rows that were as they should be already.' }),
      denied: t.exposeInt('denied', {
        nullable: false,
        description: 'Rows that match and that you read, but may not change: they are left as they are.',
      }),
      cascades: t.field({
        type: [cascade] as never,
        nullable: false,
        description: 'What goes with the deleted rows, of what you read.',
        resolve: (batch) => batch.cascades as never,
      }),
      nodes: t.field({
        type: [derivation.objectOf(model.name)] as never,
        nullable: false,
        description: 'The rows, in their order, of those that you read. Deleted ones are as they were.',
        args: {
          first: t.arg.int({ description: `How many; ${defaultNodes} unless told, ${maxNodes} at most.` }),
        },
        resolve: (batch, _args, _context, info) => (batch.nodes[String(info.path.key)] ?? []) as never,
      }),
    }),
  });
  return ref as never;
}

/** What an operation selects of a batch: only that is counted and read. */
export function batchSelection(model: Model, info: GraphQLResolveInfo, schema: Schema) {
  const type = objectTypeOf(info);
  const fields = [...subfieldsOf(type, info.fieldNodes, info)];
  const named = (name: string) => fields.filter(([, nodes]) => nodes[0]!.name.value === name);
  const field = type.getFields()['nodes']!;
  const rowType = objectTypeOf({ ...info, returnType: field.type });
  const lists = named('nodes').map(([key, nodes]) => {
    const { first } = getArgumentValues(field, nodes[0]!, info.variableValues) as { first?: number | null };
    return { key, nodes, first: checkedFirst(first) };
  });
  return {
    countDenied: named('denied').length > 0,
    countCascades: named('cascades').length > 0,
    async read(writer: TransactionWriter, keys: readonly KeyValues[]): Promise<Batch['nodes']> {
      const rows: Record<string, readonly Row[]> = {};
      for (const { key, nodes, first } of lists)
        rows[key] = await readRows(model, keys.slice(0, first), { writer, nodes, type: rowType, info, schema });
      return rows;
    },
  };
}

function checkedFirst(first: number | null | undefined): number {
  const count = first ?? defaultNodes;
  if (count < 0 || count > maxNodes)
    throw badInput(`first is ${count}.`, `Give a number from 0 to ${maxNodes}.`, 'first');
  return count;
}

interface ReadRows {
  readonly writer: TransactionWriter;
  readonly nodes: GraphQLResolveInfo['fieldNodes'];
  readonly type: GraphQLObjectType;
  readonly info: GraphQLResolveInfo;
  readonly schema: Schema;
}

/** Where the key has several fields, a condition on each row is one level deeper: engines take so many. */
const maxKeys = (model: Model) => (keyOf(model).fields.length === 1 ? 1000 : 200);

async function readRows(model: Model, keys: readonly KeyValues[], { writer, nodes, type, info, schema }: ReadRows) {
  const found = new Map<string, Row>();
  for (const part of partsOf(keys, maxKeys(model))) {
    const values = new Values();
    const filter = keyFilter(model, part, values);
    const select = selectionOf(model, type, nodes, { schema, info, values });
    for (const row of (await writer.list({ ...wholeList, model: model.name, filter, select }, values)).rows)
      found.set(keyText(model, row), row);
  }
  return keys.map((key) => found.get(keyText(model, key))).filter((row) => row !== undefined);
}

const wholeList = {
  kind: 'list',
  order: [],
  limit: undefined,
  seek: undefined,
  backwards: false,
  total: false,
  cursors: false,
} as const satisfies Partial<ListRead>;
