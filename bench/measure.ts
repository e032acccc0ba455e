import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { HttpRequest } from './contenders.ts';
import type { LoadOrder, LoadReport } from './load.ts';
import type { Pool } from './participant.ts';
import { builtLoad, type ServerProcess } from './server-process.ts';
import type { Workload } from './workloads.ts';

export interface Measured {
  readonly workload: string;
  readonly server: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** User and system time of the server's process: it does not depend on what else the machine does. */
  readonly cpuMicrosecondsPerRequest: number;
  readonly statementsPerRequest: number;
  readonly requests: number;
  /** How much of a core the load generator used, 1 at most. */
  readonly generatorBusy: number;
}

export interface MeasureOptions {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  /** A folder for one CPU profile of each server and workload. */
  readonly profiles?: string | undefined;
}

/** The length of a round: the servers take turns, so that noise on the machine meets them all alike. */
const roundSeconds = 2;

/** How often the turn comes to each server. */
export const roundsOf = ({ seconds }: MeasureOptions) => Math.max(1, Math.round(seconds / roundSeconds));

type Run = (server: ServerProcess, requests: readonly HttpRequest[], seconds: number) => Promise<LoadReport>;

interface LoadGenerator extends Disposable {
  readonly run: Run;
}

export function startLoadGenerator(connections: number): LoadGenerator {
  const child = fork(builtLoad, [], { execArgv: [] });
  return {
    async run({ url }, requests, seconds) {
      const reply = once(child, 'message');
      child.send({ url, connections, seconds, requests } satisfies LoadOrder);
      const [report] = (await reply) as [LoadReport];
      if (report.failures > 0) throw new Error(`${report.failures} of ${report.requests} requests failed at ${url}.`);
      return report;
    },
    [Symbol.dispose]: () => void child.kill('SIGTERM'),
  };
}

export async function warmUp(pools: readonly Pool[], { warmUpSeconds }: MeasureOptions, { run }: LoadGenerator): Promise<void> {
  for (const { participant, requests } of pools) await run(participant.server, requests, warmUpSeconds);
}

interface Round extends LoadReport {
  readonly cpuMicroseconds: number;
}

export async function measure(
  workload: Workload,
  pools: readonly Pool[],
  options: MeasureOptions,
  { run }: LoadGenerator,
): Promise<Measured[]> {
  const rounds = pools.map((): Round[] => []);
  const count = roundsOf(options);
  for (let nth = 0; nth < count; nth++) {
    for (const [at, { participant, requests }] of pools.entries()) {
      const { name, server } = participant;
      const profiled = options.profiles && nth === count - 1 ? await server.profile() : undefined;
      const before = await server.sample();
      const report = await run(server, requests, options.seconds / count);
      const after = await server.sample();
      await profiled?.(join(options.profiles!, `${workload.name}-${name.replaceAll(/\W+/g, '-')}.cpuprofile`));
      rounds[at]!.push({ ...report, cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds });
    }
  }
  return pools.map(({ participant, statementsPerRequest }, at) => ({
    workload: workload.name,
    server: participant.name,
    statementsPerRequest,
    ...summary(rounds[at]!),
  }));
}

function summary(rounds: readonly Round[]) {
  const total = (of: (round: Round) => number) => rounds.reduce((sum, round) => sum + of(round), 0);
  const mean = (of: (round: Round) => number) => total(of) / rounds.length;
  const requests = total((it) => it.requests);
  return {
    requests,
    requestsPerSecond: requests / total((it) => it.seconds),
    p50Ms: mean((it) => it.p50Ms),
    p99Ms: mean((it) => it.p99Ms),
    cpuMicrosecondsPerRequest: total((it) => it.cpuMicroseconds) / requests,
    generatorBusy: mean((it) => it.busy),
  };
}
