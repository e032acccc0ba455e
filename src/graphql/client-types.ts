import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type DocumentNode,
  type GraphQLFieldMap,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  type SelectionSetNode,
} from 'graphql';

/** Scalars that travel as something else than what a client works with. */
const decodedScalars = new Set(['BigInt', 'Bytes', 'DateTime']);

/** Where in an answer a scalar needs decoding: `{ observations: { nodes: { measuredAt: 'DateTime' } } }`. */
export interface DecodeTree {
  readonly [key: string]: string | DecodeTree;
}

/** Of a document without fragments, as the ready-made ones are. */
export function decodeTreeOf(api: GraphQLSchema, document: DocumentNode): DecodeTree {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return {};
  const root = api.getRootType(operation.operation);
  return root ? treeOf(root, operation.selectionSet) : {};
}

function treeOf(type: GraphQLNamedType, { selections }: SelectionSetNode): DecodeTree {
  const tree: Record<string, string | DecodeTree> = {};
  for (const selection of selections) {
    const field = selection.kind === Kind.FIELD && isObjectType(type) && type.getFields()[selection.name.value];
    if (!field) continue;
    const target = getNamedType(field.type);
    const below = selection.selectionSet ? treeOf(target, selection.selectionSet) : {};
    if (decodedScalars.has(target.name)) tree[selection.name.value] = target.name;
    else if (Object.keys(below).length > 0) tree[selection.name.value] = below;
  }
  return tree;
}

/** By type and field, what a custom document needs to decode: a scalar, or the type below. Fields that lead nowhere are left out. */
export function scalarPaths(api: GraphQLSchema): Record<string, Record<string, string>> {
  const types = Object.values(api.getTypeMap()).filter((it) => isObjectType(it) && !it.name.startsWith('__'));
  return Object.fromEntries(
    types.flatMap((type) => {
      const fields = Object.values(fieldsOf(type)).flatMap(({ name, type: fieldType }) => {
        const target = getNamedType(fieldType);
        return decodedScalars.has(target.name) || isObjectType(target) || isInterfaceType(target)
          ? [[name, target.name] as const]
          : [];
      });
      return fields.length > 0 ? [[type.name, Object.fromEntries(fields)] as const] : [];
    }),
  );
}

const fieldsOf = (type: GraphQLNamedType): GraphQLFieldMap<unknown, unknown> =>
  isObjectType(type) ? type.getFields() : {};

/** The API as a type, in the form that gql.tada works with. */
export function introspectionType(api: GraphQLSchema): string {
  const types = Object.values(api.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .map((type) => `    ${JSON.stringify(type.name)}: ${typeText(api, type)};`);
  const rootName = (type: GraphQLNamedType | null | undefined) => (type ? JSON.stringify(type.name) : 'never');
  return [
    "import type * as Types from './types.ts';",
    '',
    'export type introspection = {',
    '  name: never;',
    `  query: ${rootName(api.getQueryType())};`,
    `  mutation: ${rootName(api.getMutationType())};`,
    `  subscription: ${rootName(api.getSubscriptionType())};`,
    '  types: {',
    ...types,
    '  };',
    '};',
    '',
  ].join('\n');
}

function typeText(api: GraphQLSchema, type: GraphQLNamedType): string {
  const name = JSON.stringify(type.name);
  if (isEnumType(type)) {
    return `{ name: ${name}; enumValues: ${union(type.getValues().map((it) => it.name))} }`;
  }
  // Those of the ready-made operations: variables are the same whoever wrote the document, and what they hold may
  // differ from what comes back, such as text for a moment.
  if (isInputObjectType(type)) return `{ name: ${name}; type: Types.${type.name} }`;
  if (isObjectType(type) || isInterfaceType(type)) {
    const fields = Object.values(type.getFields()).map(
      (field) =>
        `${JSON.stringify(field.name)}: { name: ${JSON.stringify(field.name)}; type: ${reference(field.type)} }`,
    );
    const possible = isInterfaceType(type)
      ? ` possibleTypes: ${union(api.getPossibleTypes(type).map((it) => it.name))};`
      : '';
    return `{ kind: '${isObjectType(type) ? 'OBJECT' : 'INTERFACE'}'; name: ${name};${possible} fields: { ${fields.join('; ')} } }`;
  }
  if (isUnionType(type)) {
    return `{ kind: 'UNION'; name: ${name}; fields: {}; possibleTypes: ${union(type.getTypes().map((it) => it.name))} }`;
  }
  return 'unknown';
}

const union = (names: readonly string[]) => names.map((it) => JSON.stringify(it)).join(' | ') || 'never';

function reference(type: GraphQLType): string {
  if (isNonNullType(type)) return `{ kind: 'NON_NULL'; name: never; ofType: ${reference(type.ofType)} }`;
  if (isListType(type)) return `{ kind: 'LIST'; name: never; ofType: ${reference(type.ofType)} }`;
  return `{ name: ${JSON.stringify(getNamedType(type).name)} }`;
}
