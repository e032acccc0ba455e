/** What there is not cannot be attacked: this fails when it comes to be, and its cases with it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listen, type Listening } from '../../src/server/listen.ts';
import { exchange, statusOf } from '../support/raw-http.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let listening: Listening;
beforeAll(async () => {
  served = await serve();
  listening = await listen(served.server, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await listening.close();
  await served[Symbol.asyncDispose]();
});

it('there are no subscriptions that could tell of foreign rows or outlive a session (29, 51, 52)', async () => {
  expect(served.platform.api.getSubscriptionType() ?? null).toBeNull();
  const { body } = await served.run('admin', 'subscription { taskChanged { id } }');
  expect([body.data ?? null, body.errors[0].extensions.code]).toEqual([null, 'BAD_REQUEST']);
});

it.each(['/graphql', '/'])('no connection becomes a WebSocket, from whatever origin: %s (11, 18, 29)', async (path) => {
  const upgrade = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nOrigin: https://evil.test\r\n\r\n`;
  const status = statusOf(await exchange(listening.port, upgrade));
  expect(status).not.toBe(101);
});
