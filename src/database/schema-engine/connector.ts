import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { HistoryRow } from './migration-history.ts';

/** What one kind of database brings, for one URL. Nothing is opened before a method is called. */
export interface Connector {
  /** What the engine sends its statements through. */
  adapters(): Promise<SqlMigrationAwareDriverAdapterFactory>;
  /** Throws P1003 when there is no such database, and a PergolaError when what is there cannot be used. */
  check(): Promise<void>;
  /** Creates the database unless it exists. Returns its name. Throws BAD_CONFIG. */
  create(): Promise<string>;
  /** Leaves neither tables nor data. */
  reset(): Promise<void>;
  /** The rows of `_prisma_migrations`, oldest first; undefined without that table. */
  readHistory(): Promise<HistoryRow[] | undefined>;
  /**
   * Runs `change` while no other process changes the structure of this database. The lock ends with its process,
   * however that ends. Throws MIGRATION_FAILED when another holder does not let go, BAD_CONFIG when nothing can be written.
   */
  withLock<T>(change: () => Promise<T>): Promise<T>;
}
