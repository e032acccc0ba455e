/** What is left of a process that is killed in the middle of writing (attack 121): of each mutation all or nothing, and a sound database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'devalue';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { byEngine } from '../support/requirements.ts';
import { testEngine } from '../support/test-engine.ts';
import { openTinyService, type TinyDesign, type TinyService } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
model Batch {
  number Int   @id
  size   Int
  stamp  Int   @default(0)
  rows   Row[]
}
model Row {
  id          String @id @default(uuid(7))
  place       Int
  stamp       Int    @default(0)
  batchNumber Int
  batch       Batch  @relation(fields: [batchNumber], references: [number], onDelete: Restrict)
}
enum AuditVerb {
  CREATE
  UPDATE
  DELETE
}
model AuditEntry {
  id        String    @id @default(uuid(7))
  at        DateTime  @default(now())
  actorKind String
  actorId   String?
  model     String
  key       String
  verb      AuditVerb
  changes   Json
  requestId String?
}`,
};

const kills = 100;
/** A writer has a server greet it first. */
const timeout = testEngine === 'sqlite' ? 180_000 : 600_000;
/** Databases that are written at the same time: a process starts while another is killed. */
const lanes = 4;

const root = fileURLToPath(new URL('../..', import.meta.url));
// Beside the modules, so that those that are not bundled are found.
const program = join(root, `node_modules/.writer-process-${process.pid}.mjs`);

beforeAll(async () => {
  await build({
    entryPoints: [join(root, 'tests/support/writer-process.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Native code.
    external: ['libsql', '@libsql/*'],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
        const __filename = import.meta.filename, __dirname = import.meta.dirname;`,
    },
  });
});
afterAll(() => rm(program, { force: true }));

interface Killed {
  /** Numbers of batches that were begun, and that the writer was told are done. */
  readonly begun: number[];
  readonly done: number[];
}

/** Starts a writer on the database and kills it as soon as it has written something, and a random while later. */
async function writeAndKill(url: string, schema: string, first: number): Promise<Killed> {
  const child = spawn(process.execPath, [program, url, schema, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part) => (text += String(part)));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await sleep(Math.random() * 60);
  child.kill('SIGKILL');
  const [code, signal] = (await closed) as [number | null, string | null];
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  const numbers = (word: string) =>
    [...text.matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].map(([, number]) => Number(number));
  return { begun: numbers('begin'), done: numbers('done') };
}

const inFile = byEngine('whether a file is whole is asked of SQLite; servers look after theirs', {
  sqlite: true,
  mysql: false,
  postgresql: false,
});

/** What must hold of the database whenever a writer has died. */
async function checkDatabase({ sql }: TinyService, done: readonly number[]) {
  expect(inFile ? await sql('pragma integrity_check') : [['ok']]).toEqual([['ok']]);
  expect(inFile ? await sql('pragma foreign_key_check') : []).toEqual([]);
  const wrong = (condition: string) => sql(`select number from Batch where ${condition}`);
  expect(await wrong('size <> (select count(*) from Row where batchNumber = number)')).toEqual([]);
  expect(await wrong('stamp not in (0, number)')).toEqual([]);
  expect(await wrong('exists (select 1 from Row where batchNumber = number and Row.stamp <> Batch.stamp)')).toEqual([]);
  // Each is noted with what it did: an entry for each row, and every batch that the writer was told is done.
  const entriesOf = (model: string) =>
    sql(`select key, changes from AuditEntry where model = '${model}' and verb = 'CREATE'`);
  const created = await entriesOf('Batch');
  const sizes = created.map(([, changes]) => (JSON.parse(String(changes)) as { size: number }).size);
  expect((await entriesOf('Row')).length).toBe(sizes.reduce((total, size) => total + size, 0));
  const noted = new Set(created.map(([number]) => Number(number)));
  expect(done.filter((number) => !noted.has(number))).toEqual([]);
}

it(`121: of mutations of many rows all or nothing is left, after each of ${kills} kills`, { timeout }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-kill-'));
  const services = await Promise.all(Array.from({ length: lanes }, () => openTinyService(design)));
  let killed = 0;
  let interrupted = 0;
  const lane = async (service: TinyService) => {
    const schema = join(folder, `${services.indexOf(service)}.json`);
    await writeFile(schema, stringify(service.schema));
    let first = 1;
    for (; killed < kills; killed++) {
      const { begun, done } = await writeAndKill(service.url, schema, first);
      await checkDatabase(service, done);
      if (begun.length > done.length) interrupted++;
      first = Math.max(...begun, first) + 1;
    }
  };
  await Promise.all(services.map(lane));
  for (const service of services) await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
  console.info(`killed ${killed}, in the middle of a mutation ${interrupted}`);
  expect(killed).toBeGreaterThanOrEqual(kills);
  expect(interrupted).toBeGreaterThan(kills / 4);
});
