/** A small Prisma schema as a running API: its tables made by Prisma's own engine, with foreign keys, in a database of this run's engine. */
import { get_dmmf } from '@prisma/prisma-schema-wasm';
import { graphql, type GraphQLSchema } from 'graphql';
import { openDatabase, type Database, type RequestOfViewer } from '../../src/database/database.ts';
import type { GeneratedDatamodel } from '../../src/generated/datamodel.ts';
import { buildApi } from '../../src/graphql/build-api.ts';
import type { Context } from '../../src/graphql/context.ts';
import type { Model, Schema } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { open, policyLanguage, type FieldRights, type PolicyDraft } from '../../src/policy/policy.ts';
import { anyone, type RowVerb, type Rule } from '../../src/policy/rule.ts';
import type { Viewer } from '../../src/policy/viewer.ts';
import { errorOf, type Answer } from './platform.ts';
import { testEngine } from './test-engine.ts';
import { openOnServer } from './tiny-on-server.ts';
import { openInFile, type TinyStore } from './tiny-store.ts';

export { difference, type Everything } from './tiny-store.ts';

/** The words of policies, without the names of one schema. */
export interface TinyWords {
  where(filter: object): Rule<never>;
  owner(column: string): Rule<never>;
  through(relation: string, verb?: RowVerb): Rule<never>;
  exists(path: string, filter?: object): Rule<never>;
  role(name: string): Rule<never>;
  readonly viewer: { readonly id: unknown };
}

/** What a model does not say is granted to everybody. */
export interface TinyPolicy extends Partial<Record<RowVerb, Rule>> {
  readonly fields?: Readonly<Record<string, FieldRights>>;
  readonly presets?: Readonly<Record<string, unknown>>;
}

export interface TinyDesign {
  /** Models and enums, as Prisma writes them. */
  readonly prisma: string;
  readonly policies?: Readonly<Record<string, (words: TinyWords) => TinyPolicy>>;
  /** The first rows, as SQL. */
  readonly rows?: string;
}

export interface TinyService extends AsyncDisposable {
  readonly api: GraphQLSchema;
  readonly schema: Schema;
  readonly database: Database;
  /** The same file through connections of its own, as another process would have them. */
  openAgain(): Promise<Database>;
  readonly url: string;
  /** Runs an operation; the last one's number of statements is in `statements`. */
  run(
    document: string,
    variables?: Record<string, unknown>,
    as?: Viewer,
    request?: RequestOfViewer,
  ): Promise<Answer<unknown>>;
  readonly statements: number;
  readonly sql: TinyStore['sql'];
  readonly everything: TinyStore['everything'];
  readonly reset: TinyStore['reset'];
}

const someone: Viewer = { kind: 'user', id: 'someone', roles: [] };

export async function openTinyService(design: TinyDesign): Promise<TinyService> {
  const { schema, datamodel, text } = prepared(design.prisma);
  const firstRows = design.rows ?? '';
  const store = await (testEngine === 'sqlite'
    ? openInFile(text, firstRows)
    : openOnServer(testEngine, { schema: text, datamodel: datamodel.datamodel, rows: firstRows }));
  const { url, sql, everything, reset } = store;
  const policies = checkPolicies(schema, draftsOf(design, schema));
  const api = apiOf(design, () => buildApi(schema, policies, [], datamodel));
  const database = await openDatabase(url, schema, policies);
  const others: Database[] = [];
  let statements = 0;
  return {
    api,
    schema,
    database,
    url,
    get statements() {
      return statements;
    },
    async run(source, variableValues = {}, viewer = someone, request = {}) {
      const rows = database.as(viewer, request);
      const session = { user: null, signIn: nobodySignsIn, signOut: nobodySignsIn };
      const contextValue = { viewer, database: rows, session } as unknown as Context;
      const { data, errors } = await graphql({ schema: api, source, variableValues, contextValue });
      statements = rows.statements;
      return JSON.parse(JSON.stringify({ data: data ?? null, ...(errors && { errors: errors.map(errorOf) }) }));
    },
    async openAgain() {
      const other = await openDatabase(url, schema, policies);
      others.push(other);
      return other;
    },
    sql,
    everything,
    reset,
    async [Symbol.asyncDispose]() {
      for (const it of [database, ...others]) await it.close();
      await store.close();
    },
  };
}

/** What a design says, without a database. */
export function tinyParts(design: TinyDesign) {
  const { schema, text } = prepared(design.prisma);
  return { schema, text, drafts: draftsOf(design, schema) };
}

const nobodySignsIn = () => Promise.reject(new Error('These tests sign nobody in.'));

const policy = policyLanguage<string>();

function draftsOf({ policies = {} }: TinyDesign, schema: Schema): PolicyDraft[] {
  return [...schema.models.values()].map((model) =>
    policy(
      model.name as never,
      ((words: TinyWords) => {
        const { fields, ...text } = policies[model.name]?.(words) ?? {};
        return { ...everyVerb, ...text, fields: { ...openFields(model), ...fields } };
      }) as never,
    ),
  );
}

const everyVerb = { read: anyone, create: anyone, update: anyone, delete: anyone, link: anyone };

const openFields = (model: Model): Record<string, FieldRights> =>
  Object.fromEntries(
    [...model.fields.values()]
      .filter((field) => field.kind === 'relation' || !field.foreignKey)
      .map(({ name }) => [name, open]),
  );

const apis = new WeakMap<TinyDesign, GraphQLSchema>();

function apiOf(design: TinyDesign, make: () => GraphQLSchema): GraphQLSchema {
  const known = apis.get(design) ?? make();
  apis.set(design, known);
  return known;
}

interface Prepared {
  readonly schema: Schema;
  readonly datamodel: Parameters<typeof buildApi>[3] & { readonly datamodel: GeneratedDatamodel['datamodel'] };
  /** The whole schema, as Prisma reads it. */
  readonly text: string;
}

const known = new Map<string, Prepared>();

function prepared(prisma: string): Prepared {
  const it = known.get(prisma) ?? prepare(prisma);
  known.set(prisma, it);
  return it;
}

function prepare(prisma: string): Prepared {
  const text = `datasource db {\n  provider = "sqlite"\n}\n${prisma}`;
  const dmmf = JSON.parse(get_dmmf(JSON.stringify({ prismaSchema: [['schema.prisma', text]], noColor: true }))) as {
    datamodel: GeneratedDatamodel['datamodel'];
    mappings: Pick<GeneratedDatamodel, 'modelOperations'>;
  };
  const { datamodel, mappings } = dmmf;
  const schema = readDatamodel({ datamodel, modelOperations: mappings.modelOperations });
  return { schema, datamodel: { datamodel } as never, text };
}
