import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMailedLinks } from '../../src/auth/mailed-links.ts';
import { createUser } from '../../src/auth/sign-in.ts';
import { openTemporaryDatabase } from '../support/temporary-database.ts';

const minutes = 60_000;
const invalid = { code: 'LINK_INVALID', message: 'This link is not valid, or not any more. Ask for a new one.' };

/** Ann with a link for a new password, and a clock that stands until it is moved. */
async function openWithLink() {
  const database = await openTemporaryDatabase();
  const { id: userId } = await createUser(database.client, { email: 'ann@example.test', name: 'Ann' });
  const started = new Date('2024-02-28T23:00:00Z').getTime();
  let time = started;
  const links = createMailedLinks(database.client, { now: () => new Date(time) });
  const make = () => links.make({ purpose: 'reset-password', email: 'ann@example.test', userId });
  const secret = (await make()) ?? '';
  return { ...database, userId, links, make, secret, moveTo: (sinceStart: number) => (time = started + sinceStart) };
}

describe('a mailed link (attack 28)', () => {
  it('is used once, also when it is used twenty times at a time', async () => {
    await using test = await openWithLink();
    const uses = await Promise.allSettled(
      Array.from({ length: 20 }, () => test.links.use('reset-password', test.secret)),
    );
    expect(uses.filter(({ status }) => status === 'fulfilled')).toEqual([
      { status: 'fulfilled', value: { email: 'ann@example.test', name: null, userId: test.userId } },
    ]);
    const reasons = uses.flatMap((use) => (use.status === 'rejected' ? [String(use.reason)] : []));
    expect([...new Set(reasons)]).toEqual([`PergolaError: ${invalid.message}`]);
  });

  it('lives for an hour', async () => {
    await using test = await openWithLink();
    test.moveTo(60 * minutes - 1);
    expect(await test.links.look('reset-password', test.secret)).toMatchObject({ userId: test.userId });
    test.moveTo(60 * minutes);
    await expect(test.links.use('reset-password', test.secret)).rejects.toMatchObject(invalid);
  });

  it('is good for its purpose only, and is not used up by another', async () => {
    await using test = await openWithLink();
    await expect(test.links.look('sign-up', test.secret)).rejects.toMatchObject(invalid);
    await expect(test.links.use('sign-up', test.secret)).rejects.toMatchObject(invalid);
    expect(await test.links.use('reset-password', test.secret)).toMatchObject({ userId: test.userId });
  });

  it('is stored as a hash, which is no link', async () => {
    await using test = await openWithLink();
    const [row] = await test.client.mailedLink.findMany();
    expect(row?.id).toBe(createHash('sha256').update(test.secret).digest('hex'));
    expect(JSON.stringify(row)).not.toContain(test.secret);
    await expect(test.links.use('reset-password', row!.id)).rejects.toMatchObject(invalid);
  });

  it.each(['', 'x', '0'.repeat(64), `${'0'.repeat(64)}\0`, '0'.repeat(1_000_000)])(
    'is no other text: %.20s',
    async (text) => {
      await using test = await openWithLink();
      await expect(test.links.use('reset-password', text)).rejects.toMatchObject(invalid);
    },
  );

  it('is made once a minute for one mailbox, and those before it stay good: asking for somebody else spoils nothing', async () => {
    await using test = await openWithLink();
    test.moveTo(minutes - 1);
    expect(await test.make()).toBe(null);
    test.moveTo(minutes);
    const second = await test.make();
    for (const secret of [test.secret, second ?? '']) {
      expect(await test.links.look('reset-password', secret)).toMatchObject({ userId: test.userId });
    }
  });

  it('is forgotten when it has expired, as soon as another is made', async () => {
    await using test = await openWithLink();
    test.moveTo(60 * minutes);
    await test.make();
    expect(await test.client.mailedLink.count()).toBe(1);
  });
});
