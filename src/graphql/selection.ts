import {
  getArgumentValues,
  isInterfaceType,
  isObjectType,
  getNamedType,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { badInput } from '../errors.ts';
import { modelOf, relationOf, scalarsOf, type Model, type Schema } from '../model/model.ts';
import { always, type Filter } from '../policy/filter.ts';
import { parseCallerWhere, parseOrderBy } from '../database/parse-arguments.ts';
import type { ListRead, SelectedRelation, Selection } from '../database/read.ts';
import type { Values } from '../database/values.ts';
import { pageOf, seekOf, type PageArguments } from './page.ts';

/** What a derived field reads, noted in its extensions as `pergola`. */
export type FieldNote =
  | { readonly reads: 'scalar'; readonly model: string; readonly field: string }
  | { readonly reads: 'key' }
  | { readonly reads: 'relation'; readonly relation: string };

/** Relations may nest this deep in one operation: a statement nests as deep as its selection. */
const maxDepth = 12;

export interface SelectionContext {
  readonly schema: Schema;
  readonly info: GraphQLResolveInfo;
  readonly values: Values;
}

/** The type under a field, once lists and non-null are taken off; under an interface, the one of the given name. */
export function objectTypeOf(
  info: Pick<GraphQLResolveInfo, 'returnType' | 'schema'>,
  model?: string,
): GraphQLObjectType {
  const type = getNamedType(info.returnType);
  if (isObjectType(type)) return type;
  const concrete = isInterfaceType(type)
    ? info.schema.getPossibleTypes(type).find(({ name }) => name === model)
    : undefined;
  if (!concrete) throw new Error(`${type.name} is no object type.`);
  return concrete;
}

/** What the field nodes select of a model's rows. Aliases of one relation stay apart, each under its own key. */
export function selectionOf(
  model: Model,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  context: SelectionContext,
  depth = 1,
): Selection {
  if (depth > maxDepth)
    throw badInput(`The selection is nested deeper than ${maxDepth} relations.`, 'Ask in several operations.');
  const scalars = new Set<string>(model.key?.fields);
  const relations: SelectedRelation[] = [];
  for (const [key, fieldNodes] of subfieldsOf(type, nodes, context.info)) {
    const field = type.getFields()[fieldNodes[0]!.name.value];
    const note = field?.extensions['pergola'] as FieldNote | undefined;
    if (note?.reads === 'scalar') scalars.add(note.field);
    else if (note?.reads === 'relation') {
      relations.push(relationSelection(key, note.relation, model, type, fieldNodes, context, depth));
    } else if (field && !note) {
      // A hand-written field is given the whole row; what the viewer may not see of it is withheld.
      for (const { name } of scalarsOf(model)) scalars.add(name);
    }
  }
  return { scalars: [...scalars].map((field) => ({ field })), relations };
}

function relationSelection(
  key: string,
  name: string,
  model: Model,
  parentType: GraphQLObjectType,
  nodes: readonly FieldNode[],
  context: SelectionContext,
  depth: number,
): SelectedRelation {
  const relation = relationOf(model, name);
  const target = modelOf(context.schema, relation.target);
  const field = parentType.getFields()[nodes[0]!.name.value]!;
  const type = getNamedType(field.type) as GraphQLObjectType;
  if (!relation.list) {
    const select = selectionOf(target, type, nodes, context, depth + 1);
    return { key, relation: name, read: { kind: 'one', model: target.name, filter: always, select } };
  }
  const args = getArgumentValues(field, nodes[0]!, context.info.variableValues) as ListArguments;
  return { key, relation: name, read: listRead(target, type, nodes, args, context, depth) };
}

export interface ListArguments extends PageArguments {
  readonly where?: unknown;
  readonly orderBy?: unknown;
}

/** A connection field as a read: only what is selected of it is asked of the database. */
export function listRead(
  model: Model,
  connection: GraphQLObjectType,
  nodes: readonly FieldNode[],
  args: ListArguments,
  context: SelectionContext,
  depth = 0,
): ListRead {
  const { schema, values } = context;
  const filter: Filter = args.where ? parseCallerWhere(args.where, model, schema, values) : always;
  const order = parseOrderBy(args.orderBy, model, schema);
  const page = pageOf(args);
  const fields = subfieldsOf(connection, nodes, context.info);
  const named = (name: string) => [...fields.values()].filter(([node]) => node!.name.value === name).flat();
  const [edges, nodesField, pageInfo] = [named('edges'), named('nodes'), named('pageInfo')];
  const edgeType = getNamedType(connection.getFields()['edges']!.type) as GraphQLObjectType;
  const edgeFields = edges.length > 0 ? [...subfieldsOf(edgeType, edges, context.info).values()].flat() : [];
  const rowNodes = [...edgeFields.filter(({ name }) => name.value === 'node'), ...nodesField];
  const pageInfoType = getNamedType(connection.getFields()['pageInfo']!.type) as GraphQLObjectType;
  const pageFields = pageInfo.length > 0 ? [...subfieldsOf(pageInfoType, pageInfo, context.info).values()].flat() : [];
  const asked = new Set(pageFields.map(({ name }) => name.value));
  const nodeType = getNamedType(edgeType.getFields()['node']!.type) as GraphQLObjectType;
  return {
    kind: 'list',
    model: model.name,
    filter,
    order,
    limit: values.add(page.limit),
    seek: seekOf(page, order, model, schema, values),
    backwards: page.backwards,
    select:
      edges.length > 0 || rowNodes.length > 0 || pageInfo.length > 0
        ? selectionOf(model, nodeType, rowNodes, context, depth + 1)
        : undefined,
    total: named('totalCount').length > 0,
    cursors:
      asked.has('startCursor') || asked.has('endCursor') || edgeFields.some(({ name }) => name.value === 'cursor'),
    skipped: asked.has(page.backwards ? 'hasNextPage' : 'hasPreviousPage'),
  };
}

export function subfieldsOf(type: GraphQLObjectType, nodes: readonly FieldNode[], info: GraphQLResolveInfo) {
  return collectSubfields(info.schema, info.fragments, info.variableValues, type, nodes);
}
