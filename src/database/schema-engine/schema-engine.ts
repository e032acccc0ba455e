import type * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg';
import { connectorFor, providerFor } from './connector-for.ts';
import type { EngineMethods, EngineOptions } from './connector.ts';
import { deriveSchema } from './derive-schema.ts';
import { EngineError, fromEngine, migrationRefused } from './engine-error.ts';
import { compareHistory } from './migration-history.ts';

export interface SchemaEngineOptions extends EngineOptions {
  /** Of the database that the methods are about. */
  url: string;
}

export type SchemaEngine = ReturnType<typeof openSchemaEngine>;

/**
 * The methods of Prisma's schema engine, under the names and with the parameters that the CLI sends, for one database.
 * One at a time. They throw EngineError with Prisma's code, or PergolaError; this throws BAD_CONFIG for a URL that
 * is not understood. There is nothing to close: between two methods no connection is open.
 */
export function openSchemaEngine({ url, datamodels, ...others }: SchemaEngineOptions) {
  const provider = providerFor(url);
  const inKind = (text: string) => deriveSchema(text, provider);
  const options = { ...others, datamodels: datamodels?.map(([path, text]): [string, string] => [path, inKind(text)]) };
  /** `--to-schema prisma/schema.prisma` means the same on every kind of database. */
  const inKindOf = <T extends wasm.SchemasContainer>(schema: T): T => ({
    ...schema,
    files: schema.files.map(({ path, content }) => ({ path, content: inKind(content) })),
  });
  const targetInKind = (target: wasm.DiffTarget): wasm.DiffTarget =>
    target.tag === 'schemaDatamodel' || target.tag === 'schemaDatasource' ? inKindOf(target) : target;
  const connector = connectorFor(url);
  let opening: Promise<EngineMethods> | undefined;

  type Work<T> = (engine: EngineMethods) => Promise<T>;

  /** Needs no database, or has made sure of it. The next question connects again. */
  async function ask<T>(work: Work<T>): Promise<T> {
    try {
      opening ??= connector.openEngine(options);
      return await work(await opening);
    } catch (error) {
      throw fromEngine(error);
    } finally {
      await opening?.then(
        (engine) => engine.release(),
        () => {},
      );
    }
  }
  async function read<T>(work: Work<T>): Promise<T> {
    await connector.check();
    return ask(work);
  }
  async function change<T>(work: Work<T>): Promise<T> {
    await connector.check();
    return connector.withLock(() => ask(work));
  }
  /** The engine tells what the database said, but not of which migration. */
  async function nameMigration(error: unknown): Promise<never> {
    if (!(error instanceof EngineError) || error.code !== undefined) throw error;
    const migration = compareHistory([], (await connector.readHistory()) ?? []).failed.at(-1);
    throw migration === undefined ? error : migrationRefused(migration, error.message);
  }

  return {
    getDatabaseVersion: () => read((engine) => engine.version({ datasource: { tag: 'ConnectionString', url } })),
    ensureConnectionValidity: async () => {
      await connector.check();
      return {};
    },
    createDatabase: async () => ({ databaseName: await connector.create() }),

    applyMigrations: (input: wasm.ApplyMigrationsInput) =>
      change((engine) => engine.applyMigrations(input)).catch(nameMigration),
    createMigration: (input: wasm.CreateMigrationInput) =>
      read((engine) => engine.createMigration({ ...input, schema: inKindOf(input.schema) })),
    devDiagnostic: (input: wasm.DevDiagnosticInput) => read((engine) => engine.devDiagnostic(input)),
    diagnoseMigrationHistory: async (input: wasm.DiagnoseMigrationHistoryInput) => {
      const diagnosis = await read((engine) => engine.diagnoseMigrationHistory(input));
      return { ...diagnosis, hasMigrationsTable: (await connector.readHistory()) !== undefined };
    },
    evaluateDataLoss: (input: wasm.EvaluateDataLossInput) =>
      read(async (engine) => {
        // Alone it has no shadow database to replay the migrations on, and goes by those that the engine replayed last:
        // `migrate dev` on a database that lacks the first migrations would end here.
        await engine.devDiagnostic({ migrationsList: input.migrationsList, filters: input.filters });
        return engine.evaluateDataLoss({ ...input, schema: inKindOf(input.schema) });
      }),
    markMigrationApplied: (input: wasm.MarkMigrationAppliedInput) =>
      change((engine) => engine.markMigrationApplied(input)),
    markMigrationRolledBack: (input: wasm.MarkMigrationRolledBackInput) =>
      change((engine) => engine.markMigrationRolledBack(input)),

    schemaPush: (input: wasm.SchemaPushInput) =>
      change((engine) => engine.schemaPush({ ...input, schema: inKindOf(input.schema) })),
    introspect: (params: wasm.IntrospectParams) => read((engine) => engine.introspect(params)),
    dbExecute: async (params: wasm.DbExecuteParams) => {
      await read((engine) => engine.dbExecute(params));
      return {};
    },
    reset: async () => {
      await connector.check();
      await connector.withLock(() => connector.reset());
      return {};
    },
    diff: (given: wasm.DiffParams) => {
      const params = { ...given, from: targetInKind(given.from), to: targetInKind(given.to) };
      const readsDatabase = [params.from, params.to].some(({ tag }) => tag === 'schemaDatasource' || tag === 'url');
      return readsDatabase ? read((engine) => engine.diff(params)) : ask((engine) => engine.diff(params));
    },
  };
}
