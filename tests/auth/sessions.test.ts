import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSessions } from '../../src/auth/sessions.ts';
import { createUser } from '../../src/auth/sign-in.ts';
import { openTemporaryDatabase } from '../support/temporary-database.ts';
import { onSqlite } from '../support/requirements.ts';
import { refuseWrites } from '../support/sabotage.ts';

const days = 86_400_000;
const seconds = 1000;

/** Ann, who is an editor and a reviewer, in a new database with a clock that stands until it is moved. */
async function openWithAnn() {
  const database = await openTemporaryDatabase();
  const { client } = database;
  const ann = await createUser(client, { email: 'ann@example.test', name: 'Ann', roles: ['reviewer', 'editor'] });
  const started = new Date('2024-02-28T23:00:00Z').getTime();
  let time = started;
  const sessions = createSessions(client, { now: () => new Date(time) });
  return {
    ...database,
    ann,
    sessions,
    moveTo: (sinceStart: number) => (time = started + sinceStart),
    /** When the only session ends, in days since the start of the clock. To the second: lucia's own clock goes on while this one stands. */
    async endInDays() {
      const { expiresAt } = await client.session.findFirstOrThrow();
      return (Math.round((expiresAt.getTime() - started) / seconds) * seconds) / days;
    },
  };
}

describe('a session', () => {
  it('answers its secret with the user and the roles', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    expect(await test.sessions.find(secret)).toEqual({
      id: test.ann.id,
      email: 'ann@example.test',
      name: 'Ann',
      roles: ['editor', 'reviewer'],
    });
  });

  it('has a secret of 200 random bits, and another each time', async () => {
    await using test = await openWithAnn();
    const secrets = await Promise.all(
      Array.from({ length: 20 }, async () => (await test.sessions.start(test.ann.id)).secret),
    );
    expect(new Set(secrets).size).toBe(20);
    for (const secret of secrets) expect(secret).toMatch(/^[a-z2-7]{40}$/);
  });

  it(
    'is found with one query, which Prisma runs as one statement per table',
    onSqlite('how Prisma Client joins is its own matter on servers (sessions.test.ts)'),
    async () => {
      await using test = await openWithAnn();
      const { secret } = await test.sessions.start(test.ann.id);
      test.statements.length = 0;
      await test.sessions.find(secret);
      expect(test.statements.map((sql) => /FROM `\w+`\.`(\w+)`/.exec(sql)?.[1])).toEqual([
        'Session',
        'User',
        'RoleGrant',
      ]);
    },
  );

  it.each([
    ['fewer', { deleteMany: { role: 'EDITOR' as const } }],
    ['more', { create: { role: 'ADMIN' as const } }],
  ])('is over with %s roles, and does not live again with the old ones (attack 1)', async (_, roles) => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    const setRoles = (data: object) => test.client.user.update({ where: { id: test.ann.id }, data: { roles: data } });
    await setRoles(roles);
    expect(await test.sessions.find(secret)).toBe(null);
    await setRoles({ deleteMany: {}, create: [{ role: 'EDITOR' }, { role: 'REVIEWER' }] });
    expect(await test.sessions.find(secret)).toBe(null);
    expect(await test.sessions.find((await test.sessions.start(test.ann.id)).secret)).toMatchObject({ name: 'Ann' });
  });

  it('goes on under another secret once its roles have ended it, unless it was ended otherwise (attack 1)', async () => {
    await using test = await openWithAnn();
    const [first, second] = [await test.sessions.start(test.ann.id), await test.sessions.start(test.ann.id)];
    expect(await test.sessions.renew(first.secret), 'while its roles are the same').toBe(null);
    await test.client.user.update({ where: { id: test.ann.id }, data: { roles: { create: { role: 'ADMIN' } } } });
    await test.sessions.end(second.secret);
    expect(await test.sessions.renew(second.secret)).toBe(null);

    const renewed = await test.sessions.renew(first.secret);
    expect(await test.sessions.find(first.secret)).toBe(null);
    expect(await test.sessions.renew(first.secret), 'twice').toBe(null);
    expect(await test.sessions.find(renewed?.secret ?? '')).toMatchObject({ roles: ['admin', 'editor', 'reviewer'] });
  });

  it('notes its use at most once an hour, and is found though that cannot be noted', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    const lastUse = async () => (await test.sessions.list(test.ann.id, secret))[0]?.lastUsedAt.toISOString();
    test.moveTo(3_599 * seconds);
    await test.sessions.find(secret);
    expect(await lastUse()).toBe('2024-02-28T23:00:00.000Z');
    test.moveTo(3_600 * seconds);
    await test.sessions.find(secret);
    expect(await lastUse()).toBe('2024-02-29T00:00:00.000Z');

    await refuseWrites(test.client, 'Session', 'UPDATE');
    test.moveTo(7_200 * seconds);
    expect(await test.sessions.find(secret)).toMatchObject({ name: 'Ann' });
  });

  it('ends with its user', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    await test.client.user.delete({ where: { id: test.ann.id } });
    expect(await test.sessions.find(secret)).toBe(null);
  });
});

describe('the stored session (attack 5)', () => {
  it('is a SHA-256 of the secret, and opens nothing when used as a secret', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    const rows = await test.client.session.findMany();
    expect(rows.map(({ id }) => id)).toEqual([createHash('sha256').update(secret).digest('hex')]);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(await test.sessions.find(rows[0]!.id)).toBe(null);
    // Nor in a shape that passes for a secret.
    expect(await test.sessions.find(rows[0]!.id.slice(0, 40).replace(/[0189]/g, 'a'))).toBe(null);
  });
});

describe('a string that is no secret', () => {
  it.each([
    ['empty', ''],
    ['a secret nobody has', 'a'.repeat(40)],
    ['in upper case', 'A'.repeat(40)],
    ['with a NUL', `${'a'.repeat(40)}\0`],
    ['with a line break', `${'a'.repeat(40)}\n`],
    ['of a megabyte', 'a'.repeat(1_000_000)],
    ['of another type', { startsWith: 'a' } as unknown as string],
  ])('finds nobody and ends nothing: %s', async (_, secret) => {
    await using test = await openWithAnn();
    await test.sessions.start(test.ann.id);
    expect(await test.sessions.find(secret)).toBe(null);
    await test.sessions.end(secret);
    expect(await test.client.session.count()).toBe(1);
  });

  it('does not reach the database', async () => {
    await using test = await openWithAnn();
    test.statements.length = 0;
    await test.sessions.find('a'.repeat(41));
    expect(test.statements).toEqual([]);
  });
});

describe('an ended session (attack 3)', () => {
  it('is dead at once, in a second process too', async () => {
    await using test = await openWithAnn();
    const elsewhere = createSessions(test.client, { now: () => new Date('2024-02-28T23:00:00Z') });
    const [first, second] = [await test.sessions.start(test.ann.id), await test.sessions.start(test.ann.id)];
    expect(await elsewhere.find(first.secret)).toMatchObject({ name: 'Ann' });

    await test.sessions.end(first.secret);
    expect(await test.sessions.find(first.secret)).toBe(null);
    expect(await elsewhere.find(first.secret)).toBe(null);
    expect(await elsewhere.find(second.secret)).toMatchObject({ name: 'Ann' });
  });

  it('can be ended again', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    await test.sessions.end(secret);
    await expect(test.sessions.end(secret)).resolves.toBe(undefined);
  });

  it("takes all sessions of one user with it, and nobody else's, when all are ended", async () => {
    await using test = await openWithAnn();
    const bob = await createUser(test.client, { email: 'bob@example.test', name: 'Bob' });
    const secrets = [
      await test.sessions.start(test.ann.id),
      await test.sessions.start(test.ann.id),
      await test.sessions.start(bob.id),
    ];
    await test.sessions.endAll(test.ann.id);
    const found = await Promise.all(secrets.map(({ secret }) => test.sessions.find(secret)));
    expect(found.map((user) => user?.name)).toEqual([undefined, undefined, 'Bob']);
  });
});

describe('the list of sessions', () => {
  it('shows each live one of the user, from where, and which one asks; neither a secret nor a hash', async () => {
    await using test = await openWithAnn();
    const bob = await createUser(test.client, { email: 'bob@example.test', name: 'Bob' });
    await test.sessions.start(bob.id);
    const { secret } = await test.sessions.start(test.ann.id, {
      device: 'Firefox on Linux',
      network: '203.0.113.0/24',
    });
    test.moveTo(days);
    await test.sessions.start(test.ann.id);

    const listed = await test.sessions.list(test.ann.id, secret);
    expect(listed).toEqual([
      {
        handle: expect.any(String),
        createdAt: new Date('2024-02-29T23:00:00Z'),
        lastUsedAt: new Date('2024-02-29T23:00:00Z'),
        expiresAt: expect.any(Date),
        device: null,
        network: null,
        current: false,
      },
      {
        handle: expect.any(String),
        createdAt: new Date('2024-02-28T23:00:00Z'),
        lastUsedAt: new Date('2024-02-28T23:00:00Z'),
        expiresAt: expect.any(Date),
        device: 'Firefox on Linux',
        network: '203.0.113.0/24',
        current: true,
      },
    ]);
    const hash = createHash('sha256').update(secret).digest('hex');
    expect(JSON.stringify(listed)).not.toMatch(new RegExp(`${secret}|${hash}`));
    test.moveTo(7 * days);
    expect(await test.sessions.list(test.ann.id, secret)).toHaveLength(1);
  });

  it('gives the handle by which one is ended, by its user only', async () => {
    await using test = await openWithAnn();
    const bob = await createUser(test.client, { email: 'bob@example.test', name: 'Bob' });
    const { secret } = await test.sessions.start(test.ann.id);
    const [listed] = await test.sessions.list(test.ann.id, secret);
    const absent = { code: 'NOT_FOUND', message: 'No session matches. Check the key, and that you may see the row.' };
    await expect(test.sessions.endByHandle(bob.id, listed!.handle)).rejects.toMatchObject(absent);
    await expect(test.sessions.endByHandle(test.ann.id, 'x')).rejects.toMatchObject(absent);
    expect(await test.sessions.find(secret)).toMatchObject({ name: 'Ann' });
    await test.sessions.endByHandle(test.ann.id, listed!.handle);
    expect(await test.sessions.find(secret)).toBe(null);
  });
});

describe('expiry (attack 4)', () => {
  it('comes seven days after the start when the session is not used', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    expect(await test.endInDays()).toBe(7);
    test.moveTo(7 * days);
    expect(await test.sessions.find(secret)).toBe(null);
  });

  it('is put off by use in the second half of the seven days, and by no write before', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    test.moveTo(3.4 * days);
    await test.sessions.find(secret);
    expect(await test.endInDays()).toBe(7);

    test.moveTo(7 * days - seconds);
    expect(await test.sessions.find(secret)).toMatchObject({ name: 'Ann' });
    expect(await test.endInDays()).toBe(14 - seconds / days);
    test.moveTo(13 * days);
    expect(await test.sessions.find(secret)).toMatchObject({ name: 'Ann' });
  });

  it('comes thirty days after the start however much the session is used', async () => {
    await using test = await openWithAnn();
    const { secret, expiresAt } = await test.sessions.start(test.ann.id);
    expect(expiresAt).toEqual(new Date('2024-03-29T23:00:00Z'));
    for (let day = 1; day < 30; day += 1) {
      test.moveTo(day * days);
      expect(await test.sessions.find(secret)).toMatchObject({ name: 'Ann' });
      expect(await test.endInDays()).toBeLessThanOrEqual(30);
    }
    test.moveTo(30 * days - seconds);
    expect(await test.sessions.find(secret)).toMatchObject({ name: 'Ann' });
    test.moveTo(30 * days);
    expect(await test.sessions.find(secret)).toBe(null);
  });

  it('is not written again once it has reached the thirty days', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    for (const day of [6, 12, 18, 24]) {
      test.moveTo(day * days);
      await test.sessions.find(secret);
    }
    expect(await test.endInDays()).toBe(30);
    test.statements.length = 0;
    test.moveTo(29 * days);
    await test.sessions.find(secret);
    // Its use is noted, its end is not touched.
    expect(test.statements.filter((sql) => sql.includes('SET')).join()).toMatch(/SET [^,]*lastUsedAt. = \S+ WHERE/);
  });

  it('holds though a row says otherwise', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    await test.client.session.updateMany({ data: { expiresAt: new Date('2999-01-01T00:00:00Z') } });
    test.moveTo(30 * days);
    expect(await test.sessions.find(secret)).toBe(null);
  });

  it('holds for a clock set back', async () => {
    await using test = await openWithAnn();
    const { secret } = await test.sessions.start(test.ann.id);
    test.moveTo(-2 * 3_600_000);
    expect(await test.sessions.find(secret)).toMatchObject({ name: 'Ann' });
    expect(await test.endInDays()).toBe(7);
  });

  it('removes the row at the next start of any session', async () => {
    await using test = await openWithAnn();
    await test.sessions.start(test.ann.id);
    test.moveTo(8 * days);
    await test.sessions.start(test.ann.id);
    expect(await test.client.session.count()).toBe(1);
  });
});
