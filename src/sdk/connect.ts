import { PergolaError, type ErrorAnswer } from './errors.ts';
import { apiHash } from './generated/api-hash.ts';
import type { DecodeTree, Operation } from './operation.ts';
import { decode, encode } from './scalars.ts';
import { inDevelopment, warnOfDrift } from './warn-of-drift.ts';

export interface ConnectOptions {
  /** Of the GraphQL endpoint: `https://example.org/graphql`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`; a function is asked before each request. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Whether a browser sends its cookie; `include` for another origin. */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** How often a request that is safe to repeat is tried again; 2 unless told. */
  readonly retries?: number | undefined;
  /** Told of fields that the viewer may not read: they are null in the answer. */
  readonly onDenied?: ((errors: readonly ErrorAnswer[]) => void) | undefined;
  /**
   * Told once when the server's API is another than the one that this SDK was built from. Unless given, a warning is
   * printed, except where NODE_ENV is production.
   */
  readonly onDrift?: ((drift: Drift) => void) | undefined;
}

export type DriftStatus = 'current' | 'compatible' | 'stale' | 'broken';

export interface Drift {
  readonly status: Exclude<DriftStatus, 'current'>;
  /** Of the API that this SDK was built from. */
  readonly apiHash: string;
  /** When broken: which of the operations that this client used fail, and why. */
  readonly failing: readonly { readonly operation: string; readonly reason: string }[];
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The same key for the same mutation makes it happen once; it may then be repeated when the way fails. */
  readonly idempotencyKey?: string | undefined;
}

export interface Sent {
  readonly text: string;
  readonly name?: string | undefined;
  readonly kind: 'query' | 'mutation';
  readonly decode: DecodeTree;
  readonly variables: unknown;
}

export interface Connection {
  /** Runs a ready-made operation. @throws PergolaError */
  run<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): Promise<Data>;
  /** Sends any document; errors come beside the data. @throws PergolaError when no answer came. */
  send(sent: Sent, options?: CallOptions): Promise<{ readonly data: unknown; readonly errors: readonly ErrorAnswer[] }>;
}

/** The way to one server. Nothing of it is kept between calls but what `onDrift` needs, and for seconds that something was written. */
export function connect(options: ConnectOptions): Connection {
  const used = new Map<string, string>();
  const onDrift = options.onDrift ?? (inDevelopment() ? warnOfDrift : undefined);
  let told = false;
  let primaryUntil = 0;

  async function send(sent: Sent, { signal, idempotencyKey }: CallOptions = {}) {
    used.set(sent.name ?? sent.text, sent.text);
    const body = encode({ query: sent.text, variables: sent.variables });
    const headers = {
      ...options.headers,
      ...(await authorization(options)),
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      'pergola-api': apiHash,
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      ...(performance.now() < primaryUntil && { 'pergola-primary': '1' }),
    };
    // A mutation without a key may have happened although no answer came: it is never sent twice.
    const retries = sent.kind === 'query' || idempotencyKey ? (options.retries ?? 2) : 0;
    const response = await tryAgain(retries, signal, () =>
      (options.fetch ?? fetch)(options.url, {
        method: 'POST',
        headers,
        body,
        ...(options.credentials && { credentials: options.credentials }),
        ...(signal && { signal }),
      }),
    );
    const answer = await read(response);
    // What it has written must be in what it reads next, whichever server and replica answer.
    const primaryFor = Number(response.headers.get('pergola-primary-for') ?? 0);
    if (primaryFor > 0) primaryUntil = performance.now() + primaryFor * 1000;
    await notice(response.headers.get('pergola-api-status') as DriftStatus | null);
    const errors = answer.errors ?? [];
    if (answer.data === undefined || answer.data === null) {
      throw new PergolaError(errors.length > 0 ? errors : [noAnswer(response.status)], response.status);
    }
    return { data: decode(answer.data, sent.decode), errors };
  }

  async function notice(status: DriftStatus | null) {
    if (told || !onDrift || status === null || status === 'current') return;
    told = true;
    onDrift(status === 'compatible' ? { status, apiHash, failing: [] } : await askWhatFails(options, used, status));
  }

  return {
    send,
    async run({ kind, name, field, text, decode: tree }, variables, call) {
      const { data, errors } = await send({ kind, name, text, decode: { [field]: tree }, variables }, call);
      const denied = errors.filter(
        ({ extensions, path }) => extensions?.code === 'FORBIDDEN' && (path?.length ?? 0) > 1,
      );
      // A withheld field is a null in an answer that is good; everything else is a failure.
      if (denied.length < errors.length) {
        throw new PergolaError(errors.toSorted((a, b) => Number(denied.includes(a)) - Number(denied.includes(b))));
      }
      if (denied.length > 0) options.onDenied?.(denied);
      return (data as Record<string, unknown>)[field] as never;
    },
  };
}

async function authorization({ token }: ConnectOptions): Promise<Record<string, string>> {
  const value = typeof token === 'function' ? await token() : token;
  return value ? { authorization: `Bearer ${value}` } : {};
}

const retriedStatus = new Set([502, 503, 504]);

async function tryAgain(retries: number, signal: AbortSignal | undefined, ask: () => Promise<Response>) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await ask();
      if (attempt >= retries || !retriedStatus.has(response.status)) return response;
    } catch (error) {
      // An abort is the caller's own wish, and reaches the caller as it is.
      if (signal?.aborted) throw error;
      if (attempt >= retries) {
        const message = `The server cannot be reached: ${(error as Error).message}.`;
        throw new PergolaError([{ message, extensions: { code: 'NETWORK' } }], undefined, error);
      }
    }
    const milliseconds = 100 * 2 ** attempt;
    await new Promise((resolve) => setTimeout(resolve, milliseconds + Math.random() * milliseconds));
    signal?.throwIfAborted();
  }
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly ErrorAnswer[];
}

async function read(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    throw new PergolaError([noAnswer(response.status)], response.status, error);
  }
}

const noAnswer = (status: number): ErrorAnswer => ({
  message: `The server answered ${status}, and not in GraphQL.`,
  extensions: { code: 'BAD_ANSWER' },
});

async function askWhatFails(
  options: ConnectOptions,
  used: ReadonlyMap<string, string>,
  status: 'stale' | 'broken',
): Promise<Drift> {
  try {
    const response = await (options.fetch ?? fetch)(new URL('/-/sdk/handshake', options.url), {
      method: 'POST',
      headers: { ...options.headers, ...(await authorization(options)), 'content-type': 'application/json' },
      body: JSON.stringify({ apiHash, operations: Object.fromEntries(used) }),
      ...(options.credentials && { credentials: options.credentials }),
    });
    const answer = (await response.json()) as { status: 'stale' | 'broken'; failing: Drift['failing'] };
    return { status: answer.status, apiHash, failing: answer.failing };
  } catch {
    // What drifted is told all the same; only the particulars are missing.
    return { status, apiHash, failing: [] };
  }
}
