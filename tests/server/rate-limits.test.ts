/** How often what may be asked, over HTTP. Numbers are those of the catalogue of attacks. */
import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import type { RateLimits } from '../../src/limits/rate-limits.ts';
import { byEngine } from '../support/requirements.ts';
import { adminPassword } from '../server/graphiql-rows.ts';
import { serve, type Answer, type Served } from '../support/served.ts';

/** Of 80 guesses at once. */
const refusedAtLeast = byEngine('guesses come to be hashed one after the other, as the account is looked up first', {
  sqlite: 28,
  mysql: 1,
  postgresql: 1,
});

const few = { max: 5, windowSeconds: 900 };
const open = (rates: Partial<RateLimits> = {}, environment: Record<string, string> = {}) =>
  serve(environment, { rates: { guesses: few, guessesFromKnownDevice: few, ...rates } });

interface From {
  address?: string;
  headers?: Record<string, string>;
}

const send = (served: Served, query: string, { address = '203.0.113.1', headers = {} }: From = {}) =>
  served.request({
    method: 'POST',
    address,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
const signInField = (password: string, email = 'admin@example.test', code = '') =>
  `signIn(email: "${email}", password: "${password}"${code && `, code: "${code}"`}) { token }`;
const signIn = (served: Served, password: string, from?: From & { email?: string; code?: string }) =>
  send(served, `mutation { ${signInField(password, from?.email, from?.code)} }`, from);
const codesOf = ({ body }: Answer): string[] =>
  (body.errors ?? []).map((error: { extensions: { code: string } }) => error.extensions.code);
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

const kinds = <T>(each: T) => ({ guest: each, user: each, token: each });

describe('guesses of a password', () => {
  it('are so many for an account, from however many addresses; then the right one waits too (15)', async () => {
    await using served = await open();
    for (const at of times(5, Number)) {
      expect(codesOf(await signIn(served, 'wrong', { address: `198.51.100.${at}` }))).toEqual(['SIGN_IN_FAILED']);
    }
    const answers = [
      await signIn(served, adminPassword, { address: '198.51.100.99' }),
      ...(await Promise.all(times(6, () => signIn(served, 'wrong', { email: 'nobody@example.test' })))).slice(-1),
    ];
    for (const { status, headers, body } of answers) {
      const seconds = Number(headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(890);
      expect(seconds).toBeLessThanOrEqual(900);
      expect([status, body.errors[0].extensions]).toEqual([429, { code: 'RATE_LIMITED', retryAfterSeconds: seconds }]);
      expect([headers.get('ratelimit-remaining'), headers.get('ratelimit-reset')]).toEqual(['0', String(seconds)]);
    }
  });

  it('that are right cost nothing', async () => {
    await using served = await open();
    for (const _ of times(7, () => 0)) expect(codesOf(await signIn(served, adminPassword))).toEqual([]);
  });

  it('are not more by aliases (16), nor at the same time (17)', async () => {
    await using served = await open();
    const ofOneRequest = (from: number) => {
      const fields = times(100, (at) => `a${at}: ${signInField(from + at === 499 ? adminPassword : `wrong ${at}`)}`);
      return send(served, `mutation { ${fields.join(' ')} }`);
    };
    const byAlias = await Promise.all(times(5, (at) => ofOneRequest(100 * at)));
    expect(byAlias.filter(({ body }) => body.data !== null && body.data !== undefined)).toEqual([]);
    await using another = await open();
    const parallel = (await Promise.all(times(100, () => signIn(another, 'wrong')))).flatMap(codesOf);
    expect(parallel.filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(5);
    expect(parallel.filter((code) => code === 'RATE_LIMITED')).toHaveLength(95);
  });

  it('that are too many for all hashing are told so with 503, and nothing else waits for them (23)', async () => {
    const endless = { max: Infinity, windowSeconds: 60 };
    await using unlimited = await serve(
      {},
      { rates: { guesses: endless, signIns: endless, mutations: { ...kinds(endless) } } },
    );
    const ask = (query: string) =>
      unlimited.request({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
    const guesses = Promise.all(
      Array.from({ length: 80 }, (_, at) =>
        ask(`mutation { signIn(email: "${at}@example.test", password: "x") { token } }`),
      ),
    );
    expect((await ask('{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
    const answers = await guesses;
    const refused = answers.filter(({ status }) => status === 503);
    const wrong = answers.filter(({ body }) => body.errors[0].extensions.code === 'SIGN_IN_FAILED');
    expect(wrong.length + refused.length).toBe(80);
    expect(refused.length).toBeLessThanOrEqual(28);
    expect(refused.length).toBeGreaterThanOrEqual(refusedAtLeast);
    expect(refused[0]!.body.errors[0].extensions.code).toBe('TOO_MANY_REQUESTS');
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
  });

  it('lock nobody out: a session goes on, and its device can sign in (20)', async () => {
    await using served = await open();
    const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0' };
    const own = await signIn(served, adminPassword, { headers: firefox });
    for (const _ of times(30, () => 0)) await signIn(served, 'wrong', { address: '198.51.100.1' });

    const bearer = { authorization: `Bearer ${own.body.data.signIn.token}` };
    expect((await send(served, '{ viewer { kind } }', { headers: bearer })).body.data.viewer.kind).toBe('user');
    expect(codesOf(await signIn(served, adminPassword, { headers: firefox }))).toEqual([]);
    expect(codesOf(await signIn(served, adminPassword, { headers: firefox, address: '198.51.100.2' }))).toEqual([
      'RATE_LIMITED',
    ]);
    // The device has a budget, not a way past it.
    const guesses = await Promise.all(times(20, () => signIn(served, 'wrong', { headers: firefox })));
    expect(guesses.flatMap(codesOf).filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(5);
  });

  it('of a code count, after the right password too', async () => {
    await using served = await open();
    const token = (await signIn(served, adminPassword)).body.data.signIn.token as string;
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    const start = `mutation { startSecondFactor(password: "${adminPassword}") { secret } }`;
    const { secret } = (await send(served, start, bearer)).body.data.startSecondFactor;
    await send(served, `mutation { confirmSecondFactor(code: "${generateSync({ secret })}") }`, bearer);
    const guesses = await Promise.all(times(20, (at) => signIn(served, adminPassword, { code: String(100_000 + at) })));
    expect(guesses.flatMap(codesOf).filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(5);
    const stops = await Promise.all(times(20, () => send(served, 'mutation { stopSecondFactor(code: "1") }', bearer)));
    expect(new Set(stops.flatMap(codesOf))).toEqual(new Set(['RATE_LIMITED']));
  });
});

describe('one address', () => {
  it('tries so many accounts, whatever it says of itself (19); an IPv6 network is one address', async () => {
    await using served = await open({ signIns: few });
    const spoofed = (at: number) => ({ headers: { 'x-forwarded-for': `192.0.2.${at}` } });
    const tries = await Promise.all(
      times(20, (at) => signIn(served, 'x', { email: `user${at}@example.test`, ...spoofed(at) })),
    );
    expect(tries.flatMap(codesOf).filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(5);
    expect(codesOf(await signIn(served, 'x', { address: '203.0.113.2' }))).toEqual(['SIGN_IN_FAILED']);

    const network = await Promise.all(
      times(20, (at) => signIn(served, 'x', { email: `u${at}@example.test`, address: `2001:db8::${at + 1}` })),
    );
    expect(network.flatMap(codesOf).filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(5);
    expect(codesOf(await signIn(served, 'x', { address: '2001:db8:0:1::1', email: 'v@example.test' }))).toEqual([
      'SIGN_IN_FAILED',
    ]);
  });

  it('is the one that a trusted proxy names', async () => {
    await using served = await open({ signIns: few }, { TRUST_PROXY: '203.0.113.0/24,10.0.0.1' });
    const through = (forwarded: string, at: number) =>
      signIn(served, 'x', { email: `user${at}@example.test`, headers: { 'x-forwarded-for': forwarded } });
    // What stands left of the last one that is not a proxy was said by the client.
    const tries = await Promise.all(times(20, (at) => through(`192.0.2.${at}, 198.51.100.7, 10.0.0.1`, at)));
    expect(tries.flatMap(codesOf).filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(5);
    expect(codesOf(await through('198.51.100.8, 10.0.0.1', 1))).toEqual(['SIGN_IN_FAILED']);
  });

  it('asks for so many mails', async () => {
    await using served = await open({ mails: few }, { PERGOLA_SIGN_UP: 'on' });
    const fields = times(3, (at) => `a${at}: requestPasswordReset(email: "u${at}@example.test")`);
    expect((await send(served, `mutation { ${fields.join(' ')} }`)).status).toBe(200);
    const signUps = times(3, (at) => `a${at}: requestSignUp(email: "v${at}@example.test", name: "V")`);
    expect(codesOf(await send(served, `mutation { ${signUps.join(' ')} }`))).toEqual(['RATE_LIMITED']);
    expect((await served.mails()).filter((text) => text.includes('v0@'))).toEqual([]);
  });
});

describe('mutations', () => {
  it('have a budget by who asks, of which the answer says what is left', async () => {
    const minute = (max: number) => ({ max, windowSeconds: 60 });
    await using served = await open({ mutations: { guest: minute(2), user: minute(3), token: minute(4) } });
    const create = (at: number) => `t${at}: createTag(data: { slug: "t${at}-${Math.random()}", label: "x" }) { slug }`;
    const asEditor = (fields: string) => served.run('editor', `mutation { ${fields} }`);

    const first = await asEditor(`${create(1)} ...More } fragment More on Mutation { ${create(2)}`);
    expect([first.status, first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')]).toEqual([
      200,
      '3',
      '1',
    ]);
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(50);
    // Nothing of an operation is done that has one field too many.
    const before = await served.all.tag.count();
    const second = await asEditor(`${create(3)} ${create(4)}`);
    expect([second.status, codesOf(second), second.body.data]).toEqual([429, ['RATE_LIMITED'], undefined]);
    expect(await served.all.tag.count()).toBe(before);
    expect((await served.run('admin', `mutation { ${create(5)} }`)).status).toBe(200);
    expect((await served.run('editor', '{ viewer { kind } }')).headers.get('ratelimit-limit')).toBeNull();

    const guests = await Promise.all(times(9, () => send(served, 'mutation { signOut }')));
    expect(guests.filter(({ status }) => status === 200)).toHaveLength(2);
  });

  it('may take their arguments from variables, with a default or without', async () => {
    await using served = await open();
    const document =
      'mutation ($email: String! = "nobody@example.test", $password: String!) { signIn(email: $email, password: $password) { token } }';
    expect(codesOf(await served.run('guest', document, { password: 'x' }))).toEqual(['SIGN_IN_FAILED']);
    expect(codesOf(await served.run('guest', document, {}))).toEqual(['BAD_REQUEST']);
  });

  it('may have one each', async () => {
    await using served = await open({ mutationFields: { signOut: { max: 1, windowSeconds: 60 } } });
    expect((await send(served, 'mutation { signOut }')).status).toBe(200);
    expect((await send(served, 'mutation { x: signOut }')).status).toBe(429);
  });

  it('go on when Redis is away, within the same budget', async () => {
    await using served = await open({}, { REDIS_URL: 'redis://127.0.0.1:1' });
    const answers = await Promise.all(times(20, () => signIn(served, 'wrong')));
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(answers.flatMap(codesOf).filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(5);
    expect(served.failures).toHaveLength(1);
  });
});

it.each([
  [{ TRUST_PROXY: 'everyone' }, 'TRUST_PROXY: "everyone" is no address.'],
  [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY: "10.0.0.0/33" is no address.'],
  [{ REDIS_URL: 'http://user:secret@example.org' }, 'REDIS_URL: Its value is no redis:// or rediss:// URL.'],
])('does not start with %j', async (environment, message) => {
  await expect(serve(environment)).rejects.toThrow(message);
});

it('does not start with a budget that is none', async () => {
  await expect(open({ mails: { max: -1, windowSeconds: 60 } })).rejects.toThrow('The rate limit mails allows -1 in 60');
});
