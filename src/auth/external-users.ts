/** From the claims of another service's token to a user here. */
import { isEmail, normalizeEmail } from './email.ts';
import type { Claims } from './issuer.ts';
import { sessionUserColumns, toSessionUser, type AccountStore, type SessionUser } from './session-adapter.ts';
import { createUser, isConflict } from './sign-in.ts';

/** What an application makes of the claims: `src/app/identity.ts`. */
export interface MappedUser {
  /** Only one that the issuer has verified: whoever has it is that user. */
  email: string;
  /** Those of the claims and no others: what is granted here holds for those who sign in here. */
  roles: readonly string[];
  /** A user without a row gets one with this name. Without a name they are refused. */
  newUserName?: string;
}

/** Null refuses the token. */
export type ClaimsMapping = (claims: Claims) => MappedUser | null;

export function createExternalUsers(client: Pick<AccountStore, 'user'>) {
  const byEmail = (email: string) => client.user.findUnique({ where: { email }, select: sessionUserColumns });

  return async function find({ email: given, roles, newUserName }: MappedUser): Promise<SessionUser | null> {
    const email = normalizeEmail(given);
    if (!isEmail(email)) return null;
    const known = await byEmail(email);
    // Compared again, because some collations take "änn" for "ann".
    if (known) return known.email === email ? { ...toSessionUser(known), roles: [...roles] } : null;
    if (newUserName === undefined) return null;
    try {
      return { ...(await createUser(client, { email, name: newUserName })), roles: [...roles] };
    } catch (error) {
      // Another request of the same newcomer was quicker.
      const quicker = isConflict(error) ? await byEmail(email) : null;
      if (!quicker) throw error;
      return { ...toSessionUser(quicker), roles: [...roles] };
    }
  };
}
