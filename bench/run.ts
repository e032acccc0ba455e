import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { countWritten, requireSameSettings, requireWritten, visibleTo } from './checks.ts';
import { contendersFor, type Choice, type Contender } from './contenders.ts';
import { measure, roundsOf, startLoadGenerator, warmUp, type Measured, type MeasureOptions } from './measure.ts';
import { join, poolsFor, type Participant, type Pool } from './participant.ts';
import { seededOn, type BenchDatabase, type Seed } from './seed.ts';
import { startServer, type ServerProcess } from './server-process.ts';
import type { Workload } from './workloads.ts';

export interface RunOptions extends MeasureOptions, Choice, ServersOptions {
  readonly workloads: readonly Workload[];
}

export interface ServersOptions extends Pick<Choice, 'engine'> {
  /** Told what is under way. */
  readonly progress: (text: string) => void;
}

export interface Report {
  readonly machine: {
    cpu: string;
    cores: number;
    node: string;
    date: string;
    connections: number;
    engine: string;
    loadAverage: string;
  };
  /** The observations that pergola's viewer may read. */
  readonly visibility: { readable: number; total: number };
  readonly measured: readonly Measured[];
  readonly memory: readonly { server: string; warmBytes: number; endBytes: number }[];
}

/** Starts the servers, makes sure that they do the same work, and measures them in turns. */
export const run = (options: RunOptions): Promise<Report> =>
  onServers(contendersFor(options), options, (participants) => runWith(participants, options));

/** Starts servers on a filled database of their own, and ends them when the work is done. */
export async function onServers<T>(
  contenders: readonly Contender[],
  { engine, progress }: ServersOptions,
  work: (participants: Participant[]) => Promise<T>,
): Promise<T> {
  progress('filling the database');
  const folder = await mkdtemp(joinPath(tmpdir(), 'pergola-bench-'));
  // Also when it is interrupted: a quarter of a gigabyte.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const servers = new Map<string, ServerProcess>();
  const databases: BenchDatabase[] = [];
  try {
    const seed = await seededOn(engine, folder);
    progress('starting the servers');
    return await work(await startAll(contenders, servers, { seed, folder, databases }));
  } finally {
    await Promise.all([...servers.values()].map((it) => it[Symbol.asyncDispose]()));
    for (const database of databases) await database.drop();
  }
}

async function startAll(
  contenders: readonly Contender[],
  servers: Map<string, ServerProcess>,
  places: { seed: Seed; folder: string; databases: BenchDatabase[] },
): Promise<Participant[]> {
  const participants: Participant[] = [];
  for (const contender of contenders) {
    const server = servers.get(contender.program) ?? (await startServer(contender, places));
    servers.set(contender.program, server);
    participants.push(await join(contender, server));
  }
  return participants;
}

async function runWith(participants: readonly Participant[], options: RunOptions): Promise<Report> {
  const { workloads, progress } = options;
  const visibility = await visibleTo(participants[0]!);
  const pools = new Map<Workload, Pool[]>();
  for (const workload of workloads) {
    progress(`${workload.name}: comparing the answers`);
    pools.set(workload, await poolsFor(workload, participants));
  }
  // On a server they are the server's own.
  if (options.engine === 'sqlite') await requireSameSettings(participants);

  using generator = startLoadGenerator(options.connections);
  for (const [workload, requests] of pools) {
    progress(`${workload.name}: warming up`);
    await warmUp(requests, options, generator);
  }
  const warm = await residentBytes(participants);
  const measured: Measured[] = [];
  for (const [workload, requests] of pools) {
    progress(`${workload.name}: measuring`);
    const before = workload.writes ? await countWritten(participants) : new Map<ServerProcess, number>();
    const results = await measure(workload, requests, options, generator);
    await requireWritten(participants, results, { before, spare: options.connections * roundsOf(options) });
    measured.push(...results);
  }
  const end = await residentBytes(participants);
  const memory = participants.map(({ name: server }, at) => ({ server, warmBytes: warm[at]!, endBytes: end[at]! }));
  return { machine: describeMachine(options), visibility, measured, memory };
}

const residentBytes = (participants: readonly Participant[]) =>
  Promise.all(participants.map(async ({ server }) => (await server.sample()).residentBytes));

function describeMachine({ connections, engine }: RunOptions) {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    connections,
    engine,
    // Of the minute before: on a busy machine the ratios count, and those by CPU time most.
    loadAverage: loadavg()[0]!.toFixed(1),
  };
}
