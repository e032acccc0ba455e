import { randomBytes } from 'node:crypto';
import { hashPassword } from '../auth/passwords.ts';
import type { AccountStore } from '../auth/sessions.ts';
import { createUser } from '../auth/sign-in.ts';
import { PergolaError } from '../errors.ts';

type Accounts = Pick<AccountStore, 'user'>;

/** A database without users gets its first admin. Of servers that start together, one adds it. */
export async function addAdmin({ user: users }: Accounts, email: string): Promise<void> {
  if ((await users.count()) > 0) return;
  try {
    await createUser({ user: users }, { email, name: 'Admin', roles: ['admin'] });
  } catch (error) {
    const isThereNow = error instanceof PergolaError && error.code === 'CONFLICT';
    if (!isThereNow) throw error;
  }
}

/** Made up when everything else has gone well, so that a first start that was interrupted has not used it up. It is stored nowhere. */
export async function firstPassword({ user: users }: Accounts, email: string): Promise<string | undefined> {
  const waiting = { email, passwordHash: null };
  if ((await users.count({ where: waiting })) === 0) return undefined;
  const password = randomBytes(12).toString('base64url');
  const { count } = await users.updateMany({ where: waiting, data: { passwordHash: await hashPassword(password) } });
  return count === 1 ? password : undefined;
}
