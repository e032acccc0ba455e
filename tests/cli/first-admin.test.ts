import { expect, it } from 'vitest';
import { addAdmin, firstPassword } from '../../src/cli/first-admin.ts';
import { openTestPlatform } from '../support/platform.ts';

it('is added once, and told one password, by servers that start together on a new database', async () => {
  await using platform = await openTestPlatform({ fill: async () => {} });
  const { unguarded } = platform.database;
  await unguarded.user.deleteMany();
  const email = 'admin@example.test';
  await Promise.all([1, 2, 3].map(() => addAdmin(unguarded, email)));
  const passwords = await Promise.all([1, 2, 3].map(() => firstPassword(unguarded, email)));
  expect(await unguarded.user.count()).toBe(1);
  expect(passwords.filter((password) => password !== undefined)).toHaveLength(1);
});
