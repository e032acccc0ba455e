import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { pageSizes, type OperationLimits } from './operation-limits.ts';
import { tooComplex } from './too-complex.ts';

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * How many rows an operation reads at most: each list counts as many as its `first` or `last` asks for, times those of
 * the lists around it. Nothing is executed, and the walk ends where the limit is passed.
 *
 * @throws TOO_COMPLEX
 */
export function costOf(operation: Operation, limits: Pick<OperationLimits, 'nodes'>): number {
  const { schema, document, definition, variables } = operation;
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const it of document.definitions) if (it.kind === Kind.FRAGMENT_DEFINITION) fragments[it.name.value] = it;
  const root = schema.getRootType(definition.operation);
  if (!root) return 0;
  // A document of a kilobyte can spell out millions of fields: fragments that spread fragments.
  const maxFields = 2 * limits.nodes;
  let [nodes, looked] = [0, 0];

  function add(fields: ReadonlyMap<string, readonly FieldNode[]>, parent: GraphQLObjectType, around: Around): void {
    for (const [, fieldNodes] of fields) {
      if (++looked > maxFields) throw tooComplex(`The operation spells out more than ${maxFields} fields.`);
      const field = parent.getFields()[fieldNodes[0]!.name.value];
      // Introspection is bounded by graphql-js, and reads no rows.
      if (field) addField(field, fieldNodes, around);
    }
  }

  function addField(field: Field, fieldNodes: readonly FieldNode[], around: Around): void {
    const type = getNamedType(field.type);
    if (!isObjectType(type) && !isAbstractType(type)) return;
    const args = argumentsOf(field, fieldNodes[0]!, variables);
    const paged = field.args.some(({ name }) => name === 'first');
    const size = paged ? pageSize(args) : (longestList(args) ?? around.page ?? pageSizes.default);
    const isList = isListType(getNullableType(field.type));
    const times = around.times * (isList ? size : 1);
    if (!partsOfAPage.has(field.name)) nodes += times;
    if (nodes > limits.nodes)
      throw tooComplex(
        `The operation may read more than ${limits.nodes} rows.`,
        'Ask for smaller pages with "first", or in several operations.',
      );
    const within: Around = { times, page: paged && !isList ? size : undefined };
    // Of an interface, the type of which most is asked.
    const [before, types] = [nodes, isObjectType(type) ? [type] : schema.getPossibleTypes(type)];
    let most = nodes;
    for (const each of types) {
      nodes = before;
      add(collectSubfields(schema, fragments, variables, each, fieldNodes), each, within);
      most = Math.max(most, nodes);
    }
    nodes = most;
  }

  add(collectFields(schema, fragments, variables, root, definition.selectionSet), root, { times: 1, page: undefined });
  return nodes;
}

type Field = GraphQLField<unknown, unknown>;

/** Where a field stands. */
interface Around {
  readonly times: number;
  /** Of the connection whose lists are within. */
  readonly page: number | undefined;
}

/** They hold rows and are none. */
const partsOfAPage = new Set(['edges', 'pageInfo']);

function pageSize({ first, last }: Record<string, unknown>): number {
  const asked = first ?? last;
  return typeof asked === 'number' ? Math.max(1, asked) : pageSizes.default;
}

/** Such as the ids of `nodes(ids)`. */
function longestList(args: Record<string, unknown>): number | undefined {
  const lengths = Object.values(args).flatMap((value) => (Array.isArray(value) ? [value.length] : []));
  return lengths.length > 0 ? Math.max(1, ...lengths) : undefined;
}

function argumentsOf(field: Field, node: FieldNode, variables: Operation['variables']): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    // Its execution says what is wrong with them.
    return {};
  }
}
