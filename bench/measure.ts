import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { compiled } from './compiled.ts';
import type { HttpRequest } from './contenders.ts';
import type { LoadOrder, LoadReport } from './load.ts';
import type { Pool } from './participant.ts';
import type { ServerProcess } from './server-process.ts';
import type { Workload } from './workloads.ts';

/** What one server did in one round. */
export interface Round {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** User and system time of the server's process: what else the machine does hardly changes it. */
  readonly cpuMicrosecondsPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of a core the load generator used, 1 at most. */
  readonly generatorBusy: number;
}

export interface Measured {
  readonly workload: string;
  readonly server: string;
  readonly statementsPerRequest: number;
  /** Round n of one server ran beside round n of every other. */
  readonly rounds: readonly Round[];
}

export interface MeasureOptions {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  /** A folder for one CPU profile of each server and workload. */
  readonly profiles?: string | undefined;
}

/** The servers take turns of this length, so that noise on the machine meets them all alike. */
const roundSeconds = 1;

/** How often the turn comes to each server. */
export const roundsOf = ({ seconds }: MeasureOptions) => Math.max(1, Math.round(seconds / roundSeconds));

type Run = (server: ServerProcess, requests: readonly HttpRequest[], seconds: number) => Promise<LoadReport>;

interface LoadGenerator extends Disposable {
  readonly run: Run;
}

export function startLoadGenerator(connections: number): LoadGenerator {
  const child = fork(compiled(new URL('./load.ts', import.meta.url)), [], { execArgv: [] });
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

export async function warmUp(
  pools: readonly Pool[],
  { warmUpSeconds }: MeasureOptions,
  { run }: LoadGenerator,
): Promise<void> {
  for (const { participant, requests } of pools) await run(participant.server, requests, warmUpSeconds);
}

export async function measure(
  workload: Workload,
  pools: readonly Pool[],
  options: MeasureOptions,
  { run }: LoadGenerator,
): Promise<Measured[]> {
  const measured = pools.map(({ participant, statementsPerRequest }) => ({
    workload: workload.name,
    server: participant.name,
    statementsPerRequest,
    rounds: [] as Round[],
  }));
  const count = roundsOf(options);
  for (let nth = 0; nth < count; nth++) {
    for (const [at, { participant, requests }] of pools.entries()) {
      const { name, server } = participant;
      const profiled = options.profiles && nth === count - 1 ? await server.profile() : undefined;
      const before = await server.sample();
      const report = await run(server, requests, options.seconds / count);
      const after = await server.sample();
      await profiled?.(join(options.profiles!, `${workload.name}-${name.replaceAll(/\W+/g, '-')}.cpuprofile`));
      measured[at]!.rounds.push(roundOf(report, after.cpuMicroseconds - before.cpuMicroseconds));
    }
  }
  return measured;
}

function roundOf({ requests, seconds, p50Ms, p99Ms, busy }: LoadReport, cpuMicroseconds: number): Round {
  return {
    requests,
    requestsPerSecond: requests / seconds,
    cpuMicrosecondsPerRequest: cpuMicroseconds / requests,
    p50Ms,
    p99Ms,
    generatorBusy: busy,
  };
}
