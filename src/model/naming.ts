import pluralize from 'pluralize';
import type { Model, Schema } from './model.ts';

/** Every name that is derived from a model, allocated once so that no two collide. */
export interface ModelNames {
  readonly type: string;
  readonly one: string;
  readonly many: string;
  readonly create: string;
  readonly update: string;
  readonly upsert: string;
  readonly delete: string;
  readonly aggregateField: string;
  readonly aggregate: string;
  /** The type of one function's figures, e.g. `ObservationSum`. */
  readonly aggregatePart: (name: string) => string;
  readonly where: string;
  readonly uniqueWhere: string;
  readonly orderBy: string;
  readonly connection: string;
  readonly edge: string;
  readonly listFilter: string;
  readonly oneFilter: string;
  readonly createInput: string;
  readonly updateInput: string;
  /** The input of a nested write through this relation field, e.g. `ObservationTagsWrite`. */
  readonly nestedCreate: (field: string) => string;
  readonly nestedUpdate: (field: string) => string;
  readonly createWithout: (field: string) => string;
  /** The input of a key of several fields, e.g. `MembershipUserIdOrganizationIdKey`. */
  readonly compoundKey: (key: string) => string;
}

export interface Names {
  readonly models: ReadonlyMap<string, ModelNames>;
  readonly enums: ReadonlyMap<string, { readonly type: string; readonly filter: string }>;
}

const scalarNames = ['String', 'Int', 'Float', 'Boolean', 'DateTime', 'Date', 'Decimal', 'BigInt', 'Bytes'];

/** GraphQL's own and ours: no model may take one of them. */
const reservedTypes = [
  'Query',
  'Mutation',
  'Subscription',
  'Node',
  'PageInfo',
  'SortOrder',
  'CountOrderBy',
  'Viewer',
  'ViewerSession',
  'ViewerToken',
  'SignInResult',
  'CreateTokenResult',
  'StartSecondFactorResult',
  'ID',
  'Json',
  ...scalarNames,
  ...scalarNames.map((name) => `${name}Filter`),
];
const reservedFields = [
  'node',
  'nodes',
  'viewer',
  'signIn',
  'signOut',
  'signOutEverywhere',
  'endSession',
  'changePassword',
  'createApiToken',
  'revokeApiToken',
  'requestSignUp',
  'finishSignUp',
  'requestPasswordReset',
  'resetPassword',
  'startSecondFactor',
  'confirmSecondFactor',
  'stopSecondFactor',
];

/**
 * Allocates every derived name. Models and enums keep theirs first, in the schema's order; whatever would
 * collide is escaped with a trailing underscore, so that nothing is lost and nothing depends on luck.
 */
export function allocateNames(schema: Schema): Names {
  const types = new NameRegistry(reservedTypes);
  const queries = new NameRegistry(reservedFields);
  const mutations = new NameRegistry(reservedFields);
  const own = new Map([...schema.models.keys(), ...schema.enums.keys()].map((name) => [name, types.take(name)]));
  const models = [...schema.models.values()].map((model): [string, ModelNames] => [
    model.name,
    allocateModel(model, own.get(model.name)!, { types, queries, mutations }),
  ]);
  const enums = [...schema.enums.keys()].map((name) => {
    const type = own.get(name)!;
    return [name, { type, filter: types.take(`${type}Filter`) }] as const;
  });
  return { models: new Map(models), enums: new Map(enums) };
}

interface Registries {
  readonly types: NameRegistry;
  readonly queries: NameRegistry;
  readonly mutations: NameRegistry;
}

function allocateModel(model: Model, type: string, { types, queries, mutations }: Registries): ModelNames {
  const one = queries.take(lowerFirst(model.name));
  const lazily = (name: (part: string) => string) => {
    const taken = new Map<string, string>();
    return (part: string) => {
      const known = taken.get(part) ?? types.take(name(upperFirst(part)));
      taken.set(part, known);
      return known;
    };
  };
  return {
    type,
    one,
    many: queries.take(plural(lowerFirst(model.name))),
    create: mutations.take(`create${type}`),
    update: mutations.take(`update${type}`),
    upsert: mutations.take(`upsert${type}`),
    delete: mutations.take(`delete${type}`),
    aggregateField: queries.take(`${lowerFirst(model.name)}Aggregate`),
    aggregate: types.take(`${type}Aggregate`),
    aggregatePart: lazily((name) => `${type}${name}`),
    where: types.take(`${type}Where`),
    uniqueWhere: types.take(`${type}UniqueWhere`),
    orderBy: types.take(`${type}OrderBy`),
    connection: types.take(`${type}Connection`),
    edge: types.take(`${type}Edge`),
    listFilter: types.take(`${type}ListFilter`),
    oneFilter: types.take(`${type}RelationFilter`),
    createInput: types.take(`${type}CreateInput`),
    updateInput: types.take(`${type}UpdateInput`),
    nestedCreate: lazily((field) => `${type}${field}CreateInput`),
    nestedUpdate: lazily((field) => `${type}${field}UpdateInput`),
    createWithout: lazily((field) => `${type}CreateWithout${field}Input`),
    compoundKey: lazily((key) => `${type}${key.split('_').map(upperFirst).join('')}Key`),
  };
}

/** English plurals; a name that is its own plural gets `List`. */
function plural(name: string): string {
  const many = pluralize(name);
  return many === name ? `${name}List` : many;
}

class NameRegistry {
  private readonly taken: Set<string>;

  constructor(reserved: readonly string[]) {
    this.taken = new Set(reserved);
  }

  take(wanted: string): string {
    let name = wanted;
    while (this.taken.has(name)) name += '_';
    this.taken.add(name);
    return name;
  }
}

export const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
const upperFirst = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
