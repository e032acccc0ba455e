/** What becomes of a file whose import is killed again and again (attacks 106, 108): the same as without. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTemporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts';
import { testEngine } from '../support/test-engine.ts';

/** Imports that are killed, in all three formats together; `npm run test:import-kills` asks for a hundred on two engines. */
const kills = Number(process.env['IMPORT_KILLS'] ?? 6);
const rows = 600;

const root = fileURLToPath(new URL('../..', import.meta.url));
// Beside the modules, so that those that are not bundled are found.
const program = join(root, `node_modules/.import-process-${process.pid}.mjs`);

beforeAll(async () => {
  await build({
    entryPoints: [join(root, 'tests/support/import-process.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Native code.
    external: ['libsql', '@libsql/*', '@node-rs/*'],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
        const __filename = import.meta.filename, __dirname = import.meta.dirname;`,
    },
  });
}, 60_000);
afterAll(() => rm(program, { force: true }));

/** New rows, the same again, the same with another value, rows that cannot be read, and rows of no country. */
const cities = Array.from({ length: rows }, (_, at) => ({
  name: `City ${at % 7 === 0 ? at % 50 : at}`,
  latitude: at % 97 === 0 ? 'north' : `${at % 7 === 0 ? 1 : at % 80}.5`,
  longitude: '5.25',
  country: at % 89 === 0 ? 'XX' : 'NL',
  admin1: `${at % 3}`,
}));

const texts = {
  csv: ['name,latitude,longitude,country,admin1', ...cities.map((row) => Object.values(row).join(','))].join('\n'),
  ndjson: cities.map((row) => JSON.stringify(row)).join('\n'),
  json: JSON.stringify(cities),
};

async function openWithCountry() {
  const temporary = await openTemporaryDatabase();
  const { client } = temporary;
  const { id } = await client.user.create({ data: { email: 'admin@example.test', name: 'Admin' } });
  const country = { officialName: 'x', region: 'Europe', area: 1, landlocked: false, flag: '', name: 'NL', code: 'NL' };
  await client.country.create({ data: country });
  return { temporary, userId: id };
}

/**
 * @param killedAfterMs from where it has begun to import; undefined: it is left to its end.
 * @returns whether it was killed before it was done, and how long it took.
 */
async function runProcess(args: readonly string[], killedAfterMs?: number) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  const begun = performance.now();
  child.stdout.resume();
  if (killedAfterMs !== undefined) {
    await sleep(killedAfterMs);
    child.kill('SIGKILL');
  }
  const [code, signal] = (await closed) as [number | null, string | null];
  if (signal === null && code !== 0) throw new Error(`The import ended with ${code}.`);
  return { wasKilled: signal !== null, ms: performance.now() - begun };
}

async function stateOf({ client }: TemporaryDatabase, refusedPath: string) {
  const entry = await client.import.findFirstOrThrow();
  const { created, updated, same, skipped, denied, conflicts, refused, records, errors, state, lease, running } = entry;
  const counts = {
    created,
    updated,
    same,
    skipped,
    denied,
    conflicts,
    refused,
    records,
    errors,
    state,
    lease,
    running,
  };
  const stored = await client.city.findMany({ orderBy: { id: 'asc' }, omit: { id: true } });
  const audited = await client.auditEntry.count();
  return { counts, stored, audited, refusedFile: await readFile(refusedPath, 'utf8') };
}

it(
  `the rows, the counts and the refused rows are the same after each of ${kills} kills as after none (106, 108)`,
  { timeout: 60_000 + kills * 20_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
    let [killed, interrupted] = [0, 0];
    try {
      for (const [nth, [format, text]] of Object.entries(texts).entries()) {
        const file = join(folder, `cities.${format}`);
        await writeFile(file, text);
        const calm = await openWithCountry();
        const { ms } = await runProcess([calm.temporary.url, file, calm.userId]);
        const expected = await stateOf(calm.temporary, `${file}.refused`);
        expect(expected.counts).toMatchObject({ state: 'FINISHED', records: rows, denied: 6 });
        await calm.temporary[Symbol.asyncDispose]();

        for (let wanted = Math.floor((kills + 2 - nth) / 3); wanted > 0;) {
          const { temporary, userId } = await openWithCountry();
          await rm(`${file}.refused`, { force: true });
          // Every third one is killed once more when it is gone on with.
          const moments =
            wanted % 3 === 0 ? [Math.random() * ms, Math.random() * ms, undefined] : [Math.random() * ms, undefined];
          let wasKilled = false;
          for (const moment of moments) {
            const entry = await temporary.client.import.findFirst();
            if (entry?.state === 'FINISHED') break;
            if (entry && entry.records > 0) interrupted++;
            const run = await runProcess([temporary.url, file, userId, ...(entry ? [entry.id] : [])], moment);
            wasKilled ||= run.wasKilled;
          }
          expect(await stateOf(temporary, `${file}.refused`)).toEqual(expected);
          if (wasKilled) [killed, wanted] = [killed + 1, wanted - 1];
          await temporary[Symbol.asyncDispose]();
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    console.info(
      `${testEngine}: imports that ended as without a kill ${killed}/${kills}, ${interrupted} of them between two batches`,
    );
    expect(killed).toBeGreaterThanOrEqual(kills);
    // Else the moments would be such at which nothing is done yet.
    expect(interrupted).toBeGreaterThan(killed / 4);
  },
);
