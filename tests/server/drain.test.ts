/** Stopping, as the callers see it (case 120), and what the probes say meanwhile (case 128). */
import { buildSchema, type GraphQLSchema } from 'graphql';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { readConfig } from '../../src/config.ts';
import { listen } from '../../src/server/listen.ts';
import type { Checks } from '../../src/server/readiness.ts';
import { createServer } from '../../src/server/server.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

/** A server whose one field answers when the test says so, and whose one subscription never ends. */
async function listening({ checks = {} }: { checks?: Checks } = {}) {
  const begun = withResolvers<void>();
  const answer = withResolvers<string>();
  const stopping = new AbortController();
  const platform = { ...served.platform, api: slowApi(begun.resolve, answer.promise) };
  const config = readConfig({ NODE_ENV: 'test' });
  const logger = pino({ level: 'silent' });
  const { personas } = application;
  const server = createServer({ platform, config, logger, personas, checks, stopping: stopping.signal });
  const { port, close } = await listen(server, { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}`;
  const post = (query: string, accept = 'application/json') =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    });
  const stop = (patienceMs?: number) => {
    stopping.abort();
    return close(patienceMs);
  };
  return { url, post, begun: begun.promise, answer: answer.resolve, stop };
}

/** As `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

function slowApi(begun: () => void, answer: Promise<string>): GraphQLSchema {
  const api = buildSchema('type Query { slow: String } type Subscription { ticks: Int }');
  api.getQueryType()!.getFields()['slow']!.resolve = () => {
    begun();
    return answer;
  };
  api.getSubscriptionType()!.getFields()['ticks']!.subscribe = async function* () {
    yield { ticks: 1 };
    await new Promise(() => {});
  };
  return api;
}

describe('a server that stops', () => {
  it('finishes what is under way, sends others elsewhere, and is gone when that is done', async () => {
    const { url, post, begun, answer, stop } = await listening();
    const underWay = post('{ slow }');
    await begun;
    const stopped = stop();

    for (const path of ['/graphql', '/readyz']) {
      const late = await fetch(`${url}${path}`);
      expect([late.status, late.headers.get('connection')]).toEqual([503, 'close']);
      expect(await late.json()).toMatchObject({ errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] });
    }
    answer('done');
    expect(await (await underWay).json()).toEqual({ data: { slow: 'done' } });
    expect(await stopped).toEqual({ cutOff: false });
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('completes streams (120)', async () => {
    const { post, stop } = await listening();
    const stream = await post('subscription { ticks }', 'text/event-stream');
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"ticks":1')) text += (await reader.read()).value;
    const stopped = stop();
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(text).toContain('event: complete');
    expect(await stopped).toEqual({ cutOff: false });
  });

  it('waits for nothing when nothing is under way, whoever keeps a connection', async () => {
    const { url, stop } = await listening();
    await (await fetch(`${url}/livez`)).text();
    expect(await stop()).toEqual({ cutOff: false });
  });

  it('cuts off what takes too long', async () => {
    const { post, begun, stop } = await listening();
    const underWay = post('{ slow }').catch(() => 'cut off');
    await begun;
    expect(await stop(100)).toEqual({ cutOff: true });
    expect(await underWay).toBe('cut off');
  });
});

describe('the probes', () => {
  it('say what keeps the server from answering, and no more', async () => {
    const secret = () => Promise.reject(new Error('mysql://root:tiger@db refused'));
    const never = () => new Promise<string>(() => {});
    const checks: Checks = { database: secret, migrations: () => Promise.resolve('2 not applied'), cache: never };
    const { url, stop } = await listening({ checks });
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      {
        status: 'not ready',
        // On a machine that is busy with other things, it may stand still.
        checks: {
          database: 'failed',
          migrations: '2 not applied',
          cache: 'does not answer',
          eventLoop: expect.stringMatching(/^(ok|stands still)$/),
        },
      },
    ]);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    await stop();
  });

  it('ask the database once, however many ask them', async () => {
    let asked = 0;
    const checks = { database: () => Promise.resolve(asked++ === 0 ? 'ok' : 'asked again') };
    const { url, stop } = await listening({ checks });
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/healthz`)));
    for (const answer of answers) expect(await answer.json()).toMatchObject({ checks: { database: 'ok' } });
    expect(asked).toBe(1);
    await stop();
  });

  it('notice that the event loop stands still, and that it runs again (128)', async () => {
    const { url, stop } = await listening();
    const end = performance.now() + 300;
    while (performance.now() < end);
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ checks: { eventLoop: 'stands still' } });
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 10_000 }).toBe(200);
    await stop();
  });
});
