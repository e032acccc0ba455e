import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { hashPassword } from '../src/auth/passwords.ts';
import { migrationsFolderFor } from '../src/database/schema-engine/connector-for.ts';
import { deployMigrations } from '../src/database/schema-engine/migrations.ts';
import { readMigrationsFolder } from '../src/database/schema-engine/migrations-folder.ts';
import { copyDatabase, learn } from '../tests/support/server-database.ts';
import {
  servers,
  withServer,
  type Beside,
  type EngineName,
  type ServerName,
  type TestServer,
} from '../tests/support/test-engine.ts';
import {
  admin,
  cityCount,
  idOf,
  observations,
  organizations,
  randomNumbers,
  siteCount,
  surveyOfSite,
  surveys,
  tagCount,
  users,
  viewer,
} from './population.ts';

type Row = Readonly<Record<string, string | number | bigint | Buffer | null>>;
type Insert = (table: string, rows: readonly Row[]) => Promise<void>;

const root = fileURLToPath(new URL('..', import.meta.url));
const rowsPerStatement = 50;

/** A filled database for the servers to have copies of, made once for each version of the schema and of these files. */
export interface Seed {
  copy(name: string): Promise<BenchDatabase>;
}

/** What one server writes to. */
export interface BenchDatabase {
  readonly url: string;
  countObservations(): Promise<number>;
  drop(): Promise<void>;
}

export const seededOn = (engine: EngineName, folder: string): Promise<Seed> =>
  engine === 'sqlite' ? seededFile(folder) : seededServer(engine);

async function seededFile(folder: string): Promise<Seed> {
  const seed = await seededDatabase();
  return {
    async copy(name) {
      const path = join(folder, `${name}.db`);
      await copyFile(seed, path);
      return {
        url: `file:${path}`,
        countObservations: async () => countIn(path),
        drop: () => rm(path, { force: true }),
      };
    },
  };
}

function countIn(path: string): number {
  const database = new Database(path, { timeout: 5000 });
  try {
    const [count] = database.prepare('select count(*) from Observation').raw(true).get([]) as [number];
    return count;
  } finally {
    database.close();
  }
}

/** The last table of a database that is whole. */
const complete = 'bench_is_complete';

async function seededServer(engine: ServerName): Promise<Seed> {
  const server = servers[engine];
  const migrationsFolder = migrationsFolderFor(root, server.url(''));
  const name = `pergola_bench_${await fingerprint(migrationsFolder)}`;
  if (!(await isComplete(server, name))) {
    await withServer(server, (beside) => beside.run(server.drop(name)));
    await deployMigrations({ url: server.url(name), migrationsFolder });
    await withServer(server, (beside) => fillServer(engine, beside), name);
  }
  return {
    async copy() {
      const copy = await copyDatabase(engine, name);
      await learn(copy);
      await withServer<unknown>(server, engine === 'mysql' ? analyze : vacuum, copy.name);
      const count = (beside: Beside) => beside.run('select count(*) from "Observation"');
      return {
        url: copy.url,
        countObservations: async () => Number((await withServer(server, count, copy.name))[0]![0]),
        drop: () => copy.drop(),
      };
    },
  };
}

/** What a server does by itself in its first minute, while it is measured. */
const vacuum = (beside: Beside) => beside.run('VACUUM');

/** What the server would find out in some seconds, while it is measured. */
async function analyze(beside: Beside): Promise<void> {
  for (const [name] of await beside.run('show tables')) await beside.run(`analyze table "${String(name)}"`);
}

async function isComplete(server: TestServer, name: string): Promise<boolean> {
  try {
    await withServer(server, (beside) => beside.run(`select * from ${complete}`), name);
    return true;
  } catch {
    return false;
  }
}

async function fillServer(engine: ServerName, beside: Beside): Promise<void> {
  await beside.run('BEGIN');
  await fillWith(async (table, rows) => {
    const columns = Object.keys(rows[0]!);
    const list = columns.map((it) => `"${it}"`).join(', ');
    for (let at = 0; at < rows.length; at += 1000) {
      const some = rows.slice(at, at + 1000);
      let place = 0;
      const places = some.map(() => `(${columns.map(() => (engine === 'mysql' ? '?' : `$${++place}`)).join(', ')})`);
      const values = some.flatMap((row) => columns.map((column) => onServer(row[column])));
      await beside.run(`insert into "${table}" (${list}) values ${places.join(', ')}`, values);
    }
  });
  await beside.run('COMMIT');
  await beside.run(`create table ${complete} (id int)`);
}

/** A moment as both servers read it. */
const onServer = (value: Row[string] | undefined) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*\+00:00$/.test(value) ? value.slice(0, 23).replace('T', ' ') : value;

/** The path of a filled database. */
export async function seededDatabase(): Promise<string> {
  const migrationsFolder = migrationsFolderFor(root, 'file:');
  const path = join(tmpdir(), `pergola-bench-${await fingerprint(migrationsFolder)}.db`);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  try {
    await deployMigrations({ url: `file:${unfinished}`, migrationsFolder });
    await fillFile(unfinished);
    // A reader never meets half a database.
    await rename(unfinished, path);
  } finally {
    for (const end of ['', '-wal', '-shm', '.migration-lock']) await rm(`${unfinished}${end}`, { force: true });
  }
  return path;
}

async function fingerprint(migrationsFolder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['seed.ts', 'population.ts']) hash.update(await readFile(new URL(file, import.meta.url)));
  hash.update(JSON.stringify(await readMigrationsFolder(migrationsFolder)));
  return hash.digest('hex').slice(0, 12);
}

async function fillFile(path: string): Promise<void> {
  const database = new Database(path);
  database.exec('PRAGMA journal_mode = WAL; BEGIN');
  await fillWith(inserterInto(database));
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

async function fillWith(insert: Insert): Promise<void> {
  const passwordHash = await hashPassword(viewer.password);
  await fillAtlas(insert);
  await fillOrganizations(insert, passwordHash);
  await fillSites(insert);
  await fillObservations(insert);
}

async function fillAtlas(insert: Insert) {
  const random = randomNumbers(2);
  const names = { code: 'XA', name: 'Exampleland', officialName: 'The Example Land', region: 'Europe' };
  await insert('Country', [{ ...names, area: 1000, landlocked: 0n, flag: 'x' }]);
  const cities = range(cityCount).map((at) => ({
    id: BigInt(at + 1),
    name: `City ${at}`,
    latitude: degrees(random, 80),
    longitude: degrees(random, 170),
    countryCode: 'XA',
  }));
  await insert('City', cities);
  await insert(
    'Tag',
    range(tagCount).map((at) => ({ slug: tagOf(at), label: `Tag ${at}` })),
  );
}

async function fillOrganizations(insert: Insert, passwordHash: string) {
  const organizationRows = organizations.map(({ slug }, at) => ({
    id: idOf('organization', at),
    slug,
    name: slug,
    createdAt,
  }));
  const userRows = users.map((_, at) => ({
    id: idOf('user', at),
    email: at === viewer.index ? viewer.email : `user-${at}@bench.test`,
    name: `User ${at}`,
    passwordHash: at === viewer.index ? passwordHash : null,
    createdAt,
  }));
  const adminId = idOf('user', admin.index);
  const memberships = users.map(({ organization, reviews }, at) => ({
    userId: idOf('user', at),
    organizationId: idOf('organization', organization),
    role: reviews ? 'REVIEWER' : 'MEMBER',
    joinedAt: createdAt,
  }));
  await insert('Organization', organizationRows);
  await insert('User', [...userRows, { id: adminId, email: admin.email, name: 'Admin', passwordHash, createdAt }]);
  await insert('RoleGrant', [{ userId: adminId, role: 'ADMIN' }]);
  await insert('Membership', memberships);
}

async function fillSites(insert: Insert) {
  const random = randomNumbers(3);
  const surveyRows = surveys.map(({ organization, isPublic }, at) => ({
    id: idOf('survey', at),
    title: `Survey ${at}`,
    visibility: isPublic ? 'PUBLIC' : 'PRIVATE',
    createdAt,
    updatedAt: createdAt,
    organizationId: idOf('organization', organization),
  }));
  const siteRows = range(siteCount).map((at) => ({
    id: idOf('site', at),
    name: `Site ${at}`,
    latitude: degrees(random, 80),
    longitude: degrees(random, 170),
    elevationMeters: at % 5 === 0 ? null : BigInt(Math.floor(random() * 3000)),
    surveyId: idOf('survey', surveyOfSite(at)),
    cityId: BigInt((at % cityCount) + 1),
  }));
  await insert('Survey', surveyRows);
  await insert('Site', siteRows);
}

async function fillObservations(insert: Insert) {
  const all = [...observations()];
  const reviewers = organizations.map((_, at) => users.findIndex((user) => user.organization === at));
  const rows = all.map(({ index, site, author, quantity, value, unit, measuredAt, status }) => ({
    id: idOf('observation', index),
    quantity,
    value,
    unit,
    measuredAt: stored(measuredAt),
    status,
    details: index % 2 === 0 ? JSON.stringify({ sensor: `S-${site}`, battery: 3.7 }) : null,
    rawFrame: index % 4 === 0 ? Buffer.alloc(32, index % 256) : null,
    serialNumber: BigInt(index),
    internalNote: status === 'REJECTED' ? 'Out of range.' : null,
    createdAt: stored(measuredAt),
    updatedAt: stored(measuredAt),
    siteId: idOf('site', site),
    authorId: idOf('user', author),
    reviewerId: isReviewed(status) ? idOf('user', reviewers[surveys[surveyOfSite(site)]!.organization]!) : null,
  }));
  await insert('Observation', rows);
  const ties = all.flatMap(({ index, tags }) => tags.map((tag) => ({ A: idOf('observation', index), B: tagOf(tag) })));
  await insert('_ObservationToTag', ties);
}

/** Many rows in one statement, prepared once: a hundred thousand rows in a few seconds. */
function inserterInto(database: InstanceType<typeof Database>): Insert {
  return async (table, rows) => {
    const columns = Object.keys(rows[0]!);
    const list = columns.map((it) => `"${it}"`).join(', ');
    const places = `(${columns.map(() => '?').join(', ')})`;
    const prepare = (count: number) =>
      database.prepare(`insert into "${table}" (${list}) values ${Array(count).fill(places).join(', ')}`);
    const many = prepare(rowsPerStatement);
    for (let at = 0; at < rows.length; at += rowsPerStatement) {
      const some = rows.slice(at, at + rowsPerStatement);
      const statement = some.length === rowsPerStatement ? many : prepare(some.length);
      statement.run(some.flatMap((row) => columns.map((column) => row[column])));
    }
  };
}

const range = (length: number) => Array.from({ length }, (_, at) => at);
const isReviewed = (status: string) => status === 'PUBLISHED' || status === 'REJECTED';
const tagOf = (at: number) => `tag-${String(at).padStart(2, '0')}`;
const degrees = (random: () => number, most: number) => Math.round((random() * 2 - 1) * most * 10_000) / 10_000;

/** As Prisma's driver adapter stores a moment. */
const stored = (date: Date) => date.toISOString().replace('Z', '+00:00');

const createdAt = stored(new Date(Date.UTC(2025, 0, 1)));
