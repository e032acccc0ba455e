import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Config } from '../config.ts';
import type { Trace } from '../database/trace.ts';
import { PergolaError } from '../errors.ts';

/** Spans of this process, by OpenTelemetry. None holds a value of a caller's: no variable, no literal, no path, no message. */
export interface Tracing extends Trace {
  /** A request over HTTP: a child of the caller's span, and the parent of all that is done for it. */
  request<T>(request: Request, run: () => T): T;
  operation<T>(run: () => T): T;
  /** Adds to the span that is open. */
  note(facts: Readonly<Record<string, string | number>>): void;
  /** Says with which code the open span failed, and whether that is a fault of ours. */
  failed(code: string, ours: boolean): void;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

/** A statement that compiles many conditions may be much longer. */
const maxStatementLength = 2_000;

/** What a path is named by: the rest of it may be anything. */
const routes = ['/graphql', '/-/import', '/-/export', '/-/npm', '/-/sdk', '/-/graphiql', '/-/policies', '/-/limits'];
/** Asked every few seconds, by machines. */
const unnoted = new Set(['/livez', '/readyz', '/healthz', '/metrics']);

/** How spans are made, sampled, gathered and sent is said by the variables of OpenTelemetry, which its SDK reads itself. */
export function openTracing({ protocol, url }: NonNullable<Config['tracing']>): Tracing {
  const Exporter = protocol === 'http/json' ? JsonExporter : ProtobufExporter;
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'pergola' }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(new Exporter(url === undefined ? {} : { url }))],
  });
  provider.register();
  const tracer = provider.getTracer('pergola');

  /** Runs within a span of its own, which ends when what is run has ended. */
  function within<T>(
    name: string,
    { kind = SpanKind.INTERNAL, attributes = {}, parent = context.active() },
    run: () => T,
  ): T {
    return tracer.startActiveSpan(name, { kind, attributes }, parent, (span) => {
      let result: T;
      try {
        result = run();
      } catch (error) {
        endFailed(span, error);
        throw error;
      }
      if (!(result instanceof Promise)) {
        span.end();
        return result;
      }
      result.then(
        () => span.end(),
        (error: unknown) => endFailed(span, error),
      );
      return result;
    });
  }

  return {
    request(request, run) {
      const { pathname } = new URL(request.url);
      if (unnoted.has(pathname)) return run();
      const route = routes.find((it) => pathname === it || pathname.startsWith(`${it}/`));
      const parent = propagation.extract(ROOT_CONTEXT, { traceparent: request.headers.get('traceparent') });
      const attributes = { 'http.request.method': request.method, ...(route && { 'http.route': route }) };
      const name = route === undefined ? request.method : `${request.method} ${route}`;
      return within(name, { kind: SpanKind.SERVER, attributes, parent }, run);
    },
    operation: (run) => within('operation', {}, run),
    guard: (model, run) => within('guard', { attributes: { 'pergola.model': model } }, run),
    statement({ engine, sql }, run) {
      const attributes = { 'db.system.name': engine, 'db.query.text': sql.slice(0, maxStatementLength) };
      return within('statement', { kind: SpanKind.CLIENT, attributes }, run);
    },
    transaction: (run) =>
      within('transaction', {}, () => {
        const here = context.active();
        return run((act) => context.with(here, act));
      }),
    note: (facts) => void trace.getActiveSpan()?.setAttributes({ ...facts }),
    failed(code, ours) {
      const span = trace.getActiveSpan();
      span?.setAttribute('error.type', code);
      if (ours) span?.setStatus({ code: SpanStatusCode.ERROR });
    },
    close: () => provider.shutdown(),
  };
}

/** By its code or its class. Its message may hold a value. */
function endFailed(span: Span, error: unknown): void {
  span.setAttribute('error.type', error instanceof PergolaError ? error.code : errorClass(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

const errorClass = (error: unknown) => (error instanceof Error ? error.name : 'unknown');
