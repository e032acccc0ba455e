/** Writes in process: Pergola with its policies beside Prisma Client called directly and beside the raw driver, in one run. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'libsql';
import { idOf, siteCount, sites, viewer } from './population.ts';
import { seededDatabase } from './seed.ts';
import {
  pergola,
  pergolaGraphql,
  pergolaWithoutAudit,
  prismaClient,
  rawDriver,
  type Contender,
  type SiteRow,
} from './write-contenders.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, only: { type: 'string' } },
});
const rounds = Number(options.rounds);

interface Workload {
  readonly title: string;
  /** So often in each turn, one after the other. */
  readonly times: number;
  /** Arranges a turn, which is not measured, and says what to do in it. */
  prepare(contender: Contender, turn: number): Promise<(nth: number) => Promise<unknown>>;
}

const thousand = Array.from({ length: 1000 }, (_, at) => `${at % 90}.5`);
const sitesOf = (turn: number, from: number, to: number, elevationMeters: number): SiteRow[] =>
  Array.from({ length: to - from }, (_, at) => ({ name: `turn ${turn}, site ${from + at}`, elevationMeters }));

/** Observations of the viewer's organization. */
const updatable = Array.from({ length: 1000 }, (_, at) => at).filter(
  (at) => (at * 7919) % siteCount < sites.reviewed.to,
);

const allWorkloads: readonly Workload[] = [
  { title: 'create one row', times: 20, prepare: async (it) => (nth) => it.createOne(`${nth}.5`) },
  { title: 'create one with 10 nested', times: 10, prepare: async (it) => (nth) => it.createWithTen(`${nth}.5`) },
  { title: 'create 1,000 rows', times: 1, prepare: async (it) => () => it.createMany(thousand) },
  {
    title: 'upsert 1,000, half new',
    times: 1,
    async prepare(it, turn) {
      await it.upsertMany(sitesOf(turn, 0, 500, 1));
      return () => it.upsertMany(sitesOf(turn, 0, 1000, 2));
    },
  },
  {
    title: 'update by key',
    times: 20,
    prepare: async (it) => (nth) => it.update(idOf('observation', updatable[nth]!), `${nth}.5`),
  },
];
const workloads = allWorkloads.filter(({ title }) => title.includes(options.only ?? ''));

interface Turn {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

async function measure(workload: Workload, contender: Contender, turn: number): Promise<Turn> {
  const act = await workload.prepare(contender, turn);
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let nth = 0; nth < workload.times; nth++) await act(nth);
  const milliseconds = (performance.now() - start) / workload.times;
  const { user, system } = process.cpuUsage(cpu);
  return { milliseconds, cpuMilliseconds: (user + system) / 1000 / workload.times };
}

const folder = await mkdtemp(join(tmpdir(), 'pergola-bench-writes-'));
const seeded = await seededDatabase();
const contenders: Contender[] = [];
for (const [at, open] of [pergola, pergolaWithoutAudit, pergolaGraphql, prismaClient, rawDriver].entries()) {
  const path = join(folder, `${at}.db`);
  await copyFile(seeded, path);
  // Who may write sites and observations of their organization.
  const database = new Database(path);
  database.prepare("update Membership set role = 'OWNER' where userId = ?").run([idOf('user', viewer.index)]);
  database.close();
  contenders.push(await open(path));
}

console.info(
  `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}; ${rounds} rounds, load average ${loadavg()[0]?.toFixed(1)}\n`,
);
const head = ['ms', 'x Prisma', 'x raw', 'CPU ms', 'x Prisma', 'x raw'];
for (const workload of workloads) {
  const turns = new Map<Contender, Turn[]>(contenders.map((it) => [it, []]));
  // The first rounds warm up. Whoever begins changes, so that nobody always comes after the same.
  for (let round = -3; round < rounds; round++) {
    for (let at = 0; at < contenders.length; at++) {
      const contender = contenders[(at + Math.abs(round)) % contenders.length]!;
      const turn = await measure(workload, contender, round);
      if (round >= 0) turns.get(contender)!.push(turn);
    }
  }
  const [prisma, raw] = ['Prisma Client', 'raw driver'].map((name) =>
    turns.get(contenders.find((it) => it.name === name)!)!,
  );
  console.info(line(workload.title, head));
  for (const [{ name }, own] of turns) {
    const cells = (['milliseconds', 'cpuMilliseconds'] as const).flatMap((of) => [
      median(own.map((turn) => turn[of])).toFixed(2),
      ...[prisma!, raw!].map((base) => median(own.map((turn, at) => turn[of] / base[at]![of])).toFixed(2)),
    ]);
    console.info(line(`  ${name}`, cells));
  }
  console.info('');
}
for (const contender of contenders) await contender.close();
await rm(folder, { recursive: true });

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(28) + cells.map((cell) => cell.padStart(10)).join('');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}
