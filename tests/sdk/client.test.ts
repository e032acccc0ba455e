/** The client at run time, against the real server: what it repeats, what it leaves alone, and what values are. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMetrics, type Metrics } from '../../src/server/metrics.ts';
import {
  createClient,
  graphql,
  PergolaError,
  type ConnectOptions,
  type Drift,
  type ErrorAnswer,
} from '../../src/sdk/index.ts';
import { serveSdk, type ServedSdk } from './serve-sdk.ts';

let served: ServedSdk;
let metrics: Metrics;
let token: string | undefined;
let siteId: string;
beforeAll(async () => {
  metrics = createMetrics();
  served = await serveSdk({}, { metrics });
  token = await served.secretOf('member');
  siteId = (await served.all.site.findFirst({ where: { name: { equals: 'Well 7' } } }))!.id;
});
afterAll(() => served[Symbol.asyncDispose]());
afterEach(() => void vi.restoreAllMocks());

type Fault = 'no connection' | 'lost answer' | number;

/** A client on a way with faults: each request meets the next of them, and those after the last arrive. */
function clientWith(faults: Fault[] = [], options: Partial<ConnectOptions> = {}) {
  const sent: Headers[] = [];
  const faulty: typeof fetch = async (input, init) => {
    sent.push(new Headers(init?.headers));
    const fault = faults[sent.length - 1];
    if (fault === 'no connection') throw new TypeError('fetch failed');
    if (typeof fault === 'number') return new Response('Bad gateway', { status: fault });
    const answer = await fetch(input, init);
    if (fault === 'lost answer') throw new TypeError('fetch failed');
    return answer;
  };
  return { sent, client: createClient({ url: `${served.url}/graphql`, token, fetch: faulty, ...options }) };
}

const newObservation = (quantity: string) => ({
  data: { quantity, value: '1.5', unit: 'm', measuredAt: '2026-01-01T00:00:00Z', site: { connect: { id: siteId } } },
});
const written = (quantity: string) => served.all.observation.count({ where: { quantity: { equals: quantity } } });
const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PergolaError);
  return error as PergolaError;
};

describe('a read', () => {
  it.each<[Fault[], number]>([
    [['no connection'], 2],
    [['lost answer', 503], 3],
    [[502, 504], 3],
  ])('is tried again after %j', async (faults, requests) => {
    const { client, sent } = clientWith(faults);
    expect((await client.surveys.list({ first: 1 })).nodes).toHaveLength(1);
    expect(sent).toHaveLength(requests);
  });
  it('fails in the end, and says that the server cannot be reached', async () => {
    const { client, sent } = clientWith(['no connection', 'no connection', 'no connection']);
    const { code, message, cause } = await failureOf(client.surveys.list());
    expect([code, message]).toEqual(['NETWORK', 'The server cannot be reached: fetch failed.']);
    expect(cause).toBeInstanceOf(TypeError);
    expect(sent).toHaveLength(3);
  });
  it('is not tried again when the server has answered', async () => {
    const { client, sent } = clientWith([500]);
    const { code, status } = await failureOf(client.surveys.list());
    expect([code, status, sent.length]).toEqual(['BAD_ANSWER', 500, 1]);
  });
  it('of a document of your own is one too, and a mutation is none', async () => {
    const read = clientWith([503]);
    await read.client.request(graphql('query Mutation { surveys(first: 1) { nodes { id } } }'));
    expect(read.sent).toHaveLength(2);
    const write = clientWith([503]);
    const document = graphql('mutation ($data: TagCreateInput!) { createTag(data: $data) { slug } }');
    await failureOf(write.client.request(document, { data: { slug: 'never', label: 'Never' } }));
    expect(write.sent).toHaveLength(1);
  });
});

describe('a mutation', () => {
  it('is never sent twice without a key, for it may have happened', async () => {
    const { client, sent } = clientWith(['lost answer']);
    expect((await failureOf(client.observations.create(newObservation('unsure')))).code).toBe('NETWORK');
    expect([sent.length, await written('unsure')]).toEqual([1, 1]);
  });
  it('with a key is sent again, and happens once', async () => {
    const { client, sent } = clientWith(['lost answer', 503]);
    const first = await client.observations.create(newObservation('sure'), { idempotencyKey: 'sure' });
    expect(sent.map((headers) => headers.get('idempotency-key'))).toEqual(['sure', 'sure', 'sure']);
    const again = await client.observations.create(newObservation('sure'), { idempotencyKey: 'sure' });
    expect([again, await written('sure')]).toEqual([first, 1]);
  });
  it('with the key of another is refused', async () => {
    const { client } = clientWith();
    await client.observations.create(newObservation('mine'), { idempotencyKey: 'mine' });
    const { code } = await failureOf(client.observations.create(newObservation('theirs'), { idempotencyKey: 'mine' }));
    expect([code, await written('theirs')]).toEqual(['IDEMPOTENCY_KEY_REUSED', 0]);
  });
});

describe('an abort', () => {
  it('ends the request, and is not tried again', async () => {
    const { client, sent } = clientWith();
    const controller = new AbortController();
    const call = client.surveys.list({}, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(sent).toHaveLength(1);
  });
  it('ends the wait for the next try', async () => {
    const { client, sent } = clientWith(['no connection']);
    const call = client.surveys.list({}, { signal: AbortSignal.timeout(20) });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    await sleep(250);
    expect(sent).toHaveLength(1);
  });
});

describe('values', () => {
  const exact = {
    value: '0.123456789012345',
    serialNumber: 9_007_199_254_740_993n,
    rawFrame: Uint8Array.from([0, 127, 128, 255]),
    measuredAt: new Date('2026-02-28T23:59:59.987Z'),
    details: { nested: [1, null, { deep: 'value' }] },
  };
  it('are exact in both directions', async () => {
    const { client } = clientWith();
    const data = { ...newObservation('exact').data, ...exact };
    const created = await client.observations.create({ data });
    expect(created).toMatchObject(exact);
    expect(await client.observations.get({ where: { id: created!.id } })).toMatchObject(exact);
    const found = await client.observations.list({ where: { serialNumber: { equals: 9_007_199_254_740_993n } } });
    expect(found.nodes.map(({ id }) => id)).toEqual([created!.id]);
    const near = await client.observations.list({ where: { serialNumber: { equals: 9_007_199_254_740_992n } } });
    expect(near.nodes).toEqual([]);
  });
  it('are the same in documents of your own: under aliases, in fragments, beside strings that look like GraphQL', async () => {
    const { client } = clientWith();
    const fragment = graphql(
      'fragment Numbers on Observation { serial: serialNumber site { observations(first: 1) { nodes { at: createdAt } } } }',
    );
    const document = graphql(
      `
        # { a comment }
        query Mine($where: ObservationWhere) {
          mine: observations(where: $where, orderBy: [{ createdAt: desc }]) {
            nodes {
              ... on Observation {
                rawFrame
                measuredAt @include(if: true)
              }
              ...Numbers
              value
            }
          }
          none: surveys(where: { title: { equals: "} { measuredAt" } }) {
            nodes {
              createdAt
            }
          }
        }
      `,
      [fragment],
    );
    const { mine, none } = await client.request(document, { where: { quantity: { equals: 'exact' } } });
    const [row] = mine.nodes;
    expect([row?.serial, row?.rawFrame, row?.measuredAt, row?.value]).toEqual([
      exact.serialNumber,
      exact.rawFrame,
      exact.measuredAt,
      exact.value,
    ]);
    expect(row?.site?.observations.nodes[0]?.at).toBeInstanceOf(Date);
    expect(none.nodes).toEqual([]);
  });
});

describe('an error', () => {
  it('has the code of the server, and says where', async () => {
    const { client } = clientWith();
    const data = { ...newObservation('dated').data, measuredAt: 'yesterday' };
    const { code, message } = await failureOf(client.observations.create({ data }));
    expect([code, message]).toEqual(['BAD_INPUT', expect.stringContaining('yesterday')]);
    const absent = await failureOf(client.observations.delete({ where: { id: 'none' } }));
    expect([absent.code, absent.path]).toEqual(['NOT_FOUND', ['deleteObservation']]);
  });
  it('of one field leaves the rest: it is null, and told', async () => {
    const told: ErrorAnswer[] = [];
    const { client } = clientWith([], { onDenied: (errors) => void told.push(...errors) });
    const { nodes } = await client.observations.list({ where: { unit: { equals: 'Cel' } }, first: 1 });
    expect(nodes.map(({ unit, internalNote }) => [unit, internalNote])).toEqual([['Cel', null]]);
    expect(told.map(({ path, extensions }) => [path, extensions?.code])).toEqual([
      [['observations', 'nodes', 0, 'internalNote'], 'FORBIDDEN'],
    ]);
  });
  it('of one field fails a document of your own, unless it is executed', async () => {
    const { client } = clientWith();
    const document = graphql('{ observations(first: 1) { nodes { unit internalNote } } }');
    const { code, path } = await failureOf(client.request(document));
    expect([code, path]).toEqual(['FORBIDDEN', ['observations', 'nodes', 0, 'internalNote']]);
    const { data, errors } = await client.execute(document);
    expect([data.observations.nodes[0]?.internalNote, errors.length]).toEqual([null, 1]);
  });
});

it('goes through all rows, page by page, as far as it is asked', async () => {
  const { client, sent } = clientWith();
  const all: string[] = [];
  for await (const { name } of client.countries.all({ first: 1, orderBy: [{ name: 'desc' }] })) all.push(name);
  expect([all, sent.length]).toEqual([['Netherlands', 'Belgium'], 2]);
  for await (const { name } of client.countries.all({ first: 1 })) if (name) break;
  expect(sent).toHaveLength(3);
});

it('asks for the token before each request', async () => {
  const tokens = [await served.secretOf('member'), undefined];
  const { client } = clientWith([], { token: () => Promise.resolve(tokens.shift()) });
  const own = graphql('{ viewer { kind } }');
  expect([await client.request(own), await client.request(own)]).toEqual([
    { viewer: { kind: 'user' } },
    { viewer: { kind: 'guest' } },
  ]);
});

describe('a client of another API', () => {
  /** As if it had been built from the API of another time. */
  const asOfAnotherApi: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (headers.has('pergola-api')) headers.set('pergola-api', 'a'.repeat(64));
    return fetch(input, { ...init, headers });
  };
  const misspelt = graphql('query Mine { survys { nodes { id } } }' as '{ surveys { nodes { id } } }');

  it('is told once which of its operations fail, and why', async () => {
    const drifts: Drift[] = [];
    const { client } = clientWith([], { fetch: asOfAnotherApi, onDrift: (drift) => void drifts.push(drift) });
    await failureOf(client.request(misspelt));
    await client.surveys.list();
    expect(drifts).toEqual([
      {
        status: 'broken',
        apiHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        failing: [{ operation: expect.stringContaining('Mine'), reason: expect.stringContaining('survys') }],
      },
    ]);
  });
  it('warns a developer, and nobody in production', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    vi.stubEnv('NODE_ENV', 'production');
    await failureOf(clientWith([], { fetch: asOfAnotherApi }).client.request(misspelt));
    expect(warn).not.toHaveBeenCalled();
    vi.stubEnv('NODE_ENV', 'development');
    await failureOf(clientWith([], { fetch: asOfAnotherApi }).client.request(misspelt));
    vi.unstubAllEnvs();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/refuses what this client sends:\n.*survys/)]]);
  });
  it('is counted by the server', async () => {
    const { text } = await metrics.text();
    expect(text).toMatch(/^pergola_sdk_requests_total\{status="current"\} \d+$/m);
    expect(text).toMatch(/^pergola_sdk_requests_total\{status="stale"\} [34]$/m);
    expect(text).toMatch(/^pergola_sdk_requests_total\{status="broken"\} 2$/m);
  });
});
