/** Spans, as a collector gets them: what they say, how they hang together, and what they never say. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openTracing, type Tracing } from '../../src/server/tracing.ts';
import { byEngine } from '../support/requirements.ts';
import { serve, type Served } from '../support/served.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: Pick<Span, 'attributes'>;
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const sent: Sent[] = [];
let collector: Server;
let tracing: Tracing;
let served: Served;
beforeAll(async () => {
  collector = createServer((request, response) => {
    void (async () => {
      sent.push((await json(request)) as Sent);
      response.end('{}');
    })();
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  // The SDK reads what is its own by itself.
  process.env['OTEL_SERVICE_NAME'] = 'surveys';
  process.env['OTEL_BSP_SCHEDULE_DELAY'] = '50';
  const config = readConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  tracing = openTracing(config.tracing!);
  served = await serve({}, { tracing });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await tracing.close();
  collector.close();
});

const factsOf = ({ attributes }: Pick<Span, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** The spans of a trace, once its root is there: it is the last to end. */
async function traceOf(traceId: string): Promise<Span[]> {
  const all = () =>
    sent
      .flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      )
      .filter((span) => span.traceId === traceId);
  await expect.poll(() => all().some(({ name }) => name.startsWith('POST')), { timeout: 5_000 }).toBe(true);
  return all();
}

let traces = 0;
const newTrace = () => {
  const traceId = (++traces).toString(16).padStart(32, '0');
  return { traceId, traceparent: `00-${traceId}-00000000000000ff-01` };
};

/** Names, each under its parent. */
function tree(spans: readonly Span[], parent = '00000000000000ff'): unknown[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .map(({ name, spanId }) => {
      const below = tree(spans, spanId);
      return below.length > 0 ? [name, below] : name;
    });
}

describe('spans', () => {
  it('hang below the span of the caller: the request, its operation, its guards and statements', async () => {
    const { traceId, traceparent } = newTrace();
    await served.run('member', 'query Two { tags { nodes { slug } } surveys { totalCount } }', {}, { traceparent });
    const spans = await traceOf(traceId);
    const lookUpOfSession = ['guard', 'statement'];
    const operation = ['operation', ['guard', 'guard', 'statement', 'statement']];
    expect(tree(spans)).toEqual([['POST /graphql', [...lookUpOfSession, operation]]]);
    const facts = spans.map((span) => [span.name, factsOf(span)]);
    expect(facts).toEqual(
      expect.arrayContaining([
        ['POST /graphql', expect.objectContaining({ 'http.request.method': 'POST', 'http.response.status_code': 200 })],
        [
          'operation',
          expect.objectContaining({
            'graphql.operation.type': 'query',
            'graphql.operation.name': 'Two',
            'pergola.document': expect.stringMatching(/^[0-9a-f]{12}$/),
            'pergola.viewer': 'user',
            'pergola.statements': 2,
          }),
        ],
        ['guard', { 'pergola.model': 'Survey' }],
        ['statement', expect.objectContaining({ 'db.query.text': expect.stringMatching(/^select /) })],
      ]),
    );
  });

  it('say what the SDK is told by the environment', () => {
    expect(factsOf(sent[0]!.resourceSpans[0]!.resource)).toMatchObject({ 'service.name': 'surveys' });
  });

  it('keep apart what requests write in one commit', async () => {
    const writes = ['one', 'two', 'three'].map((name) => ({ name, ...newTrace() }));
    await Promise.all(
      writes.map(({ name, traceparent }) =>
        served.run(
          'admin',
          'mutation ($slug: String!) { createTag(data: { slug: $slug, label: "l" }) { slug } }',
          { slug: `traced-${name}` },
          { traceparent },
        ),
      ),
    );
    const hasTransaction = byEngine('PostgreSQL creates a row by one statement, without a transaction around it', {
      sqlite: true,
      mysql: true,
      postgresql: false,
    });
    for (const { traceId } of writes) {
      const spans = await traceOf(traceId);
      const transactions = spans.filter(({ name }) => name === 'transaction');
      const inserts = spans.filter((span) => /insert into .?Tag\b/i.test(String(factsOf(span)['db.query.text'])));
      expect(transactions).toHaveLength(hasTransaction ? 1 : 0);
      expect(inserts).toHaveLength(1);
      const { parentSpanId } = inserts[0]!;
      expect(transactions.map(({ spanId }) => spanId)).toEqual(hasTransaction ? [parentSpanId] : []);
    }
  });

  it('hold no value of the caller, in an answer or in a refusal', async () => {
    const canary = 'canary-7f3a';
    const { traceId, traceparent } = newTrace();
    const find = `query ($slug: String!) { tags(where: { slug: { in: [$slug, "${canary}"] } }) { totalCount } }`;
    await served.run('admin', find, { slug: canary }, { traceparent });
    const refused = newTrace();
    const create = `mutation { createTag(data: { slug: "${canary}", label: "${canary}" }) { slug } }`;
    await served.run('guest', create, {}, { traceparent: refused.traceparent });
    const spans = [...(await traceOf(traceId)), ...(await traceOf(refused.traceId))];
    expect(JSON.stringify(spans)).not.toContain(canary);
    const [operation] = spans.filter((span) => span.traceId === refused.traceId && span.name === 'operation');
    // What the caller may not is no fault of the server.
    expect([factsOf(operation!)['error.type'], operation!.status.code ?? 0]).toEqual(['FORBIDDEN', 0]);
  });
});

describe('tracing', () => {
  it('is off until a variable of OpenTelemetry says where spans go', () => {
    expect(readConfig({}).tracing).toBeUndefined();
    expect(readConfig({ OTEL_SERVICE_NAME: 'x' }).tracing).toBeUndefined();
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:4318/';
    const url = 'http://localhost:4318/v1/traces';
    expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT }).tracing).toEqual({ protocol: 'http/protobuf', url });
    expect(readConfig({ OTEL_TRACES_EXPORTER: 'otlp' }).tracing).toEqual({ protocol: 'http/protobuf', url: undefined });
    expect(readConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a/b' }).tracing?.url).toBe('http://a/b');
    expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }).tracing).toBeUndefined();
    expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' }).tracing).toBeUndefined();
  });

  it('refuses what it cannot do', () => {
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(
      'OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" is neither http/protobuf nor http/json.',
    );
    expect(() => readConfig({ OTEL_TRACES_EXPORTER: 'zipkin' })).toThrow(
      'OTEL_TRACES_EXPORTER: "zipkin" is neither otlp nor none.',
    );
  });
});
