/** Tokens of another service, over HTTP: the claims of `src/app/identity.ts` become users here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalIssuer, type LocalIssuer } from '../support/local-issuer.ts';
import { serve, type Served } from '../support/served.ts';

let issuer: LocalIssuer;
let served: Served;
beforeAll(async () => {
  issuer = await openLocalIssuer();
  served = await serve({ PERGOLA_OIDC_ISSUER: issuer.url, PERGOLA_OIDC_AUDIENCE: 'pergola' });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const ask = async (claims: object, query = '{ viewer { kind id email name roles } }') =>
  served.request({
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await issuer.sign({ ...claims })}` },
    body: JSON.stringify({ query }),
  });
const verified = (email: string, more: object = {}) => ({ email, email_verified: true, ...more });

describe('the bearer of a token', () => {
  it('is the user with the verified e-mail address, sees what they see, and has the roles of the claims', async () => {
    const { id } = await served.platform.database.unguarded.user.findUniqueOrThrow({
      where: { email: 'member@example.test' },
    });
    expect(
      (await ask(verified('Member@Example.test', { roles: ['pergola-editor', 'someone-elses', 5] }))).body.data.viewer,
    ).toEqual({
      kind: 'user',
      id,
      email: 'member@example.test',
      name: 'member',
      roles: ['editor'],
    });
    const surveys = '{ surveys { nodes { title } } }';
    expect((await ask(verified('member@example.test'), surveys)).body).toEqual(
      (await served.run('member', surveys)).body,
    );
  });

  it('has no role that was granted here: the issuer need not be trusted with those', async () => {
    expect((await ask(verified('admin@example.test'))).body.data.viewer).toMatchObject({ name: 'admin', roles: [] });
  });

  it('becomes a user on the first request, once, however many come at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask(verified('new@example.test', { name: 'New' }))),
    );
    expect(new Set(answers.map(({ body }) => body.data.viewer.id)).size).toBe(1);
    expect(answers[0]!.body.data.viewer).toMatchObject({ email: 'new@example.test', name: 'New', roles: [] });
    expect(await served.all.user.count({ where: { email: { equals: 'new@example.test' } } })).toBe(1);
  });

  it('manages no account: it has not signed in here', async () => {
    const { body } = await ask(
      verified('member@example.test'),
      'mutation { createApiToken(name: "x", scopes: ["Tag:read"]) { secret } }',
    );
    expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
  });
});

describe('a token', () => {
  it.each([
    ['without an e-mail address', {}],
    ['with an address that is not verified', { email: 'admin@example.test' }],
    ['with an address that is said to be verified in words', { email: 'admin@example.test', email_verified: 'true' }],
    ['with two addresses', verified('a@example.test,admin@example.test')],
    ['with an address that the driver would cut', verified('admin@example.test\0x')],
    ['that has expired', verified('admin@example.test', { exp: 1 })],
  ])('signs nobody in %s: the same 401 as for any other text', async (_, claims) => {
    const { status, body } = await ask(claims);
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('is refused where no issuer is configured', async () => {
    await using closed = await serve();
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await issuer.sign(verified('admin@example.test'))}`,
    };
    expect((await closed.request({ method: 'POST', headers, body: '{"query":"{ viewer { kind } }"}' })).status).toBe(
      401,
    );
  });

  it('is answered with 503 while its issuer is away', async () => {
    const away = await openLocalIssuer();
    await away[Symbol.asyncDispose]();
    await using alone = await serve({ PERGOLA_OIDC_ISSUER: away.url, PERGOLA_OIDC_AUDIENCE: 'pergola' });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await issuer.sign({})}` };
    const { status, body } = await alone.request({ method: 'POST', headers, body: '{"query":"{ viewer { kind } }"}' });
    expect([status, body.errors[0].extensions.code]).toEqual([503, 'ISSUER_UNAVAILABLE']);
  });
});
