/** What comes in over HTTP. Numbers are those of the catalogue of attacks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword } from '../server/graphiql-rows.ts';
import { serve, type Served } from '../support/served.ts';
import { noTable, withoutTable } from '../support/sabotage.ts';
import { testEngine } from '../support/test-engine.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = {}) =>
  served.request({
    method: 'POST',
    headers: { ...json, 'content-length': String(Buffer.byteLength(body)), ...headers },
    body,
  });
const query = (text: string, headers: Record<string, string> = {}) => post(JSON.stringify({ query: text }), headers);
const signIn = (email: string, password: string) =>
  query(`mutation { signIn(email: ${JSON.stringify(email)}, password: ${JSON.stringify(password)}) { token } }`);

describe('signing in', () => {
  it('gives a token for programs and a cookie for browsers, and forgets both on signing out (2, 3)', async () => {
    const { body, headers } = await signIn('admin@example.test', adminPassword);
    const cookie = headers.get('set-cookie')!;
    expect(cookie).toMatch(/^__Host-pergola=[a-z2-7]{40}; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    const byToken = { authorization: `Bearer ${body.data.signIn.token}` };
    const byCookie = { cookie: cookie.split(';')[0]! };
    for (const identity of [byToken, byCookie]) {
      expect((await query('{ viewer { kind email roles } }', identity)).body.data.viewer).toEqual({
        kind: 'user',
        email: 'admin@example.test',
        roles: ['admin'],
      });
    }
    await query('mutation { signOut }', byCookie);
    // A browser sends a cookie unasked; a program means to be somebody, and is told that it is not.
    expect((await query('{ viewer { kind } }', byCookie)).body.data.viewer.kind).toBe('guest');
    expect((await query('{ viewer { kind } }', byToken)).status).toBe(401);
  });

  it('says the same of an unknown address and a wrong password (13)', async () => {
    const answers = [
      await signIn('admin@example.test', 'wrong password'),
      await signIn('nobody@example.test', 'wrong password'),
      await signIn('member@example.test', 'wrong password'),
    ];
    expect(new Set(answers.map(({ body, status }) => JSON.stringify([body, status]))).size).toBe(1);
    expect(answers[0]!.body.errors[0].extensions.code).toBe('SIGN_IN_FAILED');
  });
});

describe('a malformed request', () => {
  const nested = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);

  it.each([
    ['no JSON', '{"query":"{ a'],
    ['a JSON string', '"x"'],
    ['null', 'null'],
    ['a batch (74)', '[{"query":"{ viewer { kind } }"}]'],
    ['no query', '{}'],
    ['a query that is a number', '{"query":5}'],
    ['variables that are a list', '{"query":"{ viewer { kind } }","variables":[1]}'],
    ['a syntax error', '{"query":"{ a "}'],
    ['an unknown field', '{"query":"{ nope }"}'],
    ['20,000 nested selections (70)', JSON.stringify({ query: nested('{a', '}', 20_000) })],
    [
      '20,000 nested lists (70)',
      JSON.stringify({ query: `{ cities(where: ${nested('[', ']', 20_000)}) { totalCount } }` }),
    ],
    [
      'variables nested 50,000 deep (71)',
      `{"query":"query($w: CityWhere) { cities(where: $w) { totalCount } }","variables":{"w":${nested('[', ']', 50_000)}}}`,
    ],
    [
      '10,000 conditions (72)',
      JSON.stringify({
        query: 'query($w: CityWhere) { cities(where: $w) { totalCount } }',
        variables: { w: { OR: Array.from({ length: 10_000 }, () => ({ name: { equals: 'x' } })) } },
      }),
    ],
    ['a huge page (73)', '{"query":"{ cities(first: 2147483647) { totalCount } }"}'],
    ['an empty page (73)', '{"query":"{ cities(first: 0) { totalCount } }"}'],
    ['pages in both directions (73)', '{"query":"{ cities(first: 1, last: 1) { totalCount } }"}'],
    ['an integer out of range (82)', '{"query":"{ city(where: { id: 2147483648 }) { name } }"}'],
    ['null in an operator', '{"query":"{ cities(where: { name: { contains: null } }) { totalCount } }"}'],
    ['null for a condition', '{"query":"{ cities(where: { name: null }) { totalCount } }"}'],
    ['a body of 2 MB (75)', JSON.stringify({ query: `{ viewer { kind } } # ${'x'.repeat(2_000_000)}` })],
  ])('is refused with a code and without a 500: %s', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.data ?? null).toBeNull();
    expect(answer.body.errors[0].extensions.code).toMatch(/^(BAD_REQUEST|BAD_INPUT|TOO_DEEP|TOO_COMPLEX)$/);
  });

  it('reads an id in one spelling only, and refuses all others alike (31, 32)', async () => {
    const ids = [
      '%%%',
      '__proto__:1',
      'Query:1',
      'City:1 OR 1=1',
      Buffer.from('City:["1e3"]').toString('base64url'),
      Buffer.from('City:["01"]').toString('base64url'),
      Buffer.from('Nope:["1"]').toString('base64url'),
      Buffer.from('Session:["x"]').toString('base64url'),
      'A'.repeat(10_000),
    ];
    const answers = await Promise.all(ids.map((id) => query(`{ node(id: ${JSON.stringify(id)}) { nodeId } }`)));
    const texts = answers.map(({ body }) =>
      JSON.stringify([
        body.data,
        body.errors?.map((row: { message: string; extensions: object }) => [row.message, row.extensions]),
      ]),
    );
    expect(new Set(texts).size).toBe(1);
    expect(answers[0]!.body.errors[0].extensions.code).toBe('BAD_ID');
  });

  it('takes a cursor only in its own list (41)', async () => {
    const { cursor } = (await query('{ cities(first: 1, orderBy: [{ name: asc }]) { edges { cursor } } }')).body.data
      .cities.edges[0];
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const forged = (values: unknown) => Buffer.from(JSON.stringify(values)).toString('base64url');
    for (const bad of [
      'zzz',
      '',
      'A'.repeat(10_000),
      forged([parts[0], { x: 1 }, 1]),
      forged([parts[0], 'a']),
      forged([parts[0], 'a', 1.5]),
      forged('x'),
    ]) {
      expect(
        (await query(`{ cities(after: "${bad}", orderBy: [{ name: asc }]) { totalCount } }`)).body.errors[0].extensions
          .code,
        bad.slice(0, 40),
      ).toBe('BAD_CURSOR');
    }
    expect((await query(`{ cities(after: "${cursor}") { totalCount } }`)).body.errors[0].extensions.code).toBe(
      'BAD_CURSOR',
    );
  });
});

it('tells of what nobody expected nothing but its number, and logs it whole (53)', async () => {
  const { unguarded } = served.platform.database;
  const { body, headers, status } = await withoutTable(unguarded, 'Tag', () => query('{ tags { totalCount } }'));
  const requestId = headers.get('x-request-id')!;
  expect([status < 500, body.errors[0].message, body.errors[0].extensions]).toEqual([
    true,
    'Something went wrong on our side.',
    { code: 'INTERNAL', requestId },
  ]);
  const line = served.log.find((text) => text.includes('unexpected error'))!;
  expect(JSON.parse(line)).toMatchObject({ requestId, err: { message: expect.stringContaining(noTable[testEngine]) } });
});

it('is alive, ready, and names no more than it must', async () => {
  expect((await served.request({ path: '/livez' })).status).toBe(200);
  // What the tests before it have asked may have held up the event loop, which is a reason to be left alone for a second.
  await expect.poll(async () => (await served.request({ path: '/readyz' })).status, { timeout: 5_000 }).toBe(200);
  await using closed = await serve({ NODE_ENV: 'production' });
  for (const path of ['/-/policies', '/-/schema.graphql', '/-/sign-in-as/admin']) {
    expect((await closed.request({ path, method: 'GET' })).status, path).toBe(404);
  }
  expect((await closed.request({ path: '/graphql', method: 'GET', headers: { accept: 'text/html' } })).status).toBe(
    405,
  );
});
