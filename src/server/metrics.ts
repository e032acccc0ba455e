import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Load } from '../database/connection.ts';
import { outcomes, type Counts } from '../import/report.ts';

export interface OperationFigures {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly hash: string;
  readonly viewer: string;
  readonly seconds: number;
  readonly statements: number;
  readonly rows: number;
}

/** The figures of one server, as Prometheus reads them. No label holds a value of a caller's. */
export interface Metrics {
  operation(figures: OperationFigures): void;
  error(code: string): void;
  response(status: number): void;
  /** A use of a rate limit's budget, and whether it still held it. */
  limited(budget: string, allowed: boolean): void;
  /** What became of the rows of a file. */
  imported(counts: Counts): void;
  /** A request of an SDK, by how the API that it was built from stands to that of the server. */
  sdkRequest(status: string): void;
  /** Asked at each reading. */
  watchConnections(count: () => Promise<number>): void;
  watchDatabase(load: () => Load): void;
  text(): Promise<{ contentType: string; text: string }>;
}

/** Callers choose their documents: what comes after so many is counted together. */
const maxHashes = 200;

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const operations = new Counter({
    name: 'pergola_operations_total',
    help: 'Operations that were executed, by kind of viewer.',
    labelNames: ['type', 'viewer'],
    registers,
  });
  const seconds = new Histogram({
    name: 'pergola_operation_seconds',
    help: 'How long operations took.',
    labelNames: ['type'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const byDocument = (name: string, help: string) =>
    new Counter({ name: `pergola_document_${name}_total`, help, labelNames: ['hash'], registers });
  const documents = {
    operations: byDocument('operations', `Operations by document; those after the first ${maxHashes} as "other".`),
    seconds: byDocument('seconds', 'Seconds spent on them.'),
    statements: byDocument('statements', 'Statements that they ran.'),
    rows: byDocument('rows', 'Rows at the root of what they read.'),
  };
  const errors = new Counter({
    name: 'pergola_errors_total',
    help: 'Errors in answers, by code (docs/errors.md).',
    labelNames: ['code'],
    registers,
  });
  const responses = new Counter({
    name: 'pergola_http_responses_total',
    help: 'Answers over HTTP, by status.',
    labelNames: ['status'],
    registers,
  });
  const sdkRequests = new Counter({
    name: 'pergola_sdk_requests_total',
    help: 'Requests of an SDK, by how its API stands to that of the server: current, compatible, stale or broken.',
    labelNames: ['status'],
    registers,
  });
  const limits = new Counter({
    name: 'pergola_rate_limits_total',
    help: 'Uses of the budgets of rate limits (docs/security.md), taken or refused.',
    labelNames: ['budget', 'outcome'],
    registers,
  });
  const imports = new Counter({
    name: 'pergola_import_rows_total',
    help: 'Rows of files that came over HTTP, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const hashes = new Set<string>();
  const labelOf = (hash: string) => {
    if (hashes.size < maxHashes) hashes.add(hash);
    return hashes.has(hash) ? hash : 'other';
  };
  return {
    operation({ type, hash, viewer, seconds: taken, statements, rows }) {
      operations.inc({ type, viewer });
      seconds.observe({ type }, taken);
      const label = { hash: labelOf(hash) };
      documents.operations.inc(label);
      documents.seconds.inc(label, taken);
      documents.statements.inc(label, statements);
      documents.rows.inc(label, rows);
    },
    error: (code) => errors.inc({ code }),
    limited: (budget, allowed) => limits.inc({ budget, outcome: allowed ? 'taken' : 'refused' }),
    response: (status) => responses.inc({ status: String(status) }),
    sdkRequest: (status) => sdkRequests.inc({ status }),
    imported(counts) {
      for (const outcome of outcomes) imports.inc({ outcome }, counts[outcome]);
    },
    watchConnections(count) {
      const gauge = new Gauge({
        name: 'pergola_connections',
        help: 'Connections of callers that are open.',
        registers,
        async collect() {
          gauge.set(await count());
        },
      });
    },
    watchDatabase(load) {
      const gauge = new Gauge({
        name: 'pergola_database_requests',
        help: 'Requests that the database is asked, and those that wait until it may be asked more.',
        labelNames: ['state'],
        registers,
        collect() {
          const { running, waiting } = load();
          gauge.set({ state: 'running' }, running);
          gauge.set({ state: 'waiting' }, waiting);
        },
      });
    },
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
