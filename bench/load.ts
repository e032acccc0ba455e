/** The load generator, in a process of its own: takes orders over its channel and answers each with what it met. */
import autocannon from 'autocannon';
import type { HttpRequest } from './contenders.ts';

export interface LoadOrder {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Dealt out among the connections, each of which goes round its own. */
  readonly requests: readonly HttpRequest[];
}

export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  /** Answers that were none, or none with status 200. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of one core the generator itself used: near 1 it is what was measured. */
  readonly busy: number;
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report));
});

async function run({ url, connections, seconds, requests }: LoadOrder): Promise<LoadReport> {
  const times: number[] = [];
  let clients = 0;
  const share = Math.ceil(requests.length / connections);
  const setupClient = (client: autocannon.Client) => {
    const first = clients++ * share;
    const own = Array.from({ length: share }, (_, at) => requests[(first + at) % requests.length]!);
    client.setRequests(own.map((it) => ({ method: 'POST', path: it.path, headers: it.headers, body: it.body })));
    // Kept as they are: autocannon's own histogram counts whole milliseconds.
    client.on('response', (_status, _bytes, milliseconds) => times.push(milliseconds));
  };
  const [started, used] = [performance.now(), process.cpuUsage()];
  // It looks at the clock once in a sample interval.
  const options = { url, connections, duration: seconds, setupClient, sampleInt: 50 };
  const { non2xx, errors, timeouts } = await autocannon(options);
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(used);
  times.sort((a, b) => a - b);
  return {
    requests: times.length,
    seconds: elapsed,
    failures: non2xx + errors + timeouts,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    busy: (user + system) / 1e6 / elapsed,
  };
}

const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
