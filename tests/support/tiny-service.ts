/** A small Prisma schema as a running API: its tables made by Prisma's own engine, with foreign keys, in a SQLite file. */
import { mkdtemp, copyFile, rm } from 'node:fs/promises';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get_dmmf } from '@prisma/prisma-schema-wasm';
import { graphql, type GraphQLSchema } from 'graphql';
import { openDatabase, type Database, type RequestOfViewer } from '../../src/database/database.ts';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { sqliteAdapters } from '../../src/database/schema-engine/sqlite-adapter.ts';
import { openWasmEngine } from '../../src/database/schema-engine/wasm-engine.ts';
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

/** The words of policies, without the names of one schema. */
export interface TinyWords {
  where(filter: object): Rule<never>;
  owner(column: string): Rule<never>;
  through(relation: string, verb?: RowVerb): Rule<never>;
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
  /** Rows, past every policy. */
  sql(text: string, ...values: unknown[]): unknown[][];
  /** Every row of every table. */
  everything(): Everything;
  /** Puts the first rows in the place of all others. */
  reset(): void;
}

/** Rows by table and key, such as `Room 1,2`. */
export type Everything = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Without a disk to wait for, where the system has such a folder. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const someone: Viewer = { kind: 'user', id: 'someone', roles: [] };

export async function openTinyService(design: TinyDesign): Promise<TinyService> {
  const { schema, datamodel, file } = await prepared(design.prisma, design.rows ?? '');
  const folder = await mkdtemp(join(memory, 'pergola-tiny-'));
  const path = join(folder, 'tiny.db');
  await copyFile(file, path);
  const url = `file:${path}`;
  const policies = checkPolicies(schema, draftsOf(design, schema));
  const api = apiOf(design, () => buildApi(schema, policies, [], datamodel));
  const database = await openDatabase(url, schema, policies);
  const others: Database[] = [];
  const beside = new LibsqlConnection(path);
  // It arranges rows, in any order.
  beside.script('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;');
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
    sql: (text, ...values) => rowsOf(beside, text, values),
    everything: () => everythingIn(beside),
    reset() {
      const deletes = tablesIn(beside).map((table) => `delete from "${table}";`);
      beside.script(`begin; ${deletes.join(' ')} ${design.rows ?? ''} commit;`);
    },
    async [Symbol.asyncDispose]() {
      beside.close();
      for (const it of [database, ...others]) await it.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What differs: `+ Room 1,2`, `- Room 1,2`, `Room 1,2 homeId: 1 > 2`. */
export function difference(before: Everything, after: Everything): string[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `- ${key}`);
  const come = [...after.keys()].filter((key) => !before.has(key)).map((key) => `+ ${key}`);
  const changed = [...before].flatMap(([key, row]) =>
    Object.entries(after.get(key) ?? row)
      .filter(([name, value]) => value !== row[name])
      .map(([name, value]) => `${key} ${name}: ${row[name]} > ${value}`),
  );
  return [...gone, ...come, ...changed];
}

const nobodySignsIn = () => Promise.reject(new Error('These tests sign nobody in.'));

function rowsOf(connection: LibsqlConnection, text: string, values: readonly unknown[]): unknown[][] {
  if (values.length === 0 && !/^\s*(select|pragma|with)/i.test(text)) {
    connection.script(text);
    return [];
  }
  return connection.rows(text, values).map((row) => row.map((it) => (typeof it === 'bigint' ? Number(it) : it)));
}

const tablesIn = (connection: LibsqlConnection) =>
  connection
    .rows("select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name", [])
    .map(([name]) => String(name));

function everythingIn(connection: LibsqlConnection): Everything {
  const everything = new Map<string, Record<string, string>>();
  for (const table of tablesIn(connection)) {
    const columns = connection.rows('select name, pk from pragma_table_info(?)', [table]);
    const names = columns.map(([name]) => String(name));
    const key = columns.filter(([, place]) => Number(place) > 0).map(([name]) => String(name));
    for (const row of connection.rows(`select * from "${table}" order by 1`, [])) {
      const values = Object.fromEntries(names.map((name, at) => [name, shownValue(row[at])]));
      everything.set(`${table} ${(key.length > 0 ? key : names).map((name) => values[name]).join()}`, values);
    }
  }
  return everything;
}

const shownValue = (it: unknown) => (it instanceof Uint8Array ? Buffer.from(it).toString('hex') : String(it));

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
  readonly datamodel: Parameters<typeof buildApi>[3];
  /** A database with the tables and the first rows, to be copied. */
  readonly file: string;
}

const known = new Map<string, Promise<Prepared>>();

function prepared(prisma: string, rows: string): Promise<Prepared> {
  const key = `${prisma}\n${rows}`;
  const it = known.get(key) ?? prepare(prisma, rows);
  known.set(key, it);
  return it;
}

async function prepare(prisma: string, rows: string): Promise<Prepared> {
  const text = `datasource db {\n  provider = "sqlite"\n}\n${prisma}`;
  const dmmf = JSON.parse(get_dmmf(JSON.stringify({ prismaSchema: [['schema.prisma', text]], noColor: true }))) as {
    datamodel: GeneratedDatamodel['datamodel'];
    mappings: Pick<GeneratedDatamodel, 'modelOperations'>;
  };
  const { datamodel, mappings } = dmmf;
  const folder = await mkdtemp(join(memory, 'pergola-tiny-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'filled.db');
  await createTables(file, text);
  const connection = new LibsqlConnection(file);
  if (rows !== '') connection.script(rows);
  connection.script('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
  const schema = readDatamodel({ datamodel, modelOperations: mappings.modelOperations });
  return { schema, datamodel: { datamodel } as never, file };
}

async function createTables(path: string, text: string): Promise<void> {
  const files = [{ path: 'schema.prisma', content: text }];
  const engine = await openWasmEngine({ adapters: sqliteAdapters(path), datamodels: [['schema.prisma', text]] });
  await engine.schemaPush({ force: true, schema: { files }, filters: { externalTables: [], externalEnums: [] } });
}
