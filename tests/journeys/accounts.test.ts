/** Becoming a user and staying the only one who is it, over HTTP. Numbers are those of the catalogue of attacks. */
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PergolaError } from '../../src/errors.ts';
import { adminPassword } from '../server/graphiql-rows.ts';
import { openMailServer } from '../support/mail-server.ts';
import { serve, type Answer, type Served } from '../support/served.ts';
import { refuseWrites } from '../support/sabotage.ts';

let served: Served;
beforeAll(async () => {
  // All who appear here share one address.
  const rates = { mails: { max: 1_000, windowSeconds: 3_600 } };
  served = await serve({ PERGOLA_SIGN_UP: 'on', PUBLIC_URL: 'https://atlas.example.test' }, { rates });
});
afterAll(() => served[Symbol.asyncDispose]());

const run = (
  query: string,
  variables: object = {},
  { on = served, headers = {} }: { on?: Served; headers?: object } = {},
) =>
  on.request({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
const codeOf = ({ body }: Answer) => body.errors?.[0].extensions.code as string | undefined;

const requestSignUp =
  'mutation ($email: String!, $name: String! = "New") { requestSignUp(email: $email, name: $name) }';
const finishSignUp =
  'mutation ($token: String!, $password: String!) { finishSignUp(token: $token, password: $password) { token } }';
const requestReset = 'mutation ($email: String!) { requestPasswordReset(email: $email) }';
const reset = 'mutation ($token: String!, $password: String!) { resetPassword(token: $token, password: $password) }';
const signIn =
  'mutation ($email: String!, $password: String!, $code: String) { signIn(email: $email, password: $password, code: $code) { token } }';
const viewer = '{ viewer { kind email name roles } }';
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** The secret in the link of the last mail to this address. */
async function mailedSecret(email: string): Promise<string> {
  const mail = (await served.mails()).filter((text) => text.includes(`mail to ${email}:`)).at(-1) ?? '';
  return /^https:\/\/atlas\.example\.test\/-\/account#[a-z-]+=([0-9a-f]{64})$/m.exec(mail)?.[1] ?? '';
}

/** A new user with this address, signed in. */
async function newUser(email: string, password = 'first password'): Promise<string> {
  await run(requestSignUp, { email });
  return (await run(finishSignUp, { token: await mailedSecret(email), password })).body.data.finishSignUp.token;
}

/** Lets the next mail to this mailbox out, which otherwise waits for a minute. */
const forgetLinks = () =>
  served.platform.database.unguarded.mailedLink.updateMany({ data: { createdAt: new Date(0) } });

describe('signing up', () => {
  it('makes a user of whoever reads the mailbox, and signs them in', async () => {
    expect((await run(requestSignUp, { email: ' Ann@Example.test', name: 'Ann' })).body).toEqual({
      data: { requestSignUp: true },
    });
    expect(await served.all.user.count({ where: { email: { equals: 'ann@example.test' } } })).toBe(0);
    const secret = await mailedSecret('ann@example.test');
    const answer = await run(finishSignUp, { token: secret, password: 'correct horse' });
    const { token } = answer.body.data.finishSignUp;
    expect(answer.headers.get('set-cookie')).toContain(`__Host-pergola=${token}; `);
    expect((await run(viewer, {}, bearer(token))).body.data.viewer).toEqual({
      kind: 'user',
      email: 'ann@example.test',
      name: 'Ann',
      roles: [],
    });
    expect(codeOf(await run(finishSignUp, { token: secret, password: 'correct horse' }))).toBe('LINK_INVALID');
    expect(codeOf(await run(signIn, { email: 'ann@example.test', password: 'correct horse' }))).toBe(undefined);
  });

  it('with a password that is refused leaves the link as it is (21)', async () => {
    await run(requestSignUp, { email: 'bea@example.test' });
    const token = await mailedSecret('bea@example.test');
    expect(codeOf(await run(finishSignUp, { token, password: 'short' }))).toBe('BAD_INPUT');
    expect(codeOf(await run(finishSignUp, { token, password: 'x'.repeat(1025) }))).toBe('BAD_INPUT');
    expect(codeOf(await run(finishSignUp, { token, password: 'long enough' }))).toBe(undefined);
  });

  it('answers the same whether the address has an account; only its mailbox learns it (13)', async () => {
    const answers = [];
    for (const email of ['admin@example.test', 'nobody@example.test', 'admin@example.test', 'nobody@example.test']) {
      answers.push(await run(requestSignUp, { email }));
    }
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    // They are sent side by side.
    const mails = (await served.mails()).filter((text) => /mail to (admin|nobody)@/.test(text)).toSorted();
    expect(mails.map((text) => text.split('\n')[1])).toEqual([
      '--- mail to admin@example.test: You have an account already',
      '--- mail to nobody@example.test: Finish signing up',
    ]);
    expect(mails[0]).not.toContain('#');
  });

  it.each([
    ['no address', { email: 'ann' }],
    ['two addresses', { email: 'a@example.test,b@example.test' }],
    ['a header', { email: 'a@example.test\r\nBcc: b@example.test' }],
    ['no name', { email: 'a@example.test', name: ' ' }],
    ['a long name', { email: 'a@example.test', name: 'x'.repeat(201) }],
  ])('is refused with %s', async (_, variables) => {
    const before = (await served.mails()).length;
    expect(codeOf(await run(requestSignUp, variables))).toBe('BAD_INPUT');
    expect((await served.mails()).length).toBe(before);
  });

  it('is off unless it is switched on', async () => {
    await using closed = await serve();
    const { body } = await run(requestSignUp, { email: 'ann@example.test' }, { on: closed });
    expect(body.errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(codeOf(await run(finishSignUp, { token: 'x', password: 'long enough' }, { on: closed }))).toBe('FORBIDDEN');
    expect(await closed.mails()).toEqual([]);
  });
});

describe('a lost password (28)', () => {
  it('is replaced by whoever reads the mailbox; all sessions end, and nobody is signed in', async () => {
    const session = await newUser('carl@example.test');
    await run(requestReset, { email: 'carl@example.test' });
    const answer = await run(reset, { token: await mailedSecret('carl@example.test'), password: 'second password' });
    expect([answer.body, answer.headers.get('set-cookie')]).toEqual([{ data: { resetPassword: true } }, null]);
    expect((await run(viewer, {}, bearer(session))).status).toBe(401);
    expect(codeOf(await run(signIn, { email: 'carl@example.test', password: 'first password' }))).toBe(
      'SIGN_IN_FAILED',
    );
    expect(codeOf(await run(signIn, { email: 'carl@example.test', password: 'second password' }))).toBe(undefined);
    expect((await served.mails()).at(-1)).toContain('mail to carl@example.test: Your password was changed');
  });

  it('is replaced once by a link that is used twice at a time', async () => {
    await newUser('dora@example.test');
    await run(requestReset, { email: 'dora@example.test' });
    const token = await mailedSecret('dora@example.test');
    const passwords = ['second password', 'third password'];
    const answers = await Promise.all(passwords.map((password) => run(reset, { token, password })));
    const [done] = answers.flatMap((answer, at) => (codeOf(answer) === undefined ? [passwords[at]] : []));
    expect(answers.map(codeOf).filter(Boolean)).toEqual(['LINK_INVALID']);
    expect(codeOf(await run(signIn, { email: 'dora@example.test', password: done }))).toBe(undefined);
  });

  it('is not replaced by an old link once the password was changed', async () => {
    const session = await newUser('emil@example.test');
    await run(requestReset, { email: 'emil@example.test' });
    const token = await mailedSecret('emil@example.test');
    await run(
      'mutation { changePassword(current: "first password", new: "second password") { token } }',
      {},
      bearer(session),
    );
    expect(codeOf(await run(reset, { token, password: 'third password' }))).toBe('LINK_INVALID');
  });

  it('answers the same whether the address has an account, and a mail goes to none without a password (13)', async () => {
    const before = (await served.mails()).length;
    const answers = [];
    for (const email of ['admin@example.test', 'none@example.test', 'member@example.test'])
      answers.push(await run(requestReset, { email }));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect((await served.mails()).slice(before).map((text) => text.split('\n')[1])).toEqual([
      '--- mail to admin@example.test: Choose a new password',
    ]);
  });

  it('is looked up after the answer, so that no time tells who has an account (14)', async () => {
    // The answer waits for nothing: what fails for an address that has an account fails after it.
    const { unguarded } = served.platform.database;
    await forgetLinks();
    const allow = await refuseWrites(unguarded, 'MailedLink', 'INSERT');
    const answers = [];
    for (const email of ['admin@example.test', 'none@example.test'])
      answers.push((await run(requestReset, { email })).body);
    await served.mails();
    await allow();
    expect(answers).toEqual([{ data: { requestPasswordReset: true } }, { data: { requestPasswordReset: true } }]);
    // Not that the database is away: it has answered.
    expect(served.failures.splice(0).map((error) => error instanceof PergolaError)).toEqual([false]);
  });

  it('has its link at the configured host, whatever the request calls the server', async () => {
    await newUser('finn@example.test');
    const headers = { host: 'evil.test', 'x-forwarded-host': 'evil.test', origin: 'https://atlas.example.test' };
    await run(requestReset, { email: 'finn@example.test' }, { headers });
    const mail = (await served.mails()).at(-1);
    expect(mail).toMatch(/^https:\/\/atlas\.example\.test\/-\/account#reset-password=[0-9a-f]{64}$/m);
    expect(mail).not.toContain('evil.test');
  });

  it('goes through a mail server where one is configured', async () => {
    await using mailServer = await openMailServer();
    await using production = await serve({ NODE_ENV: 'production', PERGOLA_SMTP_URL: mailServer.url });
    await run(requestReset, { email: 'admin@example.test' }, { on: production });
    expect(await production.mails(), 'nothing is shown on a terminal').toEqual([]);
    expect(mailServer.received).toMatchObject([{ from: 'pergola@localhost', to: ['admin@example.test'] }]);
    const source = mailServer.received[0]!.source.replace(/=\r\n/g, '').replaceAll('=3D', '=');
    const token = /http:\/\/localhost:4000\/-\/account#reset-password=([0-9a-f]{64})/.exec(source)?.[1];
    expect(codeOf(await run(reset, { token, password: 'second password' }, { on: production }))).toBe(undefined);
  });

  it('cannot be replaced in production without a mail server', async () => {
    await using production = await serve({ NODE_ENV: 'production' });
    expect(codeOf(await run(requestReset, { email: 'admin@example.test' }, { on: production }))).toBe('FORBIDDEN');
  });
});

describe('a second factor', () => {
  it('is started and confirmed by its user, asked for at every sign-in, and outlives a reset', async () => {
    const password = 'first password';
    const email = 'gina@example.test';
    const own = bearer(await newUser(email));
    const start = (given: string) =>
      run('mutation ($given: String!) { startSecondFactor(password: $given) { secret uri } }', { given }, own);
    expect(codeOf(await start('wrong password')), 'with the session alone').toBe('SIGN_IN_FAILED');
    const { secret, uri } = (await start(password)).body.data.startSecondFactor;
    expect(uri).toContain(secret);
    const code = (ahead: number) => generateSync({ secret, epoch: Date.now() / 1000 + ahead });
    const confirmed = await run(`mutation { confirmSecondFactor(code: "${code(0)}") }`, {}, own);
    const codes = confirmed.body.data.confirmSecondFactor as string[];
    expect((await run('{ viewer { hasSecondFactor } }', {}, own)).body.data.viewer.hasSecondFactor).toBe(true);

    expect(codeOf(await run(signIn, { email, password }))).toBe('SECOND_FACTOR_REQUIRED');
    expect(codeOf(await run(signIn, { email, password, code: '000000' }))).toBe('SIGN_IN_FAILED');
    expect(codeOf(await run(signIn, { email, password, code: code(0) })), 'a code that was used').toBe(
      'SIGN_IN_FAILED',
    );
    expect(codeOf(await run(signIn, { email, password, code: code(30) }))).toBe(undefined);
    expect(codeOf(await run(signIn, { email, password, code: codes[0] }))).toBe(undefined);
    expect(codeOf(await run(signIn, { email, password, code: codes[0] }))).toBe('SIGN_IN_FAILED');

    await run(requestReset, { email });
    await run(reset, { token: await mailedSecret(email), password: 'second password' });
    expect(codeOf(await run(signIn, { email, password: 'second password' }))).toBe('SECOND_FACTOR_REQUIRED');
  });

  it('is not told of to whoever lacks the password (13)', async () => {
    const email = 'hugo@example.test';
    const own = bearer(await newUser(email));
    const start = 'mutation { startSecondFactor(password: "first password") { secret } }';
    const { secret } = (await run(start, {}, own)).body.data.startSecondFactor;
    await run(`mutation { confirmSecondFactor(code: "${generateSync({ secret })}") }`, {}, own);
    const answers = await Promise.all(
      [email, 'admin@example.test', 'none@example.test'].map((address) =>
        run(signIn, { email: address, password: 'wrong' }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(codeOf(answers[0]!)).toBe('SIGN_IN_FAILED');
  });

  it('is nothing for guests', async () => {
    for (const operation of [
      'startSecondFactor(password: "x") { secret }',
      'confirmSecondFactor(code: "1")',
      'stopSecondFactor(code: "1")',
    ]) {
      expect(codeOf(await run(`mutation { ${operation} }`))).toBe('FORBIDDEN');
    }
    expect(codeOf(await run('{ viewer { hasSecondFactor } }'))).toBe('FORBIDDEN');
  });
});

it('shows the page behind the links, which runs no script but its own and is framed by nobody', async () => {
  const { status, headers, body } = await served.request({ path: '/-/account', method: 'GET' });
  const nonce = /script nonce="([^"]+)"/.exec(body)?.[1];
  expect(status).toBe(200);
  expect(headers.get('content-security-policy')).toBe(
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
});

it('writes no password, token, link or code into its log (24)', async () => {
  const own = await newUser('ines@example.test', 'canary-password');
  await run(signIn, { email: 'ines@example.test', password: 'canary-wrong', code: 'canary-code' });
  await run(viewer, {}, bearer(own));
  await run(viewer, {}, bearer('pgl_canary'));
  const links = (await served.mails()).flatMap((text) => text.match(/[0-9a-f]{64}/g) ?? []);
  expect(links.length).toBeGreaterThan(3);
  const log = served.log.join('\n');
  expect(log.length).toBeGreaterThan(1000);
  for (const secret of ['canary', own, adminPassword, ...links]) expect(log).not.toContain(secret);
});
