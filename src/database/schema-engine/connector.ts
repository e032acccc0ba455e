import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { HistoryRow } from './migration-history.ts';
import type { TableFacts } from './plan/risk.ts';

/** The methods of Prisma's engine that the CLI asks for. */
export type EngineMethods = Pick<
  SchemaEngine,
  | 'version'
  | 'applyMigrations'
  | 'createMigration'
  | 'devDiagnostic'
  | 'diagnoseMigrationHistory'
  | 'evaluateDataLoss'
  | 'markMigrationApplied'
  | 'markMigrationRolledBack'
  | 'schemaPush'
  | 'introspect'
  | 'dbExecute'
  | 'diff'
> & {
  /** Leaves no connection open; the next method connects again. */
  release(): Promise<void>;
};

export interface EngineOptions {
  /** Paths and texts of the schema files. Applying migrations needs none; an empty list is refused. */
  datamodels?: [path: string, text: string][] | undefined;
  /** Receives the engine's own log, one JSON object a line. */
  log?: (line: string) => void;
}

/** What one kind of database brings, for one URL. Nothing is opened before a method is called. */
export interface Connector {
  /** The engine for this database. Needs no database before a method does. */
  openEngine(options: EngineOptions): Promise<EngineMethods>;
  /** Throws P1003 when there is no such database, and a PergolaError when what is there cannot be used. */
  check(): Promise<void>;
  /** Creates the database unless it exists. Returns its name. Throws BAD_CONFIG. */
  create(): Promise<string>;
  /** Leaves neither tables nor data. */
  reset(): Promise<void>;
  /** The rows of `_prisma_migrations`, oldest first; undefined without that table. */
  readHistory(): Promise<HistoryRow[] | undefined>;
  /** Counts up to `maxRows` rows. Undefined when there is no such table. */
  readTable(table: string, maxRows: number): Promise<TableFacts | undefined>;
  /**
   * Runs `change` while no other process changes the structure of this database. The lock ends with its process,
   * however that ends. Throws MIGRATION_FAILED when another holder does not let go, BAD_CONFIG when nothing can be written.
   */
  withLock<T>(change: () => Promise<T>): Promise<T>;
}
