import type { Database } from '../../database/database.ts';
import type { GuardedClient } from '../../database/guarded-client.ts';
import type { ImportProgress } from '../../import/apply.ts';
import type { Report } from '../../import/report.ts';
import type { Mappings } from '../../import/run-import.ts';
import type { Viewer } from '../../policy/viewer.ts';

export interface SampleDataOptions {
  readonly database: Database;
  /** A user with the role admin: the rows are written under their rights. */
  readonly admin: Viewer;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** Fills a new database: rows that show what the API is for. */
export const importSampleData: (options: SampleDataOptions) => Promise<Report[]> = () => Promise.resolve([]);

/** Whether that has been done. */
export const hasSampleData: (client: GuardedClient) => Promise<boolean> = () => Promise.resolve(true);

/** What `pergola import --mapping` may name. */
export const mappings: Mappings = {};
