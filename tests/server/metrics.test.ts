/** Figures for Prometheus and lines of the log: what they say, to whom, and what they never say. */
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { readConfig } from '../../src/config.ts';
import { createGate } from '../../src/database/engines/gate.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { createServer } from '../../src/server/server.ts';
import { serve, type Served } from '../support/served.ts';
import { adminPassword } from './graphiql-rows.ts';

const token = 'a-token-of-sixteen-characters';
let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

function measured() {
  const log: string[] = [];
  const server = createServer({
    platform: served.platform,
    config: readConfig({ NODE_ENV: 'test', METRICS_TOKEN: token }),
    logger: pino({ level: 'info' }, { write: (line: string) => void log.push(line) }),
    personas: application.personas,
    metrics: createMetrics(),
  });
  const post = (body: object) =>
    server.fetch('http://localhost:4000/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const figures = async (authorization = `Bearer ${token}`) => {
    const response = await server.fetch('http://localhost:4000/metrics', { headers: { authorization } });
    return { status: response.status, lines: (await response.text()).split('\n') };
  };
  const send = (url: string, init: RequestInit) => server.fetch(url, init);
  return { post, send, figures, log };
}

describe('/metrics', () => {
  it('counts operations, their statements and rows, errors and answers', async () => {
    const { post, figures } = measured();
    await post({ query: 'query Names { tags { nodes { slug } } }' });
    await post({ query: '{ nothing }' });
    const { lines } = await figures();
    const tags = await served.all.tag.findMany({});
    expect(lines).toEqual(
      expect.arrayContaining([
        'pergola_operations_total{type="query",viewer="guest"} 1',
        expect.stringMatching(/^pergola_document_statements_total\{hash="[0-9a-f]{12}"\} 1$/),
        expect.stringMatching(new RegExp(`^pergola_document_rows_total\\{hash="[0-9a-f]{12}"\\} ${tags.length}$`)),
        'pergola_operation_seconds_count{type="query"} 1',
        'pergola_errors_total{code="BAD_REQUEST"} 1',
        'pergola_http_responses_total{status="200"} 2',
        expect.stringMatching(/^nodejs_eventloop_lag_p99_seconds /),
        expect.stringMatching(/^process_resident_memory_bytes \d+/),
      ]),
    );
  });

  it('counts the rows of files by what became of them', async () => {
    const { send, figures } = measured();
    const { id } = await served.platform.database.unguarded.user.findUniqueOrThrow({
      where: { email: 'admin@example.test' },
    });
    const authorization = `Bearer ${(await served.platform.sessions.start(id)).secret}`;
    const file = 'slug,label\nmetered-1,One\nmetered-2,Two\n';
    const headers = { authorization, 'content-type': 'text/csv' };
    const target = 'http://localhost:4000/-/import/Tag?format=csv&key=slug';
    expect((await send(target, { method: 'POST', headers, body: file })).status).toBe(200);
    expect((await figures()).lines).toEqual(
      expect.arrayContaining([
        'pergola_import_rows_total{outcome="created"} 2',
        'pergola_import_rows_total{outcome="refused"} 0',
      ]),
    );
  });

  it('counts what the budgets of rate limits held and what they did not', async () => {
    const metrics = createMetrics();
    await using limited = await serve({}, { metrics, rates: { guesses: { max: 2, windowSeconds: 60 } } });
    const query = 'mutation { signIn(email: "admin@example.test", password: "wrong password") { token } }';
    for (let at = 0; at < 3; at++)
      await limited.request({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
    const { text } = await metrics.text();
    const lines = text
      .split('\n')
      .filter((line) => /^pergola_rate_limits_total\{budget="(guesses|signIns)"/.test(line));
    expect(lines.toSorted()).toEqual([
      // Asked once more, for a device that is known: time must not tell.
      'pergola_rate_limits_total{budget="guesses",outcome="refused"} 2',
      'pergola_rate_limits_total{budget="guesses",outcome="taken"} 2',
      'pergola_rate_limits_total{budget="signIns",outcome="taken"} 3',
    ]);
  });

  it('tells how many requests the database is asked and how many wait', async () => {
    const { through, load } = createGate({ width: 2, maxWaiting: 5, patienceMs: 5_000 });
    const metrics = createMetrics();
    metrics.watchDatabase(load);
    let end = () => {};
    const answer = new Promise<void>((resolve) => (end = resolve));
    const asked = Array.from({ length: 5 }, () => through(() => answer));
    const lines = async () =>
      (await metrics.text()).text.split('\n').filter((line) => line.startsWith('pergola_database'));
    expect(await lines()).toEqual([
      'pergola_database_requests{state="running"} 2',
      'pergola_database_requests{state="waiting"} 3',
    ]);
    end();
    await Promise.all(asked);
    expect(await lines()).toEqual([
      'pergola_database_requests{state="running"} 0',
      'pergola_database_requests{state="waiting"} 0',
    ]);
  });

  it.each(['', 'Bearer ', `Bearer ${token}x`, `bearer ${token}`, `Basic ${token}`])(
    'shows nothing to %j',
    async (authorization) => {
      const { status, lines } = await measured().figures(authorization);
      expect([status, lines]).toEqual([401, ['']]);
    },
  );

  it('does not grow with the documents that callers make up', async () => {
    const { post, figures } = measured();
    for (let at = 0; at < 250; at++) await post({ query: `{ a${at}: __typename }` });
    const { lines } = await figures();
    const documents = lines.filter((line) => line.startsWith('pergola_document_operations_total{'));
    expect(documents).toHaveLength(201);
    expect(documents).toContain('pergola_document_operations_total{hash="other"} 50');
  });

  it('is not there without metrics', async () => {
    expect((await served.request({ path: '/metrics' })).status).toBe(404);
  });
});

describe('figures and log', () => {
  it('name an operation by its hash, and hold no value of the caller', async () => {
    const { post, figures, log } = measured();
    const canary = 'canary-7f3a';
    const query = `query Find($slug: String!) { tags(where: { slug: { in: [$slug, "${canary}"] } }) { totalCount } }`;
    const response = await post({ query, variables: { slug: canary } });
    expect(await response.json()).toEqual({ data: { tags: { totalCount: 0 } } });
    const { lines } = await figures();
    expect([...lines, ...log].filter((line) => line.includes(canary))).toEqual([]);
    const line = JSON.parse(log.at(-1)!) as { hash: string };
    expect(line).toMatchObject({ operation: 'Find', viewer: 'guest', statements: 1, rows: 0, msg: 'operation' });
    expect(lines).toContain(`pergola_document_operations_total{hash="${line.hash}"} 1`);
  });

  it('name who signs in or fails to, what was refused, and no credential', async () => {
    const { post, send, log } = measured();
    const last = () => JSON.parse(log.at(-1)!) as object;
    const signIn = (password: string) =>
      post({ query: `mutation { a: signIn(email: "admin@example.test", password: "${password}") { token } }` });
    await signIn('canary-password');
    expect(last()).toMatchObject({ fields: ['signIn'], viewer: 'guest', codes: ['SIGN_IN_FAILED'] });
    const { data } = (await (await signIn(adminPassword)).json()) as { data: { a: { token: string } } };
    expect(last()).toMatchObject({ fields: ['signIn'], viewer: 'guest' });
    expect(last()).not.toHaveProperty('codes');

    const ask = (authorization: string, query: string) =>
      send('http://localhost:4000/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query }),
      });
    await ask(`Bearer ${data.a.token}`, 'mutation { signOut }');
    const admin = await served.all.user.findUnique({ where: { email: 'admin@example.test' }, select: { id: true } });
    expect(last()).toMatchObject({ fields: ['signOut'], viewer: 'user', user: admin!.id });
    await ask(`Bearer ${data.a.token}`, '{ __typename }');
    expect(last()).toMatchObject({ msg: 'credentials refused', requestId: expect.stringMatching(/^[\w-]{36}$/) });
    await post({ query: 'mutation { deleteTag(where: { slug: "x" }) { slug } }' });
    expect(last()).toMatchObject({ fields: ['deleteTag'], codes: ['FORBIDDEN'] });
    expect(log.filter((line) => /canary|admin@/.test(line) || line.includes(data.a.token))).toEqual([]);
  });
});
