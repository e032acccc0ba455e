/** What a caller can do to the server below GraphQL: slow, long, broken and aborted requests. Numbers are those of the catalogue. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionLimits } from '../../src/server/connection-limits.ts';
import { listen, type Listening } from '../../src/server/listen.ts';
import { exchange, openRaw, statusOf } from '../support/raw-http.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let listening: Listening;
/** As in production, but less patient. */
const limits = { headersMs: 400, bodyMs: 400, idleMs: 400, maxConnectionsPerAddress: 40 };
beforeAll(async () => {
  served = await serve();
  listening = await listen(served.server, { host: '127.0.0.1', port: 0, limits });
});
afterAll(async () => {
  await listening.close();
  await served[Symbol.asyncDispose]();
});

const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n';
const ask = () =>
  fetch(`http://127.0.0.1:${listening.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: '{"query":"{ __typename }"}',
  }).then((response) => response.json());
const answers = async () => expect(await ask()).toEqual({ data: { __typename: 'Query' } });

describe('slow connections (77)', () => {
  it.each([
    ['headers', 'POST /graphql HTTP/1.1\r\nHost:'],
    ['bodies', `${head}Content-Length: 100\r\n\r\n{"query":`],
  ])('are closed when their %s do not come', async (_, text) => {
    const slow = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const connection = await openRaw(listening.port);
        connection.send(text);
        return connection;
      }),
    );
    await answers();
    for (const { closed } of slow) expect([408, 'closed']).toContain(statusOf(await closed));
  });

  it('are closed when bytes of the body drip', async () => {
    using connection = await openRaw(listening.port);
    connection.send(`${head}Content-Length: 100000\r\n\r\n`);
    const drip = setInterval(() => connection.send(' '), 50);
    expect(statusOf(await connection.closed)).toBe(408);
    clearInterval(drip);
  });

  it('are closed when nobody takes the answer', async () => {
    using connection = await openRaw(listening.port);
    connection.socket.pause();
    const page = 'GET /-/schema.graphql HTTP/1.1\r\nHost: localhost\r\n\r\n';
    connection.send(page.repeat(60));
    await expect.poll(() => listening.connections(), { timeout: 10_000 }).toBe(0);
  });
});

describe('many connections (78)', () => {
  it('from one address are closed beyond the limit, and no others', async () => {
    const idle = await Promise.all(Array.from({ length: 60 }, () => openRaw(listening.port)));
    const early = await Promise.all(
      idle.map(({ closed }) =>
        Promise.race([closed.then(() => 'closed'), new Promise((r) => setTimeout(r, 200, 'open'))]),
      ),
    );
    expect(early.filter((state) => state === 'open')).toHaveLength(limits.maxConnectionsPerAddress);
    for (const connection of idle) connection[Symbol.dispose]();
    await expect.poll(() => listening.connections(), { timeout: 20_000 }).toBe(0);
    await answers();
  });

  it('are bounded in all', () => {
    expect(connectionLimits.maxConnections).toBeLessThanOrEqual(5_000);
  });
});

describe('bodies', () => {
  const json = '{"query":"{ __typename }"}';
  const compressed = gzipSync(Buffer.alloc(10_000_000, ' ')).toString('latin1');

  it.each([
    ['too long by what it says of itself (75)', `${head}Content-Length: 20000000\r\n\r\n{`, [413]],
    ['of no declared length (75)', `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`, [411]],
    ['that waits to be asked for (75)', `${head}Content-Length: 20000000\r\nExpect: 100-continue\r\n\r\n`, [413]],
    ['shorter than it says (75)', `${head}Content-Length: 500\r\n\r\n${json}`, [408]],
    [
      'compressed (76)',
      `${head}Content-Encoding: gzip\r\nContent-Length: ${compressed.length}\r\n\r\n${compressed}`,
      [415],
    ],
    ['of two lengths (99)', `${head}Content-Length: 26\r\nContent-Length: 27\r\n\r\n${json}`, [400]],
    ['of a length and chunked (99)', `${head}Content-Length: 26\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
    ['of an unknown encoding (99)', `${head}Transfer-Encoding: xchunked\r\n\r\n${json}`, [400]],
    ['behind a folded header (99)', `${head}Content-Length: 26\r\nX-A: b\r\n c: d\r\n\r\n${json}`, [400]],
  ])('%s are refused', async (_, text, expected) => {
    const answer = (await exchange(listening.port, text)).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
    expect(expected).toContain(statusOf(answer));
    await answers();
  });
});

describe('addresses and headers (86)', () => {
  const get = (path: string, more = '') =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`;

  it.each([
    ['an address of 10,000 characters', get(`/${'a'.repeat(10_000)}`), 414],
    ['headers of 9,000 characters', get('/livez', `X-A: ${'a'.repeat(9_000)}\r\n`), 431],
    ['headers of 90,000 characters', get('/livez', `X-A: ${'a'.repeat(90_000)}\r\n`), 431],
    ['a path that is none', get('/no/such/page'), 404],
    ['to be shown what was sent', get('/graphql').replace('GET', 'TRACE'), 405],
  ])('refuse %s', async (_, text, status) => {
    expect(statusOf(await exchange(listening.port, text))).toBe(status);
  });
});

describe('callers who leave (129)', () => {
  it('in the middle of a request leave nothing behind', async () => {
    const query = JSON.stringify({ query: '{ cities(first: 100) { nodes { name } } }' });
    for (let round = 0; round < 10; round++) {
      const connections = await Promise.all(
        Array.from({ length: 30 }, async () => {
          const connection = await openRaw(listening.port);
          connection.send(`${head}Content-Length: ${query.length}\r\n\r\n${query}`);
          return connection;
        }),
      );
      for (const { socket } of connections) socket.resetAndDestroy();
    }
    await expect.poll(() => listening.connections(), { timeout: 20_000 }).toBe(0);
    await answers();
    expect(served.log.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });
});
