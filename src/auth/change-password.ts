import { checkNewPassword, hashPassword, verifyPassword } from './passwords.ts';
import type { AccountStore } from './session-adapter.ts';
import { signInFailed } from './sign-in.ts';

/**
 * Replaces a password by one who knows it. All sessions end with the old one: whoever had stolen either is out.
 *
 * @throws SIGN_IN_FAILED, BAD_INPUT
 */
export async function changePassword(
  client: Pick<AccountStore, 'user'>,
  { userId, current, next }: { userId: string; current: string; next: string },
): Promise<void> {
  checkNewPassword(next);
  const known = await requirePassword(client, { userId, password: current });
  const changed = await setPassword(client, { userId, passwordHash: await hashPassword(next), replacing: known });
  if (!changed) throw signInFailed();
}

/**
 * Before what somebody must not do who has found a browser open, or stolen a session. Gives the hash that it was checked by.
 *
 * @throws SIGN_IN_FAILED
 */
export async function requirePassword(
  { user: users }: Pick<AccountStore, 'user'>,
  { userId, password }: { userId: string; password: string },
): Promise<string | null> {
  const user = await users.findUnique({ where: { id: userId }, select: { passwordHash: true } });
  const known = user?.passwordHash ?? null;
  if (!(await verifyPassword(known, password))) throw signInFailed();
  return known;
}

interface NewPassword {
  userId: string;
  passwordHash: string;
  /** Only while this is the stored one: of two changes with the same old password, one is refused. */
  replacing?: string | null;
}

/** The password, the sessions that were started with the old one and the links that could replace it: all in one transaction. */
export async function setPassword(
  { user: users }: Pick<AccountStore, 'user'>,
  { userId, passwordHash, replacing }: NewPassword,
): Promise<boolean> {
  const data = { passwordHash, sessions: { deleteMany: {} }, mailedLinks: { deleteMany: {} } };
  const where = { id: userId, ...(replacing !== undefined && { passwordHash: replacing }) };
  const changed = await users.update({ where, data, select: { id: true } }).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  return changed !== null;
}

const isAbsent = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'P2025';
