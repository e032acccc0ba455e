import type { GraphQLResolveInfo } from 'graphql';
import { badInput } from '../../errors.ts';
import { keyFilter } from '../../database/parse-arguments.ts';
import type { Row } from '../../database/read.ts';
import { Values } from '../../database/values.ts';
import { modelOf, type Model } from '../../model/model.ts';
import type { Context } from '../context.ts';
import { decodeNodeId, encodeNodeId } from '../node-id.ts';
import { readOne } from '../read-one.ts';
import { objectTypeOf, selectionOf } from '../selection.ts';
import type { Derivation } from './derivation.ts';

const maxNodes = 100;

/** Which model a row of `node` is of: the interface must name its type. */
const modelOfRow = new WeakMap<Row, string>();

/** The `Node` interface of every type with a key. It stands before the objects, which implement it. */
export function deriveNodeInterface(derivation: Derivation) {
  const { schema, builder } = derivation;
  const node = builder.interfaceRef<Row>('Node');
  node.implement({
    description: 'Anything with an id that is unique among all types.',
    fields: (t) => ({
      nodeId: t.id({
        nullable: false,
        resolve: (row) => encodeNodeId(modelOf(schema, modelOfRow.get(row) ?? ''), row),
      }),
    }),
    resolveType: (row) => derivation.namesOf(modelOfRow.get(row) ?? '').type,
  });
  derivation.node = node as never;
}

export const isNode = (model: Model) => model.key !== undefined && !model.fields.has('nodeId');

/** `node(id)` and `nodes(ids)`: absent and unreadable rows are null alike. */
export function deriveNodeQueries(derivation: Derivation) {
  const { schema, builder, node } = derivation;
  const exposed = new Map(derivation.models.map((model) => [model.name, model]));
  const load = async (id: string, context: Context, info: GraphQLResolveInfo) => {
    const { model, key } = decodeNodeId(id, exposed);
    const values = new Values();
    const filter = keyFilter(model, [key], values);
    const type = objectTypeOf(info, derivation.names.models.get(model.name)!.type);
    const select = selectionOf(model, type, info.fieldNodes, { schema, info, values });
    const row = await readOne({ kind: 'one', model: model.name, filter, select }, values, context, info);
    if (row) modelOfRow.set(row, model.name);
    return row;
  };
  builder.queryField('node', (t) =>
    t.field({
      type: node as never,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context, info) => load(id, context, info) as never,
    }),
  );
  builder.queryField('nodes', (t) =>
    t.field({
      type: [node] as never,
      nullable: { list: false, items: true } as never,
      args: { ids: t.arg.idList({ required: true }) },
      resolve: (_, { ids }, context, info) => {
        if (ids.length > maxNodes) throw badInput(`ids holds ${ids.length} ids.`, `Give ${maxNodes} at most.`, 'ids');
        return ids.map((id) => load(id, context, info)) as never;
      },
    }),
  );
}
