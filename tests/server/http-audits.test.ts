/** GraphQL over HTTP, as its working group audits it: by somebody whose token may see the design. */
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listen, type Listening } from '../../src/server/listen.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let listening: Listening;
let authorization: string;
beforeAll(async () => {
  served = await serve({ NODE_ENV: 'production' });
  listening = await listen(served.server, { host: '127.0.0.1', port: 0 });
  const { id } = await served.platform.database.unguarded.user.findUniqueOrThrow({
    where: { email: 'admin@example.test' },
  });
  authorization = `Bearer ${(await served.platform.sessions.start(id)).secret}`;
});
afterAll(async () => {
  await listening.close();
  await served[Symbol.asyncDispose]();
});

it('passes every audit with a token', async () => {
  const withToken = (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), authorization } });
  const results = [];
  for (const audit of serverAudits({ url: `http://127.0.0.1:${listening.port}/graphql`, fetchFn: withToken }))
    results.push(await audit.fn());
  expect(
    results.flatMap((result) => (result.status === 'ok' ? [] : [`${result.id} ${result.name}: ${result.reason}`])),
  ).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(61);
});

it('answers a query by GET to a token only, keeps it out of caches, and runs no mutation (6)', async () => {
  const get = (query: string, headers: Record<string, string>) =>
    served.request({ method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}`, headers });
  const answer = await get('{ viewer { kind } }', { authorization });
  expect([answer.status, answer.body]).toEqual([200, { data: { viewer: { kind: 'user' } } }]);
  expect(answer.headers.get('cache-control')).toBe('private, no-store');
  const cookie = authorization.replace('Bearer ', '__Host-pergola=');
  expect((await get('{ viewer { kind } }', { cookie })).status).toBe(405);
  expect((await get('{ viewer { kind } }', { cookie, authorization: 'Bearer x' })).status).toBe(401);
  expect((await get('mutation { signOut }', { authorization })).status).toBe(405);
  expect((await get('{ viewer { kind } }', { authorization })).status).toBe(200);
});
