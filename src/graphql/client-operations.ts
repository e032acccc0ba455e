import {
  getNamedType,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** What a client does with a model, in the words of the client. */
export type ClientVerb =
  | 'get'
  | 'list'
  | 'page'
  | 'aggregate'
  | 'groups'
  | 'create'
  | 'update'
  | 'upsert'
  | 'delete'
  | 'createMany'
  | 'updateMany'
  | 'upsertMany'
  | 'deleteMany';

export interface ClientOperation {
  /** Unique; also what the operation is called in its document: `observations`. */
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  /** Field of the root. */
  readonly field: string;
  readonly verb: ClientVerb;
  readonly document: string;
}

export interface ClientModel {
  /** Where a client finds it: `observations`. */
  readonly name: string;
  readonly type: string;
  readonly operations: readonly ClientOperation[];
}

/**
 * The ready-made operations of every model, by the shape of the API's fields: the API's text is all there is to know.
 * Rows come with everything that takes no argument and nests nothing; figures come whole.
 */
export function clientModels(api: GraphQLSchema): ClientModel[] {
  const queries = fieldsOf(api.getQueryType());
  const mutations = fieldsOf(api.getMutationType());
  return queries.flatMap((list) => {
    const row = rowOfConnection(list);
    return row && typeOfArgument(list, 'orderBy') ? [modelOf(list, row, queries, mutations)] : [];
  });
}

function modelOf(list: Field, row: GraphQLObjectType, queries: Field[], mutations: Field[]): ClientModel {
  const where = typeOfArgument(list, 'where');
  const has = (field: Field, ...names: string[]) => names.every((name) => typeOfArgument(field, name) !== undefined);
  const only = (field: Field, ...names: string[]) =>
    field.args.every(({ name }) => [...names, 'ifVersion', 'expect', 'preview'].includes(name));
  const givesRow = (field: Field) => getNamedType(field.type) === row && !isListType(field.type);
  const filters = (field: Field) => typeOfArgument(field, 'where') === where;
  const verbs = new Map<ClientVerb, Field | undefined>([
    ['list', list],
    ['page', list],
    ['get', queries.find((it) => givesRow(it) && has(it, 'where') && only(it, 'where'))],
    ['aggregate', queries.find((it) => it !== list && filters(it) && only(it, 'where'))],
    ['groups', queries.find((it) => filters(it) && has(it, 'by'))],
  ]);
  const get = verbs.get('get');
  const unique = get && typeOfArgument(get, 'where');
  const named = (verb: string) => mutations.filter(({ name }) => name.startsWith(verb));
  const byKey = (field: Field) => givesRow(field) && typeOfArgument(field, 'where') === unique;
  const create = named('create').find((it) => givesRow(it) && has(it, 'data') && only(it, 'data'));
  const data = create && typeOfArgument(create, 'data');
  verbs.set('create', create);
  verbs.set(
    'update',
    named('update').find((it) => byKey(it) && has(it, 'data') && only(it, 'where', 'data')),
  );
  verbs.set(
    'upsert',
    named('upsert').find((it) => byKey(it) && has(it, 'create', 'update')),
  );
  verbs.set(
    'delete',
    named('delete').find((it) => byKey(it) && only(it, 'where')),
  );
  const takesRows = (field: Field) => data !== undefined && !givesRow(field) && typeOfArgument(field, 'data') === data;
  verbs.set(
    'createMany',
    named('create').find((it) => takesRows(it) && only(it, 'data')),
  );
  verbs.set(
    'upsertMany',
    named('upsert').find((it) => takesRows(it) && has(it, 'by')),
  );
  verbs.set(
    'updateMany',
    named('update').find((it) => filters(it) && has(it, 'data')),
  );
  verbs.set(
    'deleteMany',
    named('delete').find((it) => filters(it) && only(it, 'where')),
  );
  const operations = [...verbs].flatMap(([verb, field]) =>
    field ? [operationOf(verb, field, queries.includes(field) ? 'query' : 'mutation')] : [],
  );
  return { name: list.name, type: row.name, operations };
}

function operationOf(verb: ClientVerb, field: Field, kind: ClientOperation['kind']): ClientOperation {
  const declared = field.args.map(({ name, type, defaultValue }) => {
    // A variable without its default would send null where the API has one.
    const fallback = defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`;
    return `$${name}: ${String(type)}${fallback}`;
  });
  const passed = field.args.map(({ name }) => `${name}: $${name}`);
  const selection = selectionOf(field.type, verb, verb === 'list' || verb === 'page' ? 2 : 3);
  const name = verb === 'page' ? `${field.name}Page` : field.name;
  const head = declared.length > 0 ? `(${declared.join(', ')})` : '';
  const args = passed.length > 0 ? `(${passed.join(', ')})` : '';
  return {
    name,
    kind,
    field: field.name,
    verb,
    document: `${kind} ${name}${head} { ${field.name}${args}${selection} }`,
  };
}

/** Counting all rows anew for each page would cost more than the page. */
const leftOut: Partial<Record<ClientVerb, readonly string[]>> = { list: ['edges'], page: ['edges', 'totalCount'] };

function selectionOf(type: GraphQLOutputType, verb: ClientVerb, depth: number): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const isRow = named.getInterfaces().some(({ name }) => name === 'Node');
  const parts = fieldsOf(named).flatMap((field) => {
    if (leftOut[verb]?.includes(field.name) && depth === 2) return [];
    if (field.args.some(isRequiredArgument)) return [];
    const target = getNamedType(field.type);
    if (isLeafType(target)) return [field.name];
    if (isRow || depth === 1 || !isCompositeType(target)) return [];
    const inner = selectionOf(field.type, verb, depth - 1);
    return inner ? [`${field.name}${inner}`] : [];
  });
  return parts.length > 0 ? ` { ${parts.join(' ')} }` : '';
}

function rowOfConnection(field: Field): GraphQLObjectType | undefined {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return undefined;
  const { nodes, pageInfo } = type.getFields();
  const row = nodes && pageInfo && getNamedType(nodes.type);
  return isObjectType(row) ? row : undefined;
}

const fieldsOf = (type: GraphQLObjectType | null | undefined): Field[] => Object.values(type?.getFields() ?? {});

const typeOfArgument = (field: Field, name: string) => {
  const argument = field.args.find((it) => it.name === name);
  return argument && getNamedType(argument.type);
};
