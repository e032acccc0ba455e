/** Imports: a CSV file through the policies beside what each engine has for many rows by itself, in one run. */
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { application } from '../src/app/index.ts';
import { openDatabase } from '../src/database/database.ts';
import { deployMigrations } from '../src/database/schema-engine/migrations.ts';
import { runImport } from '../src/import/run-import.ts';
import { designOf } from '../src/server/platform.ts';
import { fill } from './imports-data.ts';

void createReadStream;
void readFile;
void createRequire;
const design = designOf(application);
const folder = await mkdtemp(join(tmpdir(), 'pergola-bench-imports-'));
const migrationsFolder = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/') ? '../../../prisma/migrations/sqlite' : '../prisma/migrations/sqlite',
    import.meta.url,
  ),
);
const { csv, rows, countries } = await fill(folder);

for (let round = 0; round < Number(process.env.ROUNDS ?? 3); round++) {
  if (!process.env.ONLY) {
    const path = join(folder, `raw-${round}.db`);
    await deployMigrations({ url: `file:${path}`, migrationsFolder });
    const database = new Database(path);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON');
    const country = database.prepare(
      `insert into "Country" (code, name, officialName, region, area, landlocked, flag) values (?, ?, 'x', 'x', 1, 0, 'x')`,
    );
    for (const code of countries) country.run([code, code]);
    const n = 100;
    const columns = ['countryCode', 'name', 'latitude', 'longitude', 'admin1', 'admin2'];
    const prepare = (count: number) =>
      database.prepare(
        `insert into "City" (${columns.join()}) values ${Array(count).fill('(?, ?, ?, ?, ?, ?)').join()}`,
      );
    const many = prepare(n);
    const cpu = process.cpuUsage();
    const start = performance.now();
    database.exec('BEGIN IMMEDIATE');
    for (let at = 0; at < rows.length; at += n) {
      const some = rows.slice(at, at + n);
      (some.length === n ? many : prepare(some.length)).run(some.flat());
    }
    database.exec('COMMIT');
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    console.log('raw', Math.round(rows.length / seconds), 'rows/s; cpu', (user + system) / 1e6);
    database.close();
  }
  {
    const path = join(folder, `pergola-${round}.db`);
    await deployMigrations({ url: `file:${path}`, migrationsFolder });
    const database = await openDatabase(`file:${path}`, design.schema, design.policies);
    const { id } = await database.unguarded.user.create({ data: { email: 'a@b.test', name: 'A' } });
    for (const code of countries)
      await database.unguarded.country.create({
        data: { code, name: code, officialName: 'x', region: 'x', area: 1, landlocked: false, flag: 'x' },
      });
    const cpu = process.cpuUsage();
    const report = await runImport({
      database,
      viewer: { kind: 'user', id, roles: ['admin'] },
      mappings: {},
      input: csv,
      model: 'City',
      settings: { key: ['countryCode', 'name', 'latitude', 'longitude'], refusedPath: join(folder, 'refused.csv') },
    });
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      'pergola',
      report.created,
      report.rowsPerSecond,
      'rows/s',
      report.seconds,
      's; cpu',
      (user + system) / 1e6,
    );
    await database.close();
  }
}
await rm(folder, { recursive: true });
void writeFile;
