/** From e-mail and password to a session; and the users who can sign in. */
import { badInput, PergolaError } from '../errors.ts';
import { isEmail, normalizeEmail } from './email.ts';
import { checkNewPassword, hashPassword, needsRehash, verifyPassword } from './passwords.ts';
import type { SecondFactor } from './second-factor.ts';
import { sessionUserColumns, toSessionUser, type AccountStore, type SessionUser } from './session-adapter.ts';
import type { LimitGuesses } from './guesses.ts';
import { unknownOrigin, type SessionOrigin } from './session-origin.ts';
import type { Sessions, StartedSession } from './sessions.ts';

type Users = Pick<AccountStore, 'user'>;

export interface SignedIn extends StartedSession {
  user: SessionUser;
}

export const platformRoles = { admin: 'ADMIN', editor: 'EDITOR', reviewer: 'REVIEWER' } as const;
export type PlatformRole = keyof typeof platformRoles;

export interface NewUser {
  email: string;
  name: string;
  /** Without one, the user cannot sign in. */
  password?: string | null;
  roles?: readonly PlatformRole[];
}

/** Unknown user, wrong password and user without password: the same error, to the letter. */
export const signInFailed = () =>
  new PergolaError(
    'SIGN_IN_FAILED',
    'No user has this e-mail address and this password.',
    'Check both, and try again.',
  );

/** For trusted callers: the user with this e-mail address. */
export async function findUser({ user: users }: Users, given: string): Promise<SessionUser | undefined> {
  const email = normalizeEmail(given);
  const row = await users.findUnique({ where: { email }, select: sessionUserColumns });
  return row?.email === email ? toSessionUser(row) : undefined;
}

/** For trusted callers: the user with this key. */
export async function findUserById({ user: users }: Users, id: string): Promise<SessionUser | undefined> {
  const row = await users.findUnique({ where: { id }, select: sessionUserColumns });
  return row ? toSessionUser(row) : undefined;
}

export interface SignInDetails {
  /** Of the authenticator app, or a recovery code: for those who have a second factor. */
  code?: string | null | undefined;
  origin?: SessionOrigin;
}

export function createSignIn(
  { user: users }: Users,
  sessions: Sessions,
  { limitGuesses, secondFactor }: { limitGuesses: LimitGuesses; secondFactor: Pick<SecondFactor, 'require'> },
) {
  return { signIn };

  /** Throws SIGN_IN_FAILED, RATE_LIMITED, and SECOND_FACTOR_REQUIRED to those who have given the right password. */
  function signIn(givenEmail: string, password: string, details: SignInDetails = {}): Promise<SignedIn> {
    const email = normalizeEmail(givenEmail);
    const guesser = { email, origin: details.origin ?? unknownOrigin };
    return limitGuesses(guesser, () => tryToSignIn(email, password, details));
  }

  async function tryToSignIn(email: string, password: string, { code, origin }: SignInDetails): Promise<SignedIn> {
    const known = await findByEmail(email);
    // Verified for an unknown user too, against a dummy, so that time does not tell who has an account.
    const matches = await verifyPassword(known?.passwordHash ?? null, password);
    if (!known?.passwordHash || !matches) throw signInFailed();

    await secondFactor.require(known.id, code);
    const started = await sessions.start(known.id, origin);
    const user = await users.findUnique({
      where: { id: known.id },
      select: { ...sessionUserColumns, passwordHash: true },
    });
    // Read again after the start: the password may have been changed, and all sessions ended, while this
    // attempt waited its turn, and the session just started would then outlive the old password.
    const current = user?.passwordHash ?? null;
    if (!user || (current !== known.passwordHash && !(await verifyPassword(current, password)))) {
      await sessions.end(started.secret);
      throw signInFailed();
    }
    if (needsRehash(known.passwordHash)) await strengthen(known.id, known.passwordHash, password);
    return { ...started, user: toSessionUser(user) };
  }

  async function findByEmail(email: string) {
    // SQLite's driver cuts a text at NUL, so that "ann@example.test\0x" would find Ann, past a rate limit that counts by e-mail.
    if (!isEmail(email)) return null;
    const user = await users.findUnique({ where: { email }, select: { id: true, email: true, passwordHash: true } });
    // Compared again, because MySQL's collations take "änn" for "ann".
    return user?.email === email ? user : null;
  }

  async function strengthen(id: string, oldHash: string, password: string): Promise<void> {
    const passwordHash = await hashPassword(password).catch((error: unknown) => {
      // Too busy now: the user is signed in all the same, and the next sign-in tries again.
      if (error instanceof PergolaError && error.code === 'TOO_MANY_REQUESTS') return null;
      throw error;
    });
    // Only while the hash is still the old one, or a password changed just now would be changed back.
    if (passwordHash) await users.updateMany({ where: { id, passwordHash: oldHash }, data: { passwordHash } });
  }
}

/** For trusted callers, such as the command line, because it says whether an e-mail is taken. Throws BAD_INPUT, CONFLICT. */
export async function createUser({ user: users }: Users, newUser: NewUser): Promise<SessionUser> {
  const { name, password = null, roles = [] } = newUser;
  const email = normalizeEmail(newUser.email);
  if (!isEmail(email))
    throw badInput(`"${newUser.email}" is not an e-mail address.`, 'Use one such as "ann@example.test".', 'email');
  if (password !== null) checkNewPassword(password);
  const grants = [...new Set(roles)].map((role) => ({ role: toRole(role) }));
  const passwordHash = password === null ? null : await hashPassword(password);
  return insertUser({ user: users }, { email, name, passwordHash, roles: grants });
}

interface UserRow {
  /** Normalised and checked. */
  email: string;
  name: string;
  passwordHash: string | null;
  roles: { role: (typeof platformRoles)[PlatformRole] }[];
}

/** Throws CONFLICT. */
export async function insertUser({ user: users }: Users, { roles, ...row }: UserRow): Promise<SessionUser> {
  try {
    const data = { ...row, roles: { create: roles } };
    return toSessionUser(await users.create({ data, select: sessionUserColumns }));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new PergolaError(
      'CONFLICT',
      `A user with the e-mail address "${row.email}" exists.`,
      'Use another one.',
      'email',
    );
  }
}

/** Checked at run time too: on the command line a role is any word. */
function toRole(role: PlatformRole) {
  if (Object.hasOwn(platformRoles, role)) return platformRoles[role];
  throw badInput(`"${role}" is not a role.`, `Use one of: ${Object.keys(platformRoles).join(', ')}.`, 'roles');
}

export const isConflict = (error: unknown) => error instanceof PergolaError && error.code === 'CONFLICT';

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}
