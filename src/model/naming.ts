import pluralize from 'pluralize';
import type { Schema } from './model.ts';

/** Every name that is derived from a model, allocated once so that no two collide. */
export type ModelNames = RowNames & GroupNames;

interface RowNames {
  readonly type: string;
  readonly one: string;
  readonly many: string;
  readonly create: string;
  readonly update: string;
  readonly upsert: string;
  readonly delete: string;
  readonly createMany: string;
  readonly updateMany: string;
  readonly upsertMany: string;
  readonly deleteMany: string;
  /** What a write of many rows gives. */
  readonly batch: string;
  /** The names of the unique keys, as an enum. */
  readonly keyName: string;
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
  /** A row that is created under another, which the field leads back to. */
  readonly createWithout: (field: string) => string;
  readonly connectOrCreateWithout: (field: string) => string;
  readonly upsertWithout: (field: string) => string;
  readonly upsertNamedWithout: (field: string) => string;
  readonly updateNamed: string;
  /** The input of a key of several fields, e.g. `MembershipUserIdOrganizationIdKey`. */
  readonly compoundKey: (key: string) => string;
}

interface GroupNames {
  readonly groupsField: string;
  readonly group: string;
  readonly groupKey: string;
  readonly groupBy: string;
  /** The enum of the fields to group by. */
  readonly groupField: string;
  /** A field's name in that enum, where GraphQL has other uses for some words. */
  readonly groupFieldValue: (field: string) => string;
  readonly having: string;
  /** The conditions on one function's figures, e.g. `ObservationSumHaving`. */
  readonly havingPart: (name: string) => string;
  readonly groupOrderBy: string;
  /** The orders by one function's figures or by the keys, e.g. `ObservationGroupSumOrderBy`. */
  readonly groupOrderByPart: (name: string) => string;
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
  'TimeUnit',
  'CountOrderBy',
  'Viewer',
  'ViewerSession',
  'ViewerToken',
  'SignInResult',
  'Cascade',
  'CascadeAction',
  'Expectation',
  'CreateTokenResult',
  'StartSecondFactorResult',
  'ID',
  'Json',
  'JsonFilter',
  ...scalarNames,
  ...scalarNames.map((name) => `${name}Filter`),
];
/** GraphQL has other uses for these words. */
export const forbiddenEnumValues = ['true', 'false', 'null'];
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
  const all = [...schema.models.keys()].map((model) => ({ model, type: own.get(model)! }));
  // Groups last: `userGroups` are the rows of a model UserGroup, not the groups of users, wherever in the schema it stands.
  const rows = all.map(({ model, type }) => allocateRows(model, type, { types, queries, mutations }));
  const models = all.map(({ model, type }, at): [string, ModelNames] => [
    model,
    { ...rows[at]!, ...allocateGroups(model, type, { types, queries }) },
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

function allocateRows(model: string, type: string, { types, queries, mutations }: Registries): RowNames {
  const many = upperFirst(plural(lowerFirst(model)));
  return {
    type,
    one: queries.take(lowerFirst(model)),
    many: queries.take(plural(lowerFirst(model))),
    create: mutations.take(`create${type}`),
    update: mutations.take(`update${type}`),
    upsert: mutations.take(`upsert${type}`),
    delete: mutations.take(`delete${type}`),
    createMany: mutations.take(`create${many}`),
    updateMany: mutations.take(`update${many}`),
    upsertMany: mutations.take(`upsert${many}`),
    deleteMany: mutations.take(`delete${many}`),
    batch: types.take(`${type}Batch`),
    keyName: types.take(`${type}KeyName`),
    aggregateField: queries.take(`${lowerFirst(model)}Aggregate`),
    aggregate: types.take(`${type}Aggregate`),
    aggregatePart: onDemand(types, (name) => `${type}${upperFirst(name)}`),
    where: types.take(`${type}Where`),
    uniqueWhere: types.take(`${type}UniqueWhere`),
    orderBy: types.take(`${type}OrderBy`),
    connection: types.take(`${type}Connection`),
    edge: types.take(`${type}Edge`),
    listFilter: types.take(`${type}ListFilter`),
    oneFilter: types.take(`${type}RelationFilter`),
    createInput: types.take(`${type}CreateInput`),
    updateInput: types.take(`${type}UpdateInput`),
    nestedCreate: onDemand(types, (field) => `${type}${upperFirst(field)}CreateInput`),
    nestedUpdate: onDemand(types, (field) => `${type}${upperFirst(field)}UpdateInput`),
    createWithout: onDemand(types, (field) => `${type}CreateWithout${upperFirst(field)}Input`),
    connectOrCreateWithout: onDemand(types, (field) => `${type}ConnectOrCreateWithout${upperFirst(field)}Input`),
    upsertWithout: onDemand(types, (field) => `${type}UpsertWithout${upperFirst(field)}Input`),
    upsertNamedWithout: onDemand(types, (field) => `${type}UpsertNamedWithout${upperFirst(field)}Input`),
    updateNamed: types.take(`${type}UpdateNamedInput`),
    compoundKey: onDemand(types, (key) => `${type}${key.split('_').map(upperFirst).join('')}Key`),
  };
}

function allocateGroups(model: string, type: string, { types, queries }: Omit<Registries, 'mutations'>): GroupNames {
  return {
    groupsField: queries.take(`${lowerFirst(model)}Groups`),
    group: types.take(`${type}Group`),
    groupKey: types.take(`${type}GroupKey`),
    groupBy: types.take(`${type}GroupBy`),
    groupField: types.take(`${type}GroupField`),
    groupFieldValue: onDemand(new NameRegistry(forbiddenEnumValues), (field) => field),
    having: types.take(`${type}Having`),
    havingPart: onDemand(types, (name) => `${type}${upperFirst(name)}Having`),
    groupOrderBy: types.take(`${type}GroupOrderBy`),
    groupOrderByPart: onDemand(types, (name) => `${type}Group${upperFirst(name)}OrderBy`),
  };
}

/** A name that is allocated when it is first asked for, and stays. */
function onDemand(registry: NameRegistry, name: (part: string) => string) {
  const taken = new Map<string, string>();
  return (part: string) => {
    const known = taken.get(part) ?? registry.take(name(part));
    taken.set(part, known);
    return known;
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
