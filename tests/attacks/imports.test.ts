/** Attacks on imports: what others do meanwhile, and who asks for it. What a file holds is in import-files.test.ts. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PergolaError } from '../../src/errors.ts';
import { importRows } from '../../src/import/apply.ts';
import { parse } from '../../src/import/parse.ts';
import { applyPlan, planImport } from '../../src/import/plan.ts';
import { runImport } from '../../src/import/run-import.ts';
import { holdLockOf } from '../support/lock-holder.ts';
import { onSqlite } from '../support/requirements.ts';
import { serve } from '../support/served.ts';
import { errorOf, namesOf, openTagImports, tags, type TagImports } from '../support/tag-imports.ts';
import { viewerLike } from '../support/viewer-like.ts';

let imports: TagImports;
let served: TagImports['served'];
beforeAll(async () => {
  imports = await openTagImports();
  served = imports.served;
});
afterAll(() => imports[Symbol.asyncDispose]());

const importIdIn = (error: PergolaError) => /\(Import ([\w-]+)\.\)/.exec(error.remedy)![1]!;

it.each(['TotpSecret', 'Session', 'Nothing'])(
  '%s is as unknown to an import as to the API, and names no such model',
  async (model) => {
    const error = await errorOf(imports.importTags(await imports.fileOf(tags(['x'])), { model }));
    expect(error).toMatchObject({ code: 'BAD_INPUT', fact: `There is no model ${model}.` });
    expect(error.remedy).toMatch(/Tag/);
    expect(error.remedy).not.toMatch(/Secret|Session|Token/);
  },
);

describe('106: a key that is there, or twice in the file', () => {
  it.each([
    ['update', { created: 2, updated: 1, same: 0, skipped: 0, conflicts: 0 }, 'new'],
    ['skip', { created: 2, updated: 0, same: 0, skipped: 1, conflicts: 0 }, 'old'],
    ['error', { created: 2, updated: 0, same: 0, skipped: 0, conflicts: 1 }, 'old'],
  ] as const)('%s', async (onConflict, counts, label) => {
    const prefix = `mode${onConflict}`;
    const text = `slug,label\n${prefix}-a,old\n${prefix}-b,x\n${prefix}-a,new\n`;
    expect(await imports.importTags(await imports.fileOf(text), { onConflict })).toMatchObject({ ...counts, rows: 3 });
    expect(await imports.tagsLike(prefix)).toEqual([`${prefix}-a ${label}`, `${prefix}-b x`]);
  });
});

describe('107: a row in the middle that points at nothing', () => {
  const text = (prefix: string) =>
    ['countryCode', ...namesOf(prefix, 30)]
      .map((name, at) => (at === 0 ? 'name,latitude,longitude,countryCode' : `${name},1,1,${at === 17 ? 'XX' : 'NL'}`))
      .join('\n');
  const cities = (prefix: string) => served.all.city.count({ where: { name: { startsWith: `${prefix}-` } } });
  const settings = { model: 'City', key: ['countryCode', 'name', 'latitude', 'longitude'] };

  it('is told exactly, and the others are written', async () => {
    const report = await imports.importTags(await imports.fileOf(text('each')), { ...settings, batchRows: 10 });
    expect(report).toMatchObject({ created: 29, denied: 1, rows: 30 });
    expect(report.errors).toEqual([
      { line: 18, column: 'countryCode', code: 'NOT_FOUND', message: expect.any(String) },
    ]);
    expect(await cities('each')).toBe(29);
  });

  it('as a plan, all of it or nothing: what a plan does not foresee undoes all', async () => {
    const { database } = served.platform;
    const viewer = await imports.viewerLike('editor');
    const input = await imports.fileOf(text('plan'));
    const { key } = settings;
    const given = { database, viewer, mappings: {}, model: 'City', input, settings: { key } };
    const plan = await planImport(given);
    expect(plan).toMatchObject({ created: 29, denied: 1 });
    expect(await cities('plan')).toBe(0);
    // Meanwhile somebody else creates one of them.
    const data = { name: 'plan-3', latitude: '1', longitude: '1', country: { connect: { code: 'NL' } } };
    await database.as(viewer).write((writer) => writer.create('City', data));
    expect(await errorOf(applyPlan(plan, { database, viewer, mappings: {} }))).toMatchObject({
      code: 'IMPORT_PLAN_STALE',
    });
    expect(await cities('plan')).toBe(1);
  });
});

describe('109: a file that changes between two runs', () => {
  it('is not gone on with, and is once it is as it was', async () => {
    const names = namesOf('changed', 40);
    const whole = tags(names);
    const broken = whole.replace('changed-25,changed-25', 'changed-25');
    const path = await imports.fileOf(broken);
    const stopped = await errorOf(imports.importTags(path, { batchRows: 10, maxErrors: 0 }));
    expect(stopped.code).toBe('IMPORT_TOO_MANY_ERRORS');
    const id = importIdIn(stopped);
    expect(await imports.tagsLike('changed')).toHaveLength(29);

    await writeFile(path, broken.replace('changed-3,changed-3', 'changed-3,other'));
    expect(await errorOf(imports.resume(id, path))).toMatchObject({ code: 'IMPORT_FILE_CHANGED' });
    await writeFile(path, broken.split('\n').slice(0, 20).join('\n'));
    expect(await errorOf(imports.resume(id, path))).toMatchObject({ code: 'IMPORT_FILE_CHANGED' });
    expect(await imports.tagsLike('changed')).toHaveLength(29);

    // What is not done with yet may be mended.
    await writeFile(path, broken);
    expect(await imports.resume(id, path)).toMatchObject({ created: 39, refused: 1, rows: 40 });
    expect(await errorOf(imports.resume(id, path))).toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('110: two imports of one file', () => {
  it('at once: one runs, the other is refused', async () => {
    const path = await imports.fileOf(tags(namesOf('twice', 300)));
    const both = await Promise.allSettled([
      imports.importTags(path, { batchRows: 20 }),
      imports.importTags(path, { batchRows: 20 }),
    ]);
    const codes = both.map((one) =>
      one.status === 'fulfilled' ? `${one.value.created}` : (one.reason as PergolaError).code,
    );
    expect(codes.toSorted()).toEqual(['300', 'IMPORT_RUNNING']);
    expect(await imports.tagsLike('twice')).toHaveLength(300);
  });

  it('one that has lost its lease writes nothing more', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const names = namesOf('lost', 40);
    async function* slow() {
      yield Buffer.from(tags(names.slice(0, 20)));
      // More than is read ahead to know the file by.
      yield Buffer.from('\n'.repeat(1 << 17));
      await held;
      yield Buffer.from(tags(names.slice(20)).replace('slug,label\n', ''));
    }
    const running = imports.importTags(Readable.from(slow()), { batchRows: 10, format: 'csv' });
    const failure = errorOf(running);
    const entryOf = () => served.all.import.findFirst({ orderBy: { startedAt: 'desc' } });
    while ((await entryOf())?.records !== 20) await sleep(10);
    const { id } = (await entryOf())!;
    // Another process, which took it for dead.
    await served.platform.database.unguarded.import.update({ where: { id }, data: { lease: 'elsewhere:1:x' } });
    release();
    expect(await failure).toMatchObject({ code: 'IMPORT_LEASE_LOST' });
    expect(await imports.tagsLike('lost')).toHaveLength(20);
    expect(await served.platform.database.unguarded.import.findUnique({ where: { id } })).toMatchObject({
      lease: 'elsewhere:1:x',
      records: 20,
    });
  });
});

// On a server, writers wait for rows (case 118).
it(
  '111: waits for a database that another process holds, and loses nothing',
  onSqlite('the lock of a whole file'),
  async () => {
    await using locked = await serve();
    const { database } = locked.platform;
    const viewer = await viewerLike('editor', database);
    const holder = await holdLockOf(database);
    const input = await imports.fileOf(tags(namesOf('busy', 200)));
    const running = runImport({
      database,
      viewer,
      mappings: {},
      input,
      model: 'Tag',
      settings: { key: 'slug' },
      batchRows: 50,
    });
    await sleep(1500);
    await holder.release();
    expect(await running).toMatchObject({ created: 200, rows: 200 });
    expect(await locked.all.tag.count({ where: { slug: { startsWith: 'busy-' } } })).toBe(200);
  },
);

/**
 * The same rows, once by a mutation each and once by an import. Unknown columns apart, which are the whole file's, both
 * accept the same ones.
 */
describe('113: an import judges each row as a mutation does', () => {
  const random = (seed: string, of: number) => createHash('sha256').update(seed).digest().readUInt32BE(0) % of;

  it.each([
    ['admin', 4],
    ['editor', 0],
    ['reviewer', 4],
    ['member', 4],
    ['outsider', 4],
  ])('for %s', async (persona, least) => {
    const sites = (await served.all.site.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id);
    const surveys = (await served.all.survey.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id);
    const pick = <T>(list: readonly T[], seed: string) => list[random(seed, list.length)]!;
    const rows = Array.from({ length: 60 }, (_, at) => {
      const seed = `${at}`;
      const isWrong = random(`${seed} wrong`, 8);
      return {
        id: at,
        site: isWrong === 0 ? 'absent' : pick(sites, `${seed} site`),
        status: pick(['DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED', 'NONE'], `${seed} status`),
        value: isWrong === 1 ? 'many' : `${at}.5`,
        unit: isWrong === 2 ? 'a\0b' : 'x',
        measuredAt: isWrong === 3 ? '2026-02-30T00:00:00Z' : '2026-02-03T00:00:00Z',
        // The first row of a file says which columns there are; nobody may write an unknown one.
        ...(at > 0 && random(`${seed} note`, 4) === 0 && { internalNote: 'n' }),
      };
    });
    const survey = Array.from({ length: 20 }, (_, at) => ({
      survey: pick(surveys, `s${at}`),
      city: at % 5 ? 1 : 999_999,
      at,
    }));

    const accepted = async (prefix: string) => {
      const observations = await served.all.observation.findMany({ where: { quantity: { startsWith: prefix } } });
      const stored = await served.all.site.findMany({ where: { name: { startsWith: prefix } } });
      return [
        ...observations.map(({ quantity, status, value, siteId, internalNote }) =>
          [quantity.slice(prefix.length), status, String(value), siteId, internalNote].join(' '),
        ),
        ...stored.map(({ name, surveyId }) => `${name.slice(prefix.length)} ${surveyId}`),
      ].toSorted();
    };

    const byMutation = `${persona} mutation `;
    for (const { id, site, ...rest } of rows)
      await served.run(persona, 'mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id } }', {
        data: { ...rest, quantity: `${byMutation}${id}`, site: { connect: { id: site } } },
      });
    const [city] = await served.all.city.findMany({ take: 1 });
    const place = { latitude: '1', longitude: '1' };
    for (const { survey: id, city: cityId, at } of survey)
      await served.run(persona, 'mutation ($data: SiteCreateInput!) { createSite(data: $data) { id } }', {
        data: {
          ...place,
          name: `${byMutation}site ${at}`,
          survey: { connect: { id } },
          city: { connect: { id: cityId === 1 ? city!.id : cityId } },
        },
      });

    const byImport = `${persona} import `;
    const { database } = served.platform;
    const viewer = await imports.viewerLike(persona);
    const ndjson = (list: readonly object[]) => Readable.from([list.map((row) => `${JSON.stringify(row)}\n`).join('')]);
    const run = async (model: string, list: readonly object[]) => {
      const records = parse(ndjson(list), { format: 'ndjson' });
      return importRows({ database, viewer, model, records }).catch((error: unknown) => {
        // Whoever may write none of the columns at all has no such file.
        if ((error as PergolaError).code !== 'IMPORT_UNKNOWN_COLUMN') throw error;
      });
    };
    await run(
      'Observation',
      rows.map(({ id, site, ...rest }) => ({ ...rest, quantity: `${byImport}${id}`, 'site.id': site })),
    );
    await run(
      'Site',
      survey.map(({ survey: id, city: cityId, at }) => ({
        ...place,
        name: `${byImport}site ${at}`,
        'survey.id': id,
        'city.id': cityId === 1 ? city!.id : cityId,
      })),
    );

    expect(await accepted(byImport)).toEqual(await accepted(byMutation));
    expect((await accepted(byImport)).length).toBeGreaterThanOrEqual(least);
  });
});
