import type * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { connectorFor } from './connector-for.ts';
import { EngineError, fromEngine, migrationRefused } from './engine-error.ts';
import { compareHistory } from './migration-history.ts';
import { openWasmEngine, type WasmEngineOptions } from './wasm-engine.ts';

export interface SchemaEngineOptions extends Omit<WasmEngineOptions, 'adapters'> {
  /** Of the database that the methods are about. */
  url: string;
}

export type SchemaEngine = ReturnType<typeof openSchemaEngine>;

/**
 * The methods of Prisma's schema engine, under the names and with the parameters that the CLI sends, for one database.
 * One at a time. They throw EngineError with Prisma's code, or PergolaError; this throws BAD_CONFIG for a URL that
 * is not understood. There is nothing to close: between two methods no connection is open.
 */
export function openSchemaEngine({ url, ...options }: SchemaEngineOptions) {
  const connector = connectorFor(url);
  let connection: SqlDriverAdapter | undefined;
  let opening: Promise<wasm.SchemaEngine> | undefined;

  type Work<T> = (engine: wasm.SchemaEngine) => Promise<T>;

  async function openEngine(): Promise<wasm.SchemaEngine> {
    const adapters = await connector.adapters();
    const connect = async () => {
      connection = await adapters.connect();
      return connection;
    };
    return openWasmEngine({ ...options, adapters: { ...adapters, connect } });
  }
  /** Needs no database, or has made sure of it. The next question connects again. */
  async function ask<T>(work: Work<T>): Promise<T> {
    try {
      opening ??= openEngine();
      return await work(await opening);
    } catch (error) {
      throw fromEngine(error);
    } finally {
      await connection?.dispose();
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
    createMigration: (input: wasm.CreateMigrationInput) => read((engine) => engine.createMigration(input)),
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
        return engine.evaluateDataLoss(input);
      }),
    markMigrationApplied: (input: wasm.MarkMigrationAppliedInput) =>
      change((engine) => engine.markMigrationApplied(input)),
    markMigrationRolledBack: (input: wasm.MarkMigrationRolledBackInput) =>
      change((engine) => engine.markMigrationRolledBack(input)),

    schemaPush: (input: wasm.SchemaPushInput) => change((engine) => engine.schemaPush(input)),
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
    diff: (params: wasm.DiffParams) => {
      const readsDatabase = [params.from, params.to].some(({ tag }) => tag === 'schemaDatasource' || tag === 'url');
      return readsDatabase ? read((engine) => engine.diff(params)) : ask((engine) => engine.diff(params));
    },
  };
}
