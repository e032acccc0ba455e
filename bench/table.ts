import type { Measured } from './measure.ts';
import type { Report } from './run.ts';
import { workloads } from './workloads.ts';

const columns = ['', 'req/s', 'x hand-written', 'of raw', 'p50 ms', 'p99 ms', 'CPU us/req', 'x hand-written', 'SQL/req'];
const widths = [16, 9, 16, 8, 9, 9, 12, 16, 9];

/** A generator busier than this may have been the slowest part. */
const tooBusy = 0.9;

/** The report for people. */
export function table({ machine, measured, memory, visibility }: Report): string {
  const blocks = workloads.map((workload) => block(workload, measured.filter((it) => it.workload === workload.name)));
  const rss = memory.map(({ server, warmBytes, endBytes }) => `  ${server.padEnd(widths[0]!)}${megabytes(warmBytes)} after warm-up, ${megabytes(endBytes)} at the end`);
  const notes = measured.some(({ generatorBusy }) => generatorBusy > tooBusy)
    ? ['', '* the load generator had no time left: the server may be faster; its CPU per request tells.']
    : [];
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.date}; ${machine.connections} connections`,
    `As the viewer of pergola: ${visibility.readable} of ${visibility.total} observations are readable.`,
    '',
    ...blocks.filter((lines) => lines.length > 0).flatMap((lines) => [...lines, '']),
    'Resident memory',
    ...rss,
    ...notes,
  ].join('\n');
}

function block({ name, title, goal }: (typeof workloads)[number], rows: readonly Measured[]): string[] {
  if (rows.length === 0) return [];
  const handWritten = rows.find(({ server }) => server === 'hand-written');
  const raw = rows.find(({ server }) => server === 'raw');
  const lines = rows.map((it) => [
    it.server,
    `${it.requestsPerSecond.toFixed(0)}${it.generatorBusy > tooBusy ? '*' : ''}`,
    ratio(it.requestsPerSecond, handWritten?.requestsPerSecond),
    ratio(it.requestsPerSecond, raw?.requestsPerSecond),
    it.p50Ms.toFixed(1),
    it.p99Ms.toFixed(1),
    it.cpuMicrosecondsPerRequest.toFixed(0),
    ratio(it.cpuMicrosecondsPerRequest, handWritten?.cpuMicrosecondsPerRequest),
    it.statementsPerRequest.toFixed(1),
  ]);
  return [`${name}  ${title} (goal: ${goal.toFixed(2)} of raw)`, line(columns), ...lines.map(line)];
}

function line(cells: readonly string[]): string {
  return `  ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('')}`;
}

const ratio = (value: number, base: number | undefined) => (base === undefined ? '' : (value / base).toFixed(2));
const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`;
