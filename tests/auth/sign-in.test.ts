import * as argon2 from '@node-rs/argon2';
import { describe, expect, it, vi } from 'vitest';
import type { LimitGuesses } from '../../src/auth/guesses.ts';
import { hashPassword } from '../../src/auth/passwords.ts';
import { createSessions, type Sessions } from '../../src/auth/sessions.ts';
import { createSignIn, createUser, type PlatformRole } from '../../src/auth/sign-in.ts';
import { PergolaError } from '../../src/errors.ts';
import { openTemporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts';

const noFactor = { require: () => Promise.resolve() };

// The real argon2, which one test makes slow.
vi.mock('@node-rs/argon2', { spy: true });

const password = 'correct horse';
const unlimited: LimitGuesses = (_, guess) => guess();
const weakHash = () => argon2.hash(password, { memoryCost: 4096 });

/** Ann, an editor with a password, and Bob, who has none. */
async function openWithUsers() {
  const database = await openTemporaryDatabase();
  const { client } = database;
  const ann = await createUser(client, { email: 'ann@example.test', name: 'Ann', password, roles: ['editor'] });
  await createUser(client, { email: 'bob@example.test', name: 'Bob' });
  const sessions = createSessions(client);
  return {
    ...database,
    ann,
    sessions,
    ...createSignIn(client, sessions, { limitGuesses: unlimited, secondFactor: noFactor }),
  };
}

const others = ({ totpSecret, recoveryCode }: TemporaryDatabase['client']) => ({ totpSecret, recoveryCode });

/** The same model of the client, but for these methods. */
function withMethods<Model extends object>(model: Model, methods: { [Name in keyof Model]?: unknown }): Model {
  return new Proxy(model, {
    get: (target, name) => Reflect.get(Object.hasOwn(methods, name) ? methods : target, name),
  });
}

/** All that a failure says, as it would be sent. */
async function failure(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => 'signed in',
    (reason: unknown) => reason,
  );
  if (!(error instanceof PergolaError)) throw new Error('Not a PergolaError.', { cause: error });
  return JSON.stringify([error.message, ...Object.entries(error)]);
}

describe('signing in', () => {
  it('gives the user and a secret that finds the user', async () => {
    await using test = await openWithUsers();
    const { secret, expiresAt, user } = await test.signIn('ann@example.test', password);
    expect(user).toEqual({ id: test.ann.id, email: 'ann@example.test', name: 'Ann', roles: ['editor'] });
    expect(await test.sessions.find(secret)).toEqual(user);
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('takes an e-mail in any case, with blanks around it', async () => {
    await using test = await openWithUsers();
    expect(await test.signIn('  Ann@Example.TEST\n', password)).toMatchObject({ user: { name: 'Ann' } });
  });

  it('gives a new secret each time, and leaves the sessions there are (attack 1)', async () => {
    await using test = await openWithUsers();
    const first = await test.signIn('ann@example.test', password);
    const second = await test.signIn('ann@example.test', password);
    expect(second.secret).not.toBe(first.secret);
    expect(await test.sessions.find(first.secret)).toMatchObject({ name: 'Ann' });
  });

  it('fails to the letter the same for whatever reason (attack 13)', async () => {
    await using test = await openWithUsers();
    const failures = [
      await failure(test.signIn('ann@example.test', 'wrong')),
      await failure(test.signIn('ann@example.test', '')),
      await failure(test.signIn('bob@example.test', password)),
      await failure(test.signIn('bob@example.test', '')),
      await failure(test.signIn('nobody@example.test', password)),
      await failure(test.signIn('not an e-mail', password)),
      await failure(test.signIn(`${'a'.repeat(1000)}@example.test`, password)),
      await failure(test.signIn('', '')),
    ];
    expect([...new Set(failures)]).toEqual([expect.stringContaining('SIGN_IN_FAILED')]);
    expect(await test.client.session.count()).toBe(0);
  });

  it('reads the same table, once, for a known and an unknown user (attack 14)', async () => {
    await using test = await openWithUsers();
    const statementsOf = async (email: string) => {
      test.statements.length = 0;
      await failure(test.signIn(email, 'wrong'));
      return [...test.statements];
    };
    const known = await statementsOf('ann@example.test');
    expect(known).toHaveLength(1);
    expect(await statementsOf('nobody@example.test')).toEqual(known);
  });

  it('asks the database for no e-mail that the driver would cut at a NUL', async () => {
    await using test = await openWithUsers();
    test.statements.length = 0;
    expect(await failure(test.signIn('ann@example.test\0x', password))).toContain('SIGN_IN_FAILED');
    expect(test.statements).toEqual([]);
  });

  it('knows nobody by an e-mail that only the collation of the database takes for the same', async () => {
    await using test = await openWithUsers();
    const user = withMethods(test.client.user, {
      findUnique: () => test.client.user.findUnique({ where: { email: 'ann@example.test' } }),
    });
    expect(
      await failure(
        createSignIn({ ...others(test.client), user }, test.sessions, {
          limitGuesses: unlimited,
          secondFactor: noFactor,
        }).signIn('änn@example.test', password),
      ),
    ).toContain('SIGN_IN_FAILED');
  });

  it('refuses a megabyte of password alike for known and unknown users (attack 21)', async () => {
    await using test = await openWithUsers();
    const long = 'a'.repeat(1_000_000);
    const known = await failure(test.signIn('ann@example.test', long));
    expect(known).toContain('BAD_INPUT');
    expect(await failure(test.signIn('nobody@example.test', long))).toBe(known);
  });
});

describe('an old hash (attack 22)', () => {
  it('is replaced when its password is given, and not before', async () => {
    await using test = await openWithUsers();
    const { id } = test.ann;
    const oldHash = await weakHash();
    await test.client.user.update({ where: { id }, data: { passwordHash: oldHash } });
    const storedHash = async () => (await test.client.user.findUniqueOrThrow({ where: { id } })).passwordHash;

    await failure(test.signIn('ann@example.test', 'wrong'));
    expect(await storedHash()).toBe(oldHash);
    await test.signIn('ann@example.test', password);
    expect(await storedHash()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await expect(test.signIn('ann@example.test', password)).resolves.toMatchObject({ user: { id } });
  });

  it('does not come back over a password that was changed in between', async () => {
    await using test = await openWithUsers();
    const { id } = test.ann;
    await test.client.user.update({ where: { id }, data: { passwordHash: await weakHash() } });
    const newHash = await hashPassword('new password');
    const user = withMethods(test.client.user, {
      async updateMany(args: Parameters<typeof test.client.user.updateMany>[0]) {
        await test.client.user.update({ where: { id }, data: { passwordHash: newHash } });
        return test.client.user.updateMany(args);
      },
    });
    await createSignIn({ ...others(test.client), user }, test.sessions, {
      limitGuesses: unlimited,
      secondFactor: noFactor,
    }).signIn('ann@example.test', password);
    expect(await test.client.user.findUniqueOrThrow({ where: { id } })).toMatchObject({ passwordHash: newHash });
  });

  it('stays, and its user signs in, when too many passwords wait to be hashed', async () => {
    await using test = await openWithUsers();
    const { id } = test.ann;
    const oldHash = await weakHash();
    await test.client.user.update({ where: { id }, data: { passwordHash: oldHash } });
    let release = () => {};
    const flood: Promise<string>[] = [];
    const flooded: Sessions = {
      ...test.sessions,
      start(userId) {
        vi.mocked(argon2.hash).mockReturnValue(new Promise((resolve) => (release = () => resolve('hash'))));
        for (let count = 0; count < 52; count += 1) flood.push(hashPassword(password));
        return test.sessions.start(userId);
      },
    };
    expect(
      await createSignIn(test.client, flooded, { limitGuesses: unlimited, secondFactor: noFactor }).signIn(
        'ann@example.test',
        password,
      ),
    ).toMatchObject({
      user: { id },
    });
    expect(await test.client.user.findUniqueOrThrow({ where: { id } })).toMatchObject({ passwordHash: oldHash });
    release();
    await Promise.all(flood);
    vi.mocked(argon2.hash).mockReset();
  });
});

describe('a password changed while a sign-in waits its turn', () => {
  it('leaves the sign-in with the old one without a session', async () => {
    await using test = await openWithUsers();
    const { id } = test.ann;
    const changing: Sessions = {
      ...test.sessions,
      async start(userId) {
        await test.client.user.update({ where: { id }, data: { passwordHash: await hashPassword('new password') } });
        await test.sessions.endAll(id);
        return test.sessions.start(userId);
      },
    };
    expect(
      await failure(
        createSignIn(test.client, changing, { limitGuesses: unlimited, secondFactor: noFactor }).signIn(
          'ann@example.test',
          password,
        ),
      ),
    ).toContain('SIGN_IN_FAILED');
    expect(await test.client.session.count()).toBe(0);
  });

  it('is no failure when only its hash was made stronger', async () => {
    await using test = await openWithUsers();
    const { id } = test.ann;
    const strengthening: Sessions = {
      ...test.sessions,
      async start(userId) {
        await test.client.user.update({ where: { id }, data: { passwordHash: await hashPassword(password) } });
        return test.sessions.start(userId);
      },
    };
    const { secret } = await createSignIn(test.client, strengthening, {
      limitGuesses: unlimited,
      secondFactor: noFactor,
    }).signIn('ann@example.test', password);
    expect(await test.sessions.find(secret)).toMatchObject({ id });
  });
});

describe('creating a user', () => {
  it('stores a hash and the lower-case e-mail', async () => {
    await using test = await openWithUsers();
    const roles: PlatformRole[] = ['reviewer', 'admin', 'admin'];
    const user = await createUser(test.client, { email: ' Eve@Example.test ', name: 'Eve', password, roles });
    expect(user).toEqual({
      id: expect.any(String),
      email: 'eve@example.test',
      name: 'Eve',
      roles: ['admin', 'reviewer'],
    });
    const { passwordHash } = await test.client.user.findUniqueOrThrow({ where: { id: user.id } });
    expect(passwordHash).toMatch(/^\$argon2id\$/);
  });

  it.each([
    [
      'an e-mail that is taken',
      { email: 'ANN@example.test' },
      'CONFLICT',
      'A user with the e-mail address "ann@example.test" exists.',
    ],
    ['what is no e-mail', { email: 'ann' }, 'BAD_INPUT', '"ann" is not an e-mail address.'],
    ['a short password', { password: '1234567' }, 'BAD_INPUT', 'The password has fewer than 8 characters.'],
    ['an unknown role', { roles: ['constructor' as PlatformRole] }, 'BAD_INPUT', '"constructor" is not a role.'],
  ])('refuses %s', async (_, given, code, fact) => {
    await using test = await openWithUsers();
    await expect(createUser(test.client, { email: 'new@example.test', name: 'New', ...given })).rejects.toMatchObject({
      code,
      fact,
    });
    expect(await test.client.user.count()).toBe(2);
  });
});

describe('counting attempts', () => {
  it('comes before anything else, by the address as it is looked up, for known and unknown alike', async () => {
    await using test = await openWithUsers();
    const counted: string[] = [];
    const { signIn } = createSignIn(test.client, test.sessions, {
      secondFactor: noFactor,
      limitGuesses: ({ email }) => {
        counted.push(email);
        return Promise.reject(new PergolaError('RATE_LIMITED', 'Too many.', 'Wait.'));
      },
    });
    test.statements.length = 0;
    vi.mocked(argon2.verify).mockClear();
    const failures = [
      await failure(signIn(' ANN@example.test', password)),
      await failure(signIn('nobody@example.test', password)),
    ];
    expect(new Set(failures).size).toBe(1);
    expect(counted).toEqual(['ann@example.test', 'nobody@example.test']);
    expect(test.statements).toEqual([]);
    expect(argon2.verify).not.toHaveBeenCalled();
  });
});
