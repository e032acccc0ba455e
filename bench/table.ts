import { median } from './median.ts';
import type { Measured, Round } from './measure.ts';
import type { Report } from './run.ts';
import { workloads } from './workloads.ts';

const heads = [
  ['', 0],
  ['req/s', 9],
  ['x hand-written', 16],
  ['of raw', 8],
  ['CPU us/req', 13],
  ['x hand-written', 16],
  ['of raw', 8],
  ['p50 ms', 9],
  ['p99 ms', 9],
  ['SQL/req', 9],
] as const;
const nameWidth = 16;

/** A generator busier than this may have been the slowest part. */
const tooBusy = 0.9;

/**
 * The report for people. Both pairs of ratios grow with the speed: one says how many requests were answered, the other
 * how many would be for the same CPU time. A ratio is the median of the rounds' ratios.
 */
export function table({ machine, measured, memory, visibility }: Report): string {
  const blocks = workloads.flatMap((workload) => {
    const rows = measured.filter((it) => it.workload === workload.name);
    return rows.length > 0 ? [...block(workload, rows), ''] : [];
  });
  const resident = memory.map(({ server, warmBytes, endBytes }) => {
    return `  ${server.padEnd(nameWidth)}${megabytes(warmBytes)} after warm-up, ${megabytes(endBytes)} at the end`;
  });
  const busy = measured.some(isGeneratorBusy);
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.date}, ${machine.engine}; ${machine.connections} connections, load average ${machine.loadAverage}`,
    `As the viewer of pergola: ${visibility.readable} of ${visibility.total} observations are readable.`,
    '',
    ...blocks,
    'Resident memory',
    ...resident,
    ...(busy ? ['', '* the load generator had no time left: the server may be faster; its CPU time tells.'] : []),
  ].join('\n');
}

function block({ name, title, goal }: (typeof workloads)[number], rows: readonly Measured[]): string[] {
  const handWritten = rows.find(({ server }) => server === 'hand-written');
  const raw = rows.find(({ server }) => server === 'raw');
  const ratio = (it: Measured, base: Measured | undefined, of: (round: Round) => number) =>
    base ? median(it.rounds.map((round, at) => of(round) / of(base.rounds[at]!))).toFixed(2) : '';
  const lines = rows.map((it) => [
    it.server,
    `${medianOf(it, answered).toFixed(0)}${isGeneratorBusy(it) ? '*' : ''}`,
    ratio(it, handWritten, answered),
    ratio(it, raw, answered),
    medianOf(it, (round) => round.cpuMicrosecondsPerRequest).toFixed(0),
    ratio(it, handWritten, perCpu),
    ratio(it, raw, perCpu),
    medianOf(it, (round) => round.p50Ms).toFixed(1),
    medianOf(it, (round) => round.p99Ms).toFixed(1),
    it.statementsPerRequest.toFixed(1),
  ]);
  return [`${name}  ${title} (goal: ${goal.toFixed(2)} of raw)`, ...[heads.map(([head]) => head), ...lines].map(line)];
}

const answered = (round: Round) => round.requestsPerSecond;
const perCpu = (round: Round) => 1 / round.cpuMicrosecondsPerRequest;

function line(cells: readonly string[]): string {
  const [name, ...rest] = cells;
  return `  ${name!.padEnd(nameWidth)}${rest.map((cell, at) => cell.padStart(heads[at + 1]![1])).join('')}`;
}

const medianOf = ({ rounds }: Measured, of: (round: Round) => number) => median(rounds.map(of));

const isGeneratorBusy = (it: Measured) => medianOf(it, (round) => round.generatorBusy) > tooBusy;

const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`;
