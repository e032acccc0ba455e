/** The example app, or one with other policies, on a new database of this run's engine: operations run as whoever the test names. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql, type GraphQLError } from 'graphql';
import { application } from '../../src/app/index.ts';
import type { Database } from '../../src/database/database.ts';
import type { Trace } from '../../src/database/trace.ts';
import type { Extension } from '../../src/graphql/build-api.ts';
import type { Context } from '../../src/graphql/context.ts';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import type { PolicyDraft } from '../../src/policy/policy.ts';
import { guest, type Viewer } from '../../src/policy/viewer.ts';
import { inOrder } from '../../src/server/error-order.ts';
import { maskError } from '../../src/server/mask-error.ts';
import { designOf, openPlatform, type Design, type Platform } from '../../src/server/platform.ts';
import { noAccount } from './no-account.ts';
import { insertSurveyData, type Person } from './survey-data.ts';
import { copyDatabase, learn } from './server-database.ts';
import { createOnServer, openClient, openTemporaryFile } from './temporary-database.ts';
import { testEngine, type EngineName, type ServerName } from './test-engine.ts';

/** What a caller would see, with each error reduced to what is promised. */
export interface Answer<Data> {
  data: Data;
  errors?: AnswerError[];
}

export interface AnswerError {
  code: unknown;
  message: string;
  /** Where in the answer, such as `observations.nodes.0.internalNote`. */
  path?: string;
  /** Where in the caller's input, such as `data.site.connect`. */
  inputPath?: unknown;
}

export interface TestViewer {
  run<Data = unknown>(document: string, variables?: Record<string, unknown>): Promise<Answer<Data>>;
  /** One column of a list's nodes, in order: `ids('observations', { where: … })`. An error is thrown. */
  ids(list: string, args?: Record<string, unknown>, column?: string): Promise<unknown[]>;
  /** How many statements the last operation ran. */
  readonly statements: number;
}

export interface TestPlatform extends AsyncDisposable, Design {
  readonly database: Database;
  as(person: Person | 'guest' | Viewer): TestViewer;
}

export interface TestApplication {
  /** These stand in for the example's policies of the same models. */
  readonly policies?: readonly PolicyDraft[];
  /** These stand beside the example's own fields. */
  readonly extensions?: readonly Extension[];
  /** Fills the database with other rows than those of `survey-data.ts`. */
  readonly fill?: (client: PrismaClient) => Promise<void>;
  readonly trace?: Trace;
}

/** Use it as `await using platform = await openTestPlatform()`. */
export async function openTestPlatform(changes: TestApplication = {}, engine = testEngine): Promise<TestPlatform> {
  const design = designWith(changes);
  const copy = await copyOf(changes.fill ?? insertSurveyData, engine);
  const platform = await openPlatform(design, copy.url, changes.trace && { trace: changes.trace });
  return {
    ...design,
    database: platform.database,
    as: (who) => testViewer(platform, typeof who === 'object' ? who : viewerNamed(who)),
    async [Symbol.asyncDispose]() {
      await platform.database.close();
      await copy.drop();
    },
  };
}

export function viewerNamed(name: Person | 'guest'): Viewer {
  if (name === 'guest') return guest;
  return { kind: 'user', id: name, roles: name === 'root' ? ['admin'] : [] };
}

function testViewer({ api, database }: Platform, viewer: Viewer): TestViewer {
  let statements = 0;
  async function run<Data>(document: string, variables: Record<string, unknown> = {}): Promise<Answer<Data>> {
    const rows = database.as(viewer);
    const contextValue: Context = { viewer, database: rows, ...noAccount };
    const result = await graphql({ schema: api, source: document, variableValues: variables, contextValue });
    statements = rows.statements;
    const { data } = result;
    const errors = result.errors && inOrder(result);
    // As it would travel: scalars as JSON, and nothing that JSON does not know.
    const answer = JSON.parse(JSON.stringify({ data: data ?? null, ...(errors && { errors: errors.map(errorOf) }) }));
    return answer as Answer<Data>;
  }
  return {
    run,
    async ids(list, args = {}, column = 'id') {
      const given = { first: 100, ...args };
      const field = api.getQueryType()?.getFields()[list];
      const types = new Map(field?.args.map(({ name, type }) => [name, String(type)]));
      const names = Object.keys(given);
      const declared = names.map((name) => `$${name}: ${types.get(name)}`).join(', ');
      const passed = names.map((name) => `${name}: $${name}`).join(', ');
      const document = `query (${declared}) { list: ${list}(${passed}) { nodes { ${column} } } }`;
      const { data, errors } = await run<{ list: { nodes: Record<string, unknown>[] } } | null>(document, given);
      if (errors || !data) throw new Error(JSON.stringify(errors));
      return data.list.nodes.map((node) => node[column]);
    },
    get statements() {
      return statements;
    },
  };
}

/** An error as a caller would see it. */
export function errorOf(error: GraphQLError): AnswerError {
  const { message, path, extensions, originalError } = maskError(error);
  // An error that is not ours is a bug of ours: its own words help whoever reads the failure.
  const cause = extensions['code'] === 'INTERNAL' ? ` (${originalError?.message})` : '';
  const inputPath = extensions['inputPath'];
  return {
    code: extensions['code'],
    message: message + cause,
    ...(path && { path: path.join('.') }),
    ...(inputPath !== undefined && { inputPath }),
  };
}

let exampleDesign: Design | undefined;

function designWith({ policies = [], extensions = [] }: TestApplication): Design {
  if (policies.length === 0 && extensions.length === 0) return (exampleDesign ??= designOf(application));
  const replaced = new Set(policies.map(({ model }) => model));
  return designOf({
    ...application,
    policies: [...application.policies.filter(({ model }) => !replaced.has(model)), ...policies],
    extensions: [...application.extensions, ...extensions],
  });
}

type Fill = (client: PrismaClient) => Promise<void>;

const filled = new Map<EngineName, Map<Fill, Promise<string>>>();

/** A database with some rows. The first of its kind is made once a process, to be copied. */
async function copyOf(fill: Fill, engine: EngineName): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const ofEngine = filled.get(engine) ?? new Map<Fill, Promise<string>>();
  filled.set(engine, ofEngine);
  const known = ofEngine.get(fill) ?? (engine === 'sqlite' ? fillFile(fill) : fillOnServer(engine, fill));
  ofEngine.set(fill, known);
  if (engine !== 'sqlite') return copyDatabase(engine, await known);
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  await copyFile(await known, join(folder, 'test.db'));
  return { url: `file:${join(folder, 'test.db')}`, drop: () => rm(folder, { recursive: true }) };
}

async function fillOnServer(engine: ServerName, fill: Fill): Promise<string> {
  const database = await createOnServer(engine);
  const { client } = await openClient(engine, database.url);
  await fill(client);
  await client.$disconnect();
  await learn(database);
  return database.name;
}

async function fillFile(fill: Fill): Promise<string> {
  await using database = await openTemporaryFile();
  await fill(database.client);
  await database.client.$queryRawUnsafe('PRAGMA wal_checkpoint(TRUNCATE)');
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await copyFile(database.url.slice('file:'.length), join(folder, 'filled.db'));
  return join(folder, 'filled.db');
}
