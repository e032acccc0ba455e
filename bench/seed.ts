import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { hashPassword } from '../src/auth/passwords.ts';
import { deployMigrations } from '../src/database/schema-engine/migrations.ts';
import { readMigrationsFolder } from '../src/database/schema-engine/migrations-folder.ts';
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
type Insert = (table: string, rows: readonly Row[]) => void;

const migrationsFolder = fileURLToPath(new URL('../prisma/migrations/sqlite', import.meta.url));
const rowsPerStatement = 50;

/** The path of a filled database, which is made once for each version of the schema and of these files. */
export async function seededDatabase(): Promise<string> {
  const path = join(tmpdir(), `pergola-bench-${await fingerprint()}.db`);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  try {
    await deployMigrations({ url: `file:${unfinished}`, migrationsFolder });
    await fill(unfinished);
    // A reader never meets half a database.
    await rename(unfinished, path);
  } finally {
    for (const end of ['', '-wal', '-shm', '.migration-lock']) await rm(`${unfinished}${end}`, { force: true });
  }
  return path;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['seed.ts', 'population.ts']) hash.update(await readFile(new URL(file, import.meta.url)));
  hash.update(JSON.stringify(await readMigrationsFolder(migrationsFolder)));
  return hash.digest('hex').slice(0, 12);
}

async function fill(path: string): Promise<void> {
  const passwordHash = await hashPassword(viewer.password);
  const database = new Database(path);
  database.exec('PRAGMA journal_mode = WAL; BEGIN');
  const insert = inserterInto(database);
  fillAtlas(insert);
  fillOrganizations(insert, passwordHash);
  fillSites(insert);
  fillObservations(insert);
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

function fillAtlas(insert: Insert) {
  const random = randomNumbers(2);
  const names = { code: 'XA', name: 'Exampleland', officialName: 'The Example Land', region: 'Europe' };
  insert('Country', [{ ...names, area: 1000, landlocked: 0n, flag: 'x' }]);
  const cities = range(cityCount).map((at) => ({
    id: BigInt(at + 1),
    name: `City ${at}`,
    latitude: degrees(random, 80),
    longitude: degrees(random, 170),
    countryCode: 'XA',
  }));
  insert('City', cities);
  insert(
    'Tag',
    range(tagCount).map((at) => ({ slug: tagOf(at), label: `Tag ${at}` })),
  );
}

function fillOrganizations(insert: Insert, passwordHash: string) {
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
  insert('Organization', organizationRows);
  insert('User', [...userRows, { id: adminId, email: admin.email, name: 'Admin', passwordHash, createdAt }]);
  insert('RoleGrant', [{ userId: adminId, role: 'ADMIN' }]);
  insert('Membership', memberships);
}

function fillSites(insert: Insert) {
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
  insert('Survey', surveyRows);
  insert('Site', siteRows);
}

function fillObservations(insert: Insert) {
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
  insert('Observation', rows);
  const ties = all.flatMap(({ index, tags }) => tags.map((tag) => ({ A: idOf('observation', index), B: tagOf(tag) })));
  insert('_ObservationToTag', ties);
}

/** Many rows in one statement, prepared once: a hundred thousand rows in a few seconds. */
function inserterInto(database: InstanceType<typeof Database>): Insert {
  return (table, rows) => {
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
