/** What policies cost: the same requests of one from whom rules hide some rows, and of one to whom all is granted. */
import { admin, viewer } from './population.ts';
import { pergola } from './contenders.ts';
import { median } from './median.ts';
import { poolsFor, type Pool } from './participant.ts';
import { onServers, type ServersOptions } from './run.ts';
import type { Workload } from './workloads.ts';

export interface PolicyCostOptions extends ServersOptions {
  readonly workloads: readonly Workload[];
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

export interface PolicyCost {
  readonly workload: Workload;
  /** User and system time of the server's process for one request. */
  readonly microseconds: { readonly viewer: number; readonly admin: number };
  /** The first beside the second: the median of the pairs. */
  readonly ratio: number;
  /** Half of the interval in which the median lies with 95 %, as the notches of a box plot have it. */
  readonly plusMinus: number;
  readonly pairs: number;
}

/** Long beside what it costs to ask for the time that was used, short beside what else changes on the machine. */
const turnMs = 100;
const inFlight = 8;

/**
 * Both ask one process, in turns of the same few requests, and what is compared is the CPU time of two turns in a row:
 * what changes the machine's pace meets both alike.
 */
export async function policyCosts(options: PolicyCostOptions): Promise<PolicyCost[]> {
  const contenders = [
    { ...pergola, name: 'viewer', signIn: viewer },
    { ...pergola, name: 'admin', signIn: admin },
  ];
  return onServers(contenders, options, async (participants) => {
    const costs: PolicyCost[] = [];
    for (const workload of options.workloads.filter(({ writes }) => !writes)) {
      options.progress(`${workload.name}: comparing the answers`);
      const [ofViewer, ofAdmin] = await poolsFor(workload, participants);
      options.progress(`${workload.name}: measuring`);
      costs.push(await costOf(workload, [ofViewer!, ofAdmin!], options));
    }
    return costs;
  });
}

async function costOf(
  workload: Workload,
  [ofViewer, ofAdmin]: readonly [Pool, Pool],
  { seconds, warmUpSeconds }: PolicyCostOptions,
): Promise<PolicyCost> {
  let sent = 0;
  const started = performance.now();
  while (performance.now() - started < warmUpSeconds * 1000) {
    for (const pool of [ofViewer, ofAdmin]) await turn(pool, sent, inFlight);
    sent += inFlight;
  }
  const perRequestMs = (performance.now() - started) / sent / 2;
  const size = Math.max(inFlight, Math.round(turnMs / perRequestMs));
  const pairs: { viewer: number; admin: number }[] = [];
  const until = performance.now() + seconds * 1000;
  for (let nth = 0; performance.now() < until || nth < 10; nth++) {
    const from = nth * size;
    // Each goes first as often as the other.
    const first = await turn(nth % 2 === 0 ? ofViewer : ofAdmin, from, size);
    const second = await turn(nth % 2 === 0 ? ofAdmin : ofViewer, from, size);
    pairs.push(nth % 2 === 0 ? { viewer: first, admin: second } : { viewer: second, admin: first });
  }
  const ratios = pairs.map((it) => it.viewer / it.admin).toSorted((a, b) => a - b);
  const quarter = (at: number) => ratios[Math.min(ratios.length - 1, Math.floor(ratios.length * at))]!;
  return {
    workload,
    microseconds: { viewer: median(pairs.map((it) => it.viewer)), admin: median(pairs.map((it) => it.admin)) },
    ratio: median(ratios),
    plusMinus: (1.57 * (quarter(0.75) - quarter(0.25))) / Math.sqrt(ratios.length),
    pairs: pairs.length,
  };
}

/** @returns the CPU time of one request. */
async function turn({ participant: { server }, requests }: Pool, from: number, count: number): Promise<number> {
  const before = await server.sample();
  let next = from;
  const ask = async () => {
    while (next < from + count) await server.send(requests[next++ % requests.length]!);
  };
  await Promise.all(Array.from({ length: inFlight }, ask));
  return ((await server.sample()).cpuMicroseconds - before.cpuMicroseconds) / count;
}

export function tableOfCosts(costs: readonly PolicyCost[]): string {
  const lines = costs.map(({ workload: { name, title }, microseconds, ratio, plusMinus, pairs }) => {
    const figures = `${ratio.toFixed(3)} +- ${plusMinus.toFixed(3)} of ${pairs} pairs`;
    return `${name}  ${figures}  ${microseconds.viewer.toFixed(0)} and ${microseconds.admin.toFixed(0)} us  ${title}`;
  });
  const sum = (who: 'viewer' | 'admin') => costs.reduce((total, { microseconds }) => total + microseconds[who], 0);
  const [viewerSum, adminSum] = [sum('viewer'), sum('admin')];
  const whole = `one of each: ${(viewerSum / adminSum).toFixed(3)}  ${viewerSum.toFixed(0)} and ${adminSum.toFixed(0)} us`;
  return ['CPU time per request with policies, beside everything granted (goal: at most 1.15)', ...lines, whole].join(
    '\n',
  );
}
