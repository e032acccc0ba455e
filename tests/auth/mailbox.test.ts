import * as argon2 from '@node-rs/argon2';
import { beforeEach, expect, it, vi } from 'vitest';
import { createBackground } from '../../src/auth/background.ts';
import { createMailbox } from '../../src/auth/mailbox.ts';
import { createMailedLinks } from '../../src/auth/mailed-links.ts';
import { openTemporaryDatabase } from '../support/temporary-database.ts';

// The real argon2, watched: what counts is when it is not asked.
vi.mock('@node-rs/argon2', { spy: true });
beforeEach(() => void vi.clearAllMocks());

it('hashes no password for a link that is none: anybody can send those', async () => {
  await using database = await openTemporaryDatabase();
  const { client } = database;
  const mailbox = createMailbox({
    client,
    links: createMailedLinks(client),
    background: createBackground(() => {}),
    sendMail: () => Promise.resolve(),
    publicUrl: 'http://localhost:4000',
    signUp: true,
  });
  for (const finish of [mailbox.finishSignUp, mailbox.resetPassword]) {
    await expect(finish('0'.repeat(64), 'long enough')).rejects.toMatchObject({ code: 'LINK_INVALID' });
  }
  expect(argon2.hash).not.toHaveBeenCalled();
});

it('refuses more than a hundred mails at a time, whomever they are for, and then goes on', async () => {
  const errors: unknown[] = [];
  const background = createBackground((error) => void errors.push(error));
  let sent = 0;
  let release = () => {};
  const open = new Promise<void>((resolve) => (release = resolve));
  const task = async () => {
    await open;
    if (++sent === 1) throw new Error('no mail server');
  };
  for (let count = 0; count < 100; count++) background.run(task);
  expect(() => background.run(task)).toThrow(expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }));
  release();
  await background.settled();
  expect([sent, errors.map(String)]).toEqual([100, ['Error: no mail server']]);
  background.run(task);
  await background.settled();
  expect(sent).toBe(101);
});
