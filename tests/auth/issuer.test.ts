import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { looksLikeJwt, openIssuer } from '../../src/auth/issuer.ts';
import { openLocalIssuer, type LocalIssuer } from '../support/local-issuer.ts';

let local: LocalIssuer;
beforeAll(async () => {
  local = await openLocalIssuer();
});
afterAll(() => local[Symbol.asyncDispose]());

const here = () => openIssuer({ issuer: local.url, audience: 'pergola' });
const seconds = () => Math.floor(Date.now() / 1000);
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** The claims of a good token under a header and a signature of the test's own. */
async function resigned(header: object, signature: (text: string) => string | Promise<string>) {
  const [, payload] = (await local.sign({})).split('.');
  const text = `${encode(header)}.${payload}`;
  return `${text}.${await signature(text)}`;
}

describe("an issuer's token", () => {
  it('says who it is about', async () => {
    const token = await local.sign({ email: 'ann@example.test', roles: ['x'] });
    expect(looksLikeJwt(token)).toBe(true);
    expect(await here().verify(token)).toMatchObject({
      iss: local.url,
      sub: 'someone',
      email: 'ann@example.test',
      roles: ['x'],
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['of another issuer', () => local.sign({ iss: 'https://evil.test' })],
    ['of an issuer with a slash more', () => local.sign({ iss: `${local.url}/` })],
    ['for another audience', () => local.sign({ aud: 'somewhere' })],
    ['without an audience', () => local.sign({ aud: undefined as unknown as string })],
    ['expired beyond the tolerance', () => local.sign({ exp: seconds() - 35 })],
    ['without an end', () => local.sign({ exp: undefined as unknown as number })],
    ['without a subject', () => local.sign({ sub: undefined as unknown as string })],
    ['not valid yet', () => local.sign({ nbf: seconds() + 60 })],
    [
      'with its claims changed',
      async () => (await local.sign({})).replace(/\.[^.]+\./, `.${encode({ sub: 'root' })}.`),
    ],
    ['without a signature (none)', () => resigned({ alg: 'none' }, () => 'x')],
    ['without a signature (None)', () => resigned({ alg: 'None', kid: 'key-1' }, () => 'x')],
    [
      'signed with the published key as a secret (HS256)',
      async () => {
        const { keys } = (await (await fetch(`${local.url}/keys`)).json()) as { keys: [{ n: string }] };
        return resigned({ alg: 'HS256', kid: 'key-1' }, (text) =>
          createHmac('sha256', keys[0].n).update(text).digest('base64url'),
        );
      },
    ],
    [
      'signed with a key of the same name',
      () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        return resigned({ alg: 'RS256', kid: 'key-1' }, (text) =>
          createSign('sha256').update(text).sign(privateKey, 'base64url'),
        );
      },
    ],
    [
      'that brings its own key along',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
        const jwk = await exportJWK(publicKey);
        const now = seconds();
        return new SignJWT({ iss: local.url, aud: 'pergola', sub: 'x', exp: now + 60 })
          .setProtectedHeader({
            alg: 'RS256',
            kid: 'key-1',
            jwk,
            x5c: [await exportSPKI(publicKey)],
            jku: 'http://evil.test',
          })
          .sign(privateKey);
      },
    ],
    ['that is none', () => Promise.resolve('a.b.c')],
  ])('signs nobody in: one %s', async (_, make) => {
    expect(await here().verify(await make())).toBe(null);
  });

  it('is taken for half a minute beyond its times, for clocks that differ', async () => {
    const token = await local.sign({ exp: seconds() - 20, nbf: seconds() + 20 });
    expect(await here().verify(token)).toMatchObject({ sub: 'someone' });
  });
});

describe("an issuer's keys", () => {
  it('are fetched once for many tokens', async () => {
    await using own = await openLocalIssuer();
    const issuer = openIssuer({ issuer: own.url, audience: 'pergola' });
    for (let count = 0; count < 20; count++) await issuer.verify(await own.sign({}));
    expect(own.keyRequests).toBe(1);
  });

  it('are fetched again for a token with a new one, and the old one is no longer good', async () => {
    await using own = await openLocalIssuer();
    const issuer = openIssuer({ issuer: own.url, audience: 'pergola', refetchMilliseconds: 0 });
    const old = await own.sign({});
    expect(await issuer.verify(old)).toMatchObject({ sub: 'someone' });
    await own.rotate();
    expect(await issuer.verify(await own.sign({}))).toMatchObject({ sub: 'someone' });
    expect(await issuer.verify(old)).toBe(null);
  });

  it('are not fetched again for each of a flood of tokens with unknown ones', async () => {
    await using own = await openLocalIssuer();
    const issuer = openIssuer({ issuer: own.url, audience: 'pergola' });
    await issuer.verify(await own.sign({}));
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, at) => own.sign({}, { kid: `unknown-${at}` })));
    expect(await Promise.all(tokens.map((token) => issuer.verify(token)))).toEqual(tokens.map(() => null));
    expect(own.keyRequests).toBe(1);
  });

  it('come from the place that is configured, without asking the issuer for it', async () => {
    await using elsewhere = await openLocalIssuer();
    const issuer = openIssuer({ issuer: 'https://issuer.test', audience: 'pergola', jwksUrl: `${elsewhere.url}/keys` });
    expect(await issuer.verify(await elsewhere.sign({ iss: 'https://issuer.test' }))).toMatchObject({ sub: 'someone' });
  });
});

describe('an issuer that cannot be asked', () => {
  const unavailable = expect.objectContaining({ code: 'ISSUER_UNAVAILABLE' });

  it('is an outage, not a wrong token; and is asked again by the next one', async () => {
    const own = await openLocalIssuer();
    const issuer = openIssuer({ issuer: own.url, audience: 'pergola' });
    const token = await own.sign({});
    own.claimToBe('https://evil.test');
    await expect(issuer.verify(token)).rejects.toEqual(unavailable);
    own.claimToBe(own.url);
    expect(await issuer.verify(token)).toMatchObject({ sub: 'someone' });

    await own[Symbol.asyncDispose]();
    expect(await issuer.verify(token), 'the keys are kept').toMatchObject({ sub: 'someone' });
    const another = openIssuer({ issuer: own.url, audience: 'pergola' });
    await expect(another.verify(token)).rejects.toEqual(unavailable);
  });

  it.each([
    [500, '{}'],
    [200, 'no JSON'],
    [200, '{"keys":"none"}'],
    [302, ''],
  ])('answers its keys with %d %s', async (status, body) => {
    await using own = await openLocalIssuer();
    own.answerKeys(status, body);
    const issuer = openIssuer({ issuer: own.url, audience: 'pergola' });
    await expect(issuer.verify(await own.sign({}))).rejects.toEqual(unavailable);
  });
});
