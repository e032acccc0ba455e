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

type Value = string | number | bigint | Buffer | null;
type Insert = (table: string, columns: readonly string[], rows: Iterable<readonly Value[]>) => void;

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
  const country = ['XA', 'Exampleland', 'The Example Land', 'Europe', 1000, 0n, 'x'];
  insert('Country', ['code', 'name', 'officialName', 'region', 'area', 'landlocked', 'flag'], [country]);
  const cities = range(cityCount).map((at) => [BigInt(at + 1), `City ${at}`, degrees(random, 80), degrees(random, 170), 'XA']);
  insert('City', ['id', 'name', 'latitude', 'longitude', 'countryCode'], cities);
  insert('Tag', ['slug', 'label'], range(tagCount).map((at) => [tagOf(at), `Tag ${at}`]));
}

function fillOrganizations(insert: Insert, passwordHash: string) {
  const now = stored(new Date(Date.UTC(2025, 0, 1)));
  const rows = organizations.map(({ slug }, at) => [idOf('organization', at), slug, `The ${slug} people`, now]);
  insert('Organization', ['id', 'slug', 'name', 'createdAt'], rows);
  const surveyors = users.map((_, at) => [idOf('user', at), emailOf(at), `User ${at}`, at === viewer.index ? passwordHash : null, now]);
  const all = [...surveyors, [idOf('user', admin.index), admin.email, 'Admin', passwordHash, now]];
  insert('User', ['id', 'email', 'name', 'passwordHash', 'createdAt'], all);
  insert('RoleGrant', ['userId', 'role'], [[idOf('user', admin.index), 'ADMIN']]);
  const memberships = users.map(({ organization, reviews }, at) => [
    idOf('user', at),
    idOf('organization', organization),
    reviews ? 'REVIEWER' : 'MEMBER',
    now,
  ]);
  insert('Membership', ['userId', 'organizationId', 'role', 'joinedAt'], memberships);
}

function fillSites(insert: Insert) {
  const random = randomNumbers(3);
  const now = stored(new Date(Date.UTC(2025, 0, 1)));
  const rows = surveys.map(({ organization, isPublic }, at) => [
    idOf('survey', at),
    `Survey ${at}`,
    isPublic ? 'PUBLIC' : 'PRIVATE',
    now,
    now,
    idOf('organization', organization),
  ]);
  insert('Survey', ['id', 'title', 'visibility', 'createdAt', 'updatedAt', 'organizationId'], rows);
  const sites = range(siteCount).map((at) => [
    idOf('site', at),
    `Site ${at}`,
    degrees(random, 80),
    degrees(random, 170),
    at % 5 === 0 ? null : BigInt(Math.floor(random() * 3000)),
    idOf('survey', surveyOfSite(at)),
    BigInt((at % cityCount) + 1),
  ]);
  insert('Site', ['id', 'name', 'latitude', 'longitude', 'elevationMeters', 'surveyId', 'cityId'], sites);
}

function fillObservations(insert: Insert) {
  const all = [...observations()];
  const firstUsers = organizations.map((_, at) => users.findIndex((user) => user.organization === at));
  const rows = all.map((it): Value[] => {
    const moment = stored(it.measuredAt);
    const reviewer = firstUsers[surveys[surveyOfSite(it.site)]!.organization]!;
    const details = it.index % 2 === 0 ? JSON.stringify({ sensor: `S-${it.site}`, battery: 3.7 }) : null;
    const frame = it.index % 4 === 0 ? Buffer.alloc(32, it.index % 256) : null;
    const note = it.status === 'REJECTED' ? 'Out of range.' : null;
    return [
      ...[idOf('observation', it.index), it.quantity, it.value, it.unit, moment, it.status, details, frame],
      ...[BigInt(it.index), note, moment, moment, idOf('site', it.site), idOf('user', it.author)],
      it.status === 'PUBLISHED' || it.status === 'REJECTED' ? idOf('user', reviewer) : null,
    ];
  });
  const columns = ['id', 'quantity', 'value', 'unit', 'measuredAt', 'status', 'details', 'rawFrame'];
  columns.push('serialNumber', 'internalNote', 'createdAt', 'updatedAt', 'siteId', 'authorId', 'reviewerId');
  insert('Observation', columns, rows);
  const ties = all.flatMap(({ index, tags }) => tags.map((tag) => [idOf('observation', index), tagOf(tag)]));
  insert('_ObservationToTag', ['A', 'B'], ties);
}

/** Many rows in one statement, prepared once: a hundred thousand rows in a few seconds. */
function inserterInto(database: InstanceType<typeof Database>): Insert {
  return (table, columns, rows) => {
    const row = `(${columns.map(() => '?').join(', ')})`;
    const prepare = (count: number) =>
      database.prepare(`insert into "${table}" (${columns.map((it) => `"${it}"`).join(', ')}) values ${Array<string>(count).fill(row).join(', ')}`);
    const all = [...rows];
    const many = prepare(rowsPerStatement);
    for (let at = 0; at < all.length; at += rowsPerStatement) {
      const some = all.slice(at, at + rowsPerStatement);
      (some.length === rowsPerStatement ? many : prepare(some.length)).run(some.flat());
    }
  };
}

const range = (length: number) => Array.from({ length }, (_, at) => at);
const emailOf = (at: number) => (at === viewer.index ? viewer.email : `user-${at}@bench.test`);
const tagOf = (at: number) => `tag-${String(at).padStart(2, '0')}`;
const degrees = (random: () => number, most: number) => Math.round((random() * 2 - 1) * most * 10_000) / 10_000;

/** As Prisma's driver adapter stores a moment. */
const stored = (date: Date) => date.toISOString().replace('Z', '+00:00');
