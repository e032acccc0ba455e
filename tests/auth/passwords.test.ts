import { createRequire } from 'node:module';
import * as argon2 from '@node-rs/argon2';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  checkNewPassword,
  hashPassword,
  maxPasswordBytes,
  needsRehash,
  verifyPassword,
} from '../../src/auth/passwords.ts';
import { PergolaError } from '../../src/errors.ts';

// The real argon2, watched: what counts is also when it is not asked.
vi.mock('@node-rs/argon2', { spy: true });

beforeEach(() => {
  vi.clearAllMocks();
});

describe('a hash (attack 22)', () => {
  it('is argon2id with 19 MiB, two passes and one lane', async () => {
    expect(await hashPassword('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  });

  it('differs each time, and each verifies', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, 'correct horse')).toBe(true);
    expect(await verifyPassword(two, 'correct horse')).toBe(true);
    expect(await verifyPassword(one, 'correct horsf')).toBe(false);
  });

  it('needs no rehash when it is new or stronger', async () => {
    expect(needsRehash(await hashPassword('correct horse'))).toBe(false);
    expect(needsRehash(await argon2.hash('x', { memoryCost: 20_000, timeCost: 3 }))).toBe(false);
  });

  it.each([
    ['less memory', () => argon2.hash('x', { memoryCost: 4096 })],
    ['fewer passes', () => argon2.hash('x', { timeCost: 1 })],
    ['argon2i', () => argon2.hash('x', { algorithm: argon2.Algorithm.Argon2i })],
    ['a shorter output', () => argon2.hash('x', { outputLen: 16 })],
    ['another format', () => Promise.resolve('$2b$10$abcdefghijklmnopqrstuu')],
  ])('needs a rehash with %s', async (_, hash) => {
    expect(needsRehash(await hash())).toBe(true);
  });
});

describe('a password (attack 21)', () => {
  it('counts beyond its first 72 bytes', async () => {
    const hash = await hashPassword(`${'a'.repeat(72)}b`);
    expect(await verifyPassword(hash, `${'a'.repeat(72)}c`)).toBe(false);
  });

  it('counts beyond a NUL', async () => {
    expect(await verifyPassword(await hashPassword('abcdefgh\0i'), 'abcdefgh\0j')).toBe(false);
  });

  it('is the same in every Unicode spelling', async () => {
    const hash = await hashPassword('Å ﬁ ①');
    expect(await verifyPassword(hash, 'A\u030a fi 1')).toBe(true);
    expect(await verifyPassword(hash, '\u212b fi 1')).toBe(true);
  });

  it('may have 1024 bytes', async () => {
    const password = 'é'.repeat(maxPasswordBytes / 2);
    expect(await verifyPassword(await hashPassword(password), password)).toBe(true);
  });

  it.each([
    ['one byte too many', 'a'.repeat(maxPasswordBytes + 1), maxPasswordBytes + 1],
    ['a megabyte', 'a'.repeat(1_000_000), 1_000_000],
    ['300 characters that normalise to 5400', '\ufdfa'.repeat(300), 9900],
  ])('is refused before hashing with %s', async (_, password, bytes) => {
    const refused = expect.objectContaining({ code: 'BAD_INPUT', fact: `The password has ${bytes} bytes.` });
    await expect(hashPassword(password)).rejects.toEqual(refused);
    await expect(verifyPassword(null, password)).rejects.toEqual(refused);
    expect(argon2.hash).not.toHaveBeenCalled();
    expect(argon2.verify).not.toHaveBeenCalled();
  });
});

describe('a new password (ASVS 6.2)', () => {
  it.each([
    'password',
    'PassWord',
    'trustno1',
    'drowssap',
    'passwordpassword',
    'ｐａｓｓｗｏｒｄ',
    // What the list leaves out: repetitions, rows of keys, dates.
    '00000000',
    '12341234',
    '1qaz1qaz',
    'sexsexsex',
    '0987654321',
    '1234567890-',
    'poiuytrewq',
    'abcdefgh',
    'a'.repeat(1000),
    '01012009',
    '12311999',
    '19991231',
    // The name of what one signs in to.
    'Pergola2026!',
  ])('is refused when it is common: %s', (password) => {
    expect(refusalOf(password)).toEqual({
      code: 'BAD_INPUT',
      message:
        'The password is one of those that are guessed first. ' +
        'Use another one, such as a few words that have nothing to do with each other.',
      inputPath: 'password',
    });
  });

  it('is held against more than the 3,000 most common that are long enough', () => {
    const list = createRequire(import.meta.url)('@zxcvbn-ts/language-common/src/passwords.json') as string[];
    const longEnough = list.filter((word) => word.length >= 8);
    expect(longEnough.length).toBeGreaterThan(17_000);
    // Each of the first 3,000, and one in a hundred of the others.
    const asked = longEnough.filter((_, at) => at < 3000 || at % 100 === 0);
    expect(asked.filter((word) => refusalOf(word) === null)).toEqual([]);
  });

  it.each([
    'correct horse',
    'passwords of mine',
    // Two entries of the list as they stand beside each other in it, and a part of one.
    'password","12345678',
    'asswords',
    '31129999',
    '        1',
    'é'.repeat(4) + 'è'.repeat(4),
    String.raw`\\\\\\"n`,
    'lower case letters only',
    '82940561',
  ])('is taken, of whatever characters, when it is not: %s', (password) => {
    expect(refusalOf(password)).toBe(null);
  });

  it.each([
    ['a megabyte', 'password'.repeat(125_000), 1_000_000],
    ['a megabyte of what normalises to more', '\ufdfa'.repeat(333_333), 999_999],
    ['300 characters that normalise to 5400', '\ufdfa'.repeat(300), 9900],
  ])('is refused by its size before anything else looks at it: %s', (_, password, bytes) => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    const lower = vi.spyOn(String.prototype, 'toLowerCase');
    expect(refusalOf(password)?.message).toContain(`The password has ${bytes} bytes.`);
    expect([normalize.mock.calls.length, lower.mock.calls.length]).toEqual([bytes === 9900 ? 1 : 0, 0]);
    vi.restoreAllMocks();
  });
});

function refusalOf(password: string): { code: string; message: string; inputPath: unknown } | null {
  try {
    checkNewPassword(password);
    return null;
  } catch (error) {
    if (!(error instanceof PergolaError)) throw error;
    const { code, message, inputPath } = error;
    return { code, message, inputPath };
  }
}

describe('an unknown user (attack 14)', () => {
  it.each([
    ['no hash', null],
    ['a hash that is none', 'x'],
  ])('costs one verification of a new hash with %s', async (_, hash) => {
    expect(await verifyPassword(hash, 'correct horse')).toBe(false);
    expect(argon2.verify).toHaveBeenCalledTimes(1);
    const [dummy] = vi.mocked(argon2.verify).mock.calls[0]!;
    expect(needsRehash(String(dummy))).toBe(false);
  });
});

describe('no hash', () => {
  it('is no match, even if a password of the dummy were found', async () => {
    vi.mocked(argon2.verify).mockResolvedValueOnce(true);
    expect(await verifyPassword(null, 'correct horse')).toBe(false);
  });
});

describe('a flood of sign-ins (attack 23)', () => {
  it('runs two at a time, queues fifty and refuses the rest', async () => {
    let running = 0;
    let most = 0;
    vi.mocked(argon2.verify).mockImplementation(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return true;
    });
    const hash = await hashPassword('correct horse');
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => verifyPassword(hash, 'correct horse')));
    vi.mocked(argon2.verify).mockReset();

    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect({ most, done: results.length - refused.length }).toEqual({ most: 2, done: 52 });
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['TOO_MANY_REQUESTS']));
    expect(await verifyPassword(hash, 'correct horse')).toBe(true);
  });

  it('gives the place of a failed one to the next', async () => {
    vi.mocked(argon2.hash)
      .mockRejectedValueOnce(new Error('out of memory'))
      .mockRejectedValueOnce(new Error('out of memory'));
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => hashPassword('correct horse')));
    expect(results.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
  });
});
