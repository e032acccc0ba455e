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

/** In all three formats together; `npm run test:import-kills` asks for a hundred. */
const kills = Number(process.env['IMPORT_KILLS'] ?? 9);
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

/** @returns whether it was killed before it was done. */
async function runAndKill(args: readonly string[], isKilled: boolean): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  if (isKilled) {
    await Promise.race([once(child.stdout, 'data'), closed]);
    await sleep(Math.random() * 250);
    child.kill('SIGKILL');
  } else child.stdout.resume();
  const [code, signal] = (await closed) as [number | null, string | null];
  if (signal === null && code !== 0) throw new Error(`The import ended with ${code}.`);
  return signal !== null;
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
  `the rows, the counts and the refused rows are the same after ${kills} kills as after none (106, 108)`,
  { timeout: 60_000 + kills * 20_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
    let [killed, sound] = [0, 0];
    try {
      for (const [format, text] of Object.entries(texts)) {
        const file = join(folder, `cities.${format}`);
        await writeFile(file, text);
        const calm = await openWithCountry();
        await runAndKill([calm.temporary.url, file, calm.userId], false);
        const expected = await stateOf(calm.temporary, `${file}.refused`);
        expect(expected.counts).toMatchObject({ state: 'FINISHED', records: rows, denied: 6 });
        await calm.temporary[Symbol.asyncDispose]();

        for (let wanted = Math.ceil(kills / 3); wanted > 0;) {
          const { temporary, userId } = await openWithCountry();
          await rm(`${file}.refused`, { force: true });
          for (;;) {
            const entry = await temporary.client.import.findFirst();
            const args = [temporary.url, file, userId, ...(entry ? [entry.id] : [])];
            if (entry?.state === 'FINISHED') break;
            const wasKilled = await runAndKill(args, wanted > 0);
            if (wasKilled) [killed, wanted] = [killed + 1, wanted - 1];
          }
          expect(await stateOf(temporary, `${file}.refused`)).toEqual(expected);
          sound++;
          await temporary[Symbol.asyncDispose]();
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    console.info(`killed ${killed}, files as without ${sound}`);
    expect(killed).toBeGreaterThanOrEqual(kills);
  },
);
