/** Where a user is signed in, over HTTP. Numbers are those of the catalogue of attacks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword } from '../server/graphiql-rows.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served[Symbol.asyncDispose]());

const query = (text: string, headers: Record<string, string> = {}) =>
  served.request({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: text }),
  });
const cookieOf = ({ headers }: { headers: Headers }) => headers.get('set-cookie')?.split(';')[0] ?? '';
const signIn = async (headers: Record<string, string> = {}, password = adminPassword) =>
  query(`mutation { signIn(email: "admin@example.test", password: "${password}") { token } }`, headers);
const kindOf = async (cookie: string) => (await query('{ viewer { kind } }', { cookie })).body.data.viewer.kind;

describe('the sessions of a user (3)', () => {
  const list = '{ viewer { sessions { id device network current createdAt lastUsedAt expiresAt } } }';

  it('are listed with where they were started, and one by one ended', async () => {
    await query('mutation { signOutEverywhere }', { cookie: cookieOf(await signIn()) });
    const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' };
    const [here, there] = [cookieOf(await signIn(firefox)), cookieOf(await signIn())];
    const { sessions } = (await query(list, { cookie: here })).body.data.viewer;
    const moment = expect.stringMatching(/^\d{4}-.*Z$/);
    const common = { id: expect.any(String), network: null, createdAt: moment, lastUsedAt: moment, expiresAt: moment };
    expect(sessions).toEqual([
      { ...common, device: null, current: false },
      { ...common, device: 'Firefox on Linux', current: true },
    ]);
    const answer = await query(`mutation { endSession(id: "${sessions[0].id}") }`, { cookie: here });
    expect(answer.body).toEqual({ data: { endSession: true } });
    expect([await kindOf(here), await kindOf(there)]).toEqual(['user', 'guest']);
  });

  it('all end at once, in this request, at every server', async () => {
    const cookies = [cookieOf(await signIn()), cookieOf(await signIn())];
    const answer = await query('mutation { signOutEverywhere }', { cookie: cookies[0]! });
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(await Promise.all(cookies.map(kindOf))).toEqual(['guest', 'guest']);
  });

  it('end when an admin changes the roles of the user (1)', async () => {
    const { id } = await served.platform.database.unguarded.user.findUniqueOrThrow({
      where: { email: 'editor@example.test' },
    });
    const cookie = `__Host-pergola=${(await served.platform.sessions.start(id)).secret}`;
    const change = `mutation { createRoleGrant(data: { role: REVIEWER, user: { connect: { id: "${id}" } } }) { role } }`;
    expect(await kindOf(cookie)).toBe('user');
    expect((await served.run('admin', change)).body).toEqual({ data: { createRoleGrant: { role: 'REVIEWER' } } });
    expect(await kindOf(cookie)).toBe('guest');
  });
});

describe('changing roles', () => {
  const grant = (id: string) =>
    `mutation { createRoleGrant(data: { role: REVIEWER, user: { connect: { id: "${id}" } } }) { role } }`;
  const idOf = async ({ platform }: Served, email: string) =>
    (await platform.database.unguarded.user.findUniqueOrThrow({ where: { email } })).id;

  it('of oneself gives this session a new secret, and ends the others (1)', async () => {
    await using own = await serve();
    const id = await idOf(own, 'admin@example.test');
    const start = async () => `__Host-pergola=${(await own.platform.sessions.start(id)).secret}`;
    const ask = async (text: string, cookie: string) => {
      const headers = { 'content-type': 'application/json', cookie };
      return own.request({ method: 'POST', headers, body: JSON.stringify({ query: text }) });
    };
    const rolesOf = async (cookie: string) => (await ask('{ viewer { roles } }', cookie)).body.data.viewer.roles;
    const [here, there] = [await start(), await start()];
    const answer = await ask(grant(id), here);
    expect(answer.body).toEqual({ data: { createRoleGrant: { role: 'REVIEWER' } } });
    const renewed = cookieOf(answer);
    expect([await rolesOf(renewed), await rolesOf(here), await rolesOf(there)]).toEqual([
      ['admin', 'reviewer'],
      [],
      [],
    ]);
    const removal = `mutation { deleteRoleGrant(where: { userId_role: { userId: "${id}", role: REVIEWER } }) { role } }`;
    expect(await rolesOf(cookieOf(await ask(removal, renewed)))).toEqual(['admin']);
  });

  it('gives a session nothing that its user is given elsewhere while it asks', async () => {
    // What the editor does takes so long that an admin has made a reviewer of the editor meanwhile.
    await using slow = await serve(
      {},
      {
        weaken: ({ yoga, plugins }, { platform }) => {
          const meanwhile = async () => {
            const where = { email: 'editor@example.test' };
            await platform.database.unguarded.user.update({ where, data: { roles: { create: { role: 'REVIEWER' } } } });
          };
          return { yoga, plugins: { meanwhile: { onExecute: meanwhile }, ...plugins } };
        },
      },
    );
    const { secret } = await slow.platform.sessions.start(await idOf(slow, 'editor@example.test'));
    const { headers, body } = await slow.request({
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `__Host-pergola=${secret}` },
      body: JSON.stringify({ query: 'mutation { createTag(data: { slug: "slow", label: "x" }) { slug } }' }),
    });
    expect(body).toEqual({ data: { createTag: { slug: 'slow' } } });
    expect(headers.get('set-cookie')).toBeNull();
    expect(await slow.platform.sessions.find(secret)).toBeNull();
  });
});

describe('changing the password', () => {
  const change = (current: string, next: string) =>
    `mutation { changePassword(current: "${current}", new: "${next}") { token } }`;

  it('needs the old one and a good new one', async () => {
    const cookie = cookieOf(await signIn());
    const codes = [];
    for (const operation of [change('wrong', 'another password'), change(adminPassword, 'short')]) {
      codes.push((await query(operation, { cookie })).body.errors[0].extensions.code);
    }
    expect(codes).toEqual(['SIGN_IN_FAILED', 'BAD_INPUT']);
    expect(await kindOf(cookie)).toBe('user');
  });

  it('ends every session, and gives this one a new secret (1)', async () => {
    const [here, there] = [cookieOf(await signIn()), cookieOf(await signIn())];
    const answer = await query(change(adminPassword, 'another password'), { cookie: here });
    const renewed = cookieOf(answer);
    expect(renewed).toBe(`__Host-pergola=${answer.body.data.changePassword.token}`);
    expect(await Promise.all([here, there, renewed].map(kindOf))).toEqual(['guest', 'guest', 'user']);
    expect((await signIn()).body.errors[0].extensions.code).toBe('SIGN_IN_FAILED');
    await query(change('another password', adminPassword), { cookie: renewed });
  });

  it('happens once when it is asked for twice at a time', async () => {
    const cookie = cookieOf(await signIn());
    const answers = await Promise.all(
      ['first password', 'second password'].map((next) => query(change(adminPassword, next), { cookie })),
    );
    const refused = answers.flatMap(({ body }) => body.errors?.[0].extensions.code ?? []);
    expect(refused).toEqual(['SIGN_IN_FAILED']);
  });
});
