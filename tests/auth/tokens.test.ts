import { describe, expect, it } from 'vitest';
import { createTokens } from '../../src/auth/tokens.ts';
import { createUser } from '../../src/auth/sign-in.ts';
import { openTemporaryDatabase } from '../support/temporary-database.ts';
import { refuseWrites } from '../support/sabotage.ts';

const minutes = 60_000;
const days = 86_400_000;

/** Ann, an editor, with a token for 30 days, and a clock that stands until it is moved. */
async function openWithToken() {
  const database = await openTemporaryDatabase();
  const { client } = database;
  const ann = await createUser(client, { email: 'ann@example.test', name: 'Ann', roles: ['editor'] });
  const started = new Date('2024-02-28T23:00:00Z').getTime();
  let time = started;
  const tokens = createTokens(client, { now: () => new Date(time) });
  const created = await tokens.create({
    userId: ann.id,
    name: ' nightly ',
    scopes: ['City:read', '*:create'],
    days: 30,
  });
  return { ...database, ann, tokens, ...created, moveTo: (sinceStart: number) => (time = started + sinceStart) };
}

describe('an API token', () => {
  it('is told by a prefix, has an id to be found by and 256 random bits, and is shown once', async () => {
    await using test = await openWithToken();
    expect(test.secret).toMatch(/^pgl_[0-9a-f]{16}_[0-9a-f]{64}$/);
    const again = await test.tokens.create({ userId: test.ann.id, name: 'x', scopes: ['City:read'], days: 1 });
    expect(again.secret).not.toBe(test.secret);
    const [, , secretPart] = test.secret.split('_');
    const stored = JSON.stringify(await test.client.apiToken.findMany());
    expect(stored).not.toContain(secretPart);
    expect(JSON.stringify(await test.tokens.list())).not.toContain(secretPart);
    // Nor is what is stored a token.
    const { id, secretHash } = await test.client.apiToken.findUniqueOrThrow({ where: { id: test.token.id } });
    expect(await test.tokens.find(`pgl_${id}_${secretHash}`)).toBe(null);
  });

  it('finds its user with the roles of now, and its scopes', async () => {
    await using test = await openWithToken();
    expect(await test.tokens.find(test.secret)).toEqual({
      user: { id: test.ann.id, email: 'ann@example.test', name: 'Ann', roles: ['editor'] },
      scopes: ['City:read', '*:create'],
    });
    await test.client.user.update({ where: { id: test.ann.id }, data: { roles: { deleteMany: {} } } });
    expect(await test.tokens.find(test.secret)).toMatchObject({ user: { roles: [] } });
  });

  it.each([
    ['its prefix and id only', (secret: string) => secret.slice(0, 21)],
    ['all but its last character', (secret: string) => secret.slice(0, -1)],
    ['another last character', (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`],
    ['another id', (secret: string) => secret.replace(/^pgl_.{16}/, `pgl_${'0'.repeat(16)}`)],
    ['upper case', (secret: string) => secret.toUpperCase()],
    ['an upper-case secret', (secret: string) => secret.replace(/_[^_]*$/, (part) => part.toUpperCase())],
    ['a NUL at its end', (secret: string) => `${secret}\0`],
    ['a blank at its end', (secret: string) => `${secret} `],
    ['a line break at its end', (secret: string) => `${secret}\n`],
    ['a blank before it', (secret: string) => ` ${secret}`],
    ['nothing', () => ''],
    ['a megabyte', () => `pgl_${'a'.repeat(1_000_000)}`],
  ])('is not found by %s (attack 25)', async (_, change) => {
    await using test = await openWithToken();
    expect(await test.tokens.find(change(test.secret))).toBe(null);
  });

  it('is dead when it has expired (attack 25)', async () => {
    await using test = await openWithToken();
    test.moveTo(30 * days - 1);
    expect(await test.tokens.find(test.secret)).toMatchObject({ user: { name: 'Ann' } });
    test.moveTo(30 * days);
    expect(await test.tokens.find(test.secret)).toBe(null);
  });

  it('is dead when it has been revoked, by its owner only (attack 25)', async () => {
    await using test = await openWithToken();
    const bob = await createUser(test.client, { email: 'bob@example.test', name: 'Bob' });
    await expect(test.tokens.revoke(test.token.id, bob.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await test.tokens.find(test.secret)).toMatchObject({ user: { name: 'Ann' } });
    await test.tokens.revoke(test.token.id, test.ann.id);
    expect(await test.tokens.find(test.secret)).toBe(null);
    await expect(test.tokens.revoke(test.token.id, test.ann.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is gone with its owner', async () => {
    await using test = await openWithToken();
    await test.client.user.delete({ where: { id: test.ann.id } });
    expect(await test.tokens.find(test.secret)).toBe(null);
  });

  it('notes its use at most once a minute, and is found though that cannot be noted', async () => {
    await using test = await openWithToken();
    const lastUse = async () => (await test.tokens.list(test.ann.id))[0]?.lastUsedAt?.toISOString();
    expect(await lastUse()).toBe(undefined);
    await test.tokens.find(test.secret);
    test.moveTo(minutes - 1);
    await test.tokens.find(test.secret);
    expect(await lastUse()).toBe('2024-02-28T23:00:00.000Z');
    test.moveTo(minutes);
    await test.tokens.find(test.secret);
    expect(await lastUse()).toBe('2024-02-28T23:01:00.000Z');

    await refuseWrites(test.client, 'ApiToken', 'UPDATE');
    test.moveTo(2 * minutes);
    expect(await test.tokens.find(test.secret)).toMatchObject({ user: { name: 'Ann' } });
  });

  it.each([
    ['no name', { name: '  ' }, 'name'],
    ['a long name', { name: 'x'.repeat(101) }, 'name'],
    ['no day', { days: 0 }, 'days'],
    ['half a day', { days: 0.5 }, 'days'],
    ['more than a year', { days: 366 }, 'days'],
  ])('is not made with %s', async (_, given, inputPath) => {
    await using test = await openWithToken();
    const attempt = test.tokens.create({ userId: test.ann.id, name: 'x', scopes: ['City:read'], days: 1, ...given });
    await expect(attempt).rejects.toMatchObject({ code: 'BAD_INPUT', inputPath });
  });
});
