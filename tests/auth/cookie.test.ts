import { describe, expect, it } from 'vitest';
import { clearSessionCookie, parseSessionCookie, serializeSessionCookie } from '../../src/auth/cookie.ts';

const secret = 'abcdefghijklmnopqrstuvwxyz234567abcdefgh';
const now = new Date('2024-01-01T00:00:00Z');

describe('the session cookie (attack 2)', () => {
  it("is for this host, over TLS, out of reach of scripts and of other sites' forms", () => {
    expect(serializeSessionCookie(secret, new Date('2024-01-31T00:00:00Z'), now)).toBe(
      `__Host-pergola=${secret}; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax`,
    );
  });

  it('is removed with the same attributes', () => {
    expect(clearSessionCookie()).toBe('__Host-pergola=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax');
  });

  it('lives for no time when it has expired', () => {
    expect(serializeSessionCookie(secret, new Date('2023-12-31T00:00:00Z'), now)).toContain('; Max-Age=0;');
  });

  it.each(['', 'a; Domain=evil.test', 'a\r\nSet-Cookie: b=c', 'a,b'])(
    'carries no secret that could add an attribute: %j',
    (value) => {
      expect(() => serializeSessionCookie(value, now, now)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    },
  );
});

describe('a Cookie header', () => {
  it.each([
    ['alone', `__Host-pergola=${secret}`],
    ['among others', `theme=dark; __Host-pergola=${secret}; x=%ff`],
    ['without blanks', `theme=dark;__Host-pergola=${secret};x`],
    ['twice the same', `__Host-pergola=${secret}; __Host-pergola=${secret}`],
  ])('gives the secret: %s', (_, header) => {
    expect(parseSessionCookie(header)).toBe(secret);
  });

  it.each([
    ['none', undefined],
    ['empty', ''],
    ['no such cookie', 'theme=dark'],
    ['an empty value', '__Host-pergola='],
    ['a name without a value', '__Host-pergola'],
    ['a name in another case', `__host-pergola=${secret}`],
    ['a longer name', `x__Host-pergola=${secret}`],
    ['the name inside a value', `x=__Host-pergola=${secret}`],
    ['two different values', `__Host-pergola=${secret}; __Host-pergola=planted`],
  ])('gives nothing: %s', (_, header) => {
    expect(parseSessionCookie(header)).toBe(null);
  });
});
