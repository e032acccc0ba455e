import type { ClaimsMapping } from '../auth/external-users.ts';
import type { Role } from '../generated/model-types.ts';

/** The roles that another service may give, by its own names for them. */
const rolesByName: Readonly<Record<string, Lowercase<Role>>> = {
  'pergola-admin': 'admin',
  'pergola-editor': 'editor',
  'pergola-reviewer': 'reviewer',
};

/** Who the bearer of another service's token is here: docs/accounts.md. The signature, issuer, audience and times are checked already. */
export const mapClaims: ClaimsMapping = (claims) => {
  const { email, email_verified: verified, name } = claims;
  // Without this, whoever may type in an address at that service is any user here.
  if (typeof email !== 'string' || verified !== true) return null;
  return { email, roles: rolesIn(claims['roles']), newUserName: typeof name === 'string' ? name : email };
};

function rolesIn(names: unknown): Lowercase<Role>[] {
  if (!Array.isArray(names)) return [];
  return names.flatMap((name) =>
    typeof name === 'string' && Object.hasOwn(rolesByName, name) ? (rolesByName[name] ?? []) : [],
  );
}
