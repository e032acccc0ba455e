/** Secrets and values of callers turn up in no log, no error, no metric (case 24), and write no line of their own (case 95). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import { useMetrics } from '../../src/server/use-metrics.ts';
import { adminPassword } from '../server/graphiql-rows.ts';
import { serve, type Answer, type Served } from '../support/served.ts';
import { noTable, withoutTable } from '../support/sabotage.ts';
import { testEngine } from '../support/test-engine.ts';

const metricsToken = 'canary-metrics-token';
let served: Served;
const answers: Answer[] = [];
beforeAll(async () => {
  const metrics = createMetrics();
  served = await serve(
    { NODE_ENV: 'production', PERGOLA_SECRET: 'canary-secret-of-the-configuration' },
    { weaken: ({ yoga, plugins }) => ({ yoga, plugins: { ...plugins, metrics: useMetrics(metrics, metricsToken) } }) },
  );
});
afterAll(() => served[Symbol.asyncDispose]());

async function send(
  body: string | object,
  { path = '/graphql', headers = {}, method = 'POST' }: { path?: string; headers?: object; method?: string } = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await served.request({
    path,
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'POST' && { body: text }),
  });
  answers.push(answer);
  return answer;
}

const signIn =
  'mutation ($e: String!, $p: String!, $c: String) { signIn(email: $e, password: $p, code: $c) { token } }';

describe('a canary (24)', () => {
  it('in a password, token, cookie, variable, address or header is in no log, error or metric', async () => {
    const own = (await send({ query: signIn, variables: { e: 'admin@example.test', p: adminPassword } })).body.data
      .signIn.token as string;
    answers.length = 0;
    const bearer = { authorization: `Bearer ${own}` };
    await send({
      query: signIn,
      variables: { e: 'canary-email@example.test', p: 'canary-password', c: 'canary-code' },
    });
    await send({ query: `mutation { signIn(email: "admin@example.test", password: "canary-inline") { token } }` });
    await send(
      { query: 'mutation { changePassword(current: "canary-current", new: "canary-new-password") { token } }' },
      { headers: bearer },
    );
    await send({ query: 'mutation { resetPassword(token: "canary-link", password: "canary-reset") }' });
    for (const authorization of ['Bearer canary-token', 'Bearer pgl_0000000000000000_canary', 'Basic canary', own])
      await send({ query: '{ viewer { kind } }' }, { headers: { authorization } });
    await send({ query: '{ viewer { kind } }' }, { headers: { cookie: '__Host-pergola=canarycookie; other=canary' } });
    await send('{"query":"{ viewer { kind } canary-broken');
    await send({ query: '{ viewer { kind } }' }, { path: '/graphql?access_token=canary-address' });
    await send('', { path: '/graphql?query={canaryField}&variables={"a":"canary"}', method: 'GET', headers: bearer });
    await send('', { path: '/-/canary-path?canary=1', method: 'GET' });
    const headers = {
      ...bearer,
      'x-request-id': 'canary id',
      'user-agent': 'canary-agent',
      referer: 'https://canary.test/',
    };
    await send({ query: '{ viewer { kind } }', operationName: 'canaryName' }, { headers });
    await send({ query: '{ viewer { kind } }' }, { headers: { origin: 'https://canary.test' } });
    await send('slug,label\ncanary-row,\n', { path: '/-/import/Tag?format=csv&key=slug', headers: bearer });
    // What nobody expects is logged whole: the database's own words, and still none of the values.
    const tag = 'mutation ($d: TagCreateInput!) { createTag(data: $d) { slug } }';
    const { unguarded } = served.platform.database;
    const broken = await withoutTable(unguarded, 'Tag', async () => [
      await send({ query: tag, variables: { d: { slug: 'canary-slug', label: 'canary-label' } } }, { headers: bearer }),
      await send(
        { query: '{ tags(where: { slug: { equals: "canary-literal" } }) { totalCount } }' },
        { headers: bearer },
      ),
    ]);
    expect(broken.map(({ body }) => body.errors[0].extensions.code)).toEqual(['INTERNAL', 'INTERNAL']);

    const metrics = await served.request({
      path: '/metrics',
      method: 'GET',
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    expect(metrics.body).toContain('pergola_operations_total');
    const log = served.log.join('');
    expect(log).toContain(noTable[testEngine]);
    // Somebody who has tried passwords is found by what they were told.
    expect(log).toContain('"codes":["SIGN_IN_FAILED"]');
    for (const secret of [/canary/i, new RegExp(own), new RegExp(adminPassword)]) {
      expect(log).not.toMatch(secret);
      expect(metrics.body).not.toMatch(secret);
    }
    // An error says the offending value to who has sent it, but never a secret.
    const told = answers.map(({ body }) => JSON.stringify(body) ?? '').join('\n');
    expect(told.length).toBeGreaterThan(1_000);
    expect(told).not.toMatch(
      /canary-(email|password|code|inline|current|new|link|reset|token|secret|address|slug|literal)/,
    );
    expect(told).not.toMatch(/canarycookie|_canary|Basic/);
    expect(told).not.toContain(own);
  });
});

describe('a line of the log (95)', () => {
  it.each([
    ['a line break', 'a\n{"level":"info","msg":"forged"}'],
    ['a terminal sequence', '\u001b[2J\u001b[31mforged'],
    ['a megabyte', `forged${'x'.repeat(900_000)}`],
  ])('is written by no name with %s', async (_, name) => {
    const before = served.log.length;
    await send({ query: '{ viewer { kind } }', operationName: name });
    await send({ query: `query ${name.slice(0, 900_000)} { viewer { kind } }` });
    await send(
      { query: '{ viewer { kind } }' },
      { headers: { 'x-request-id': encodeURIComponent(name).slice(0, 5_000) } },
    );
    const lines = served.log.slice(before);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line.endsWith('}\n') && line.indexOf('\n') === line.length - 1).toBe(true);
      // An escape sequence is what a terminal would be forged with.
      // oxlint-disable-next-line no-control-regex
      expect(line).not.toMatch(/\u001b|"msg":"forged"/);
      expect(line.length).toBeLessThan(1_000);
      expect(JSON.parse(line)).toMatchObject({ msg: 'operation' });
    }
  });
});
