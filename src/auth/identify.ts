/** Who a request says it is from, and whether that is so. */
import type { TokenScopes } from '../policy/token-scopes.ts';
import { guest, type Viewer } from '../policy/viewer.ts';
import { parseSessionCookie } from './cookie.ts';
import type { ClaimsMapping, createExternalUsers } from './external-users.ts';
import { looksLikeJwt, type Issuer } from './issuer.ts';
import type { SessionUser, Sessions } from './sessions.ts';
import { apiTokenPrefix, type Tokens } from './tokens.ts';

export type Identity =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'session'; readonly user: SessionUser; readonly secret: string }
  | { readonly kind: 'token'; readonly user: SessionUser; readonly scopes: TokenScopes }
  | { readonly kind: 'external'; readonly user: SessionUser };

/** The two headers that can say it. */
export interface Credentials {
  readonly authorization: string | null;
  readonly cookie: string | null;
}

export interface IdentifyOptions {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly tokens: Pick<Tokens, 'find'>;
  /** Without one, its tokens are refused as any unknown text is. */
  readonly external?: {
    readonly issuer: Issuer;
    readonly mapClaims: ClaimsMapping;
    readonly findUser: ReturnType<typeof createExternalUsers>;
  };
}

export type Identify = (credentials: Credentials) => Promise<Identity | null>;

const nobody: Identity = { kind: 'nobody' };

/**
 * @returns null when the `Authorization` header gives credentials that are not valid, for whatever reason: the caller
 * means to be somebody and must not be answered as somebody else, be it a guest or the user of a cookie. A cookie that
 * is not valid is nobody: browsers send it without being asked.
 */
export function createIdentify({ sessions, tokens, external }: IdentifyOptions): Identify {
  async function bySession(secret: string): Promise<Identity | null> {
    const user = await sessions.find(secret);
    return user && { kind: 'session', user, secret };
  }
  async function byToken(text: string): Promise<Identity | null> {
    const found = await tokens.find(text);
    return found && { kind: 'token', ...found };
  }
  async function byIssuer(jwt: string): Promise<Identity | null> {
    const claims = await external?.issuer.verify(jwt);
    const mapped = claims ? external?.mapClaims(claims) : null;
    const user = mapped ? await external?.findUser(mapped) : null;
    return user ? { kind: 'external', user } : null;
  }

  return async ({ authorization, cookie }) => {
    if (authorization === null) {
      const secret = parseSessionCookie(cookie);
      return (secret === null ? null : await bySession(secret)) ?? nobody;
    }
    const [, text] = bearerPattern.exec(authorization) ?? [];
    if (text === undefined) return null;
    if (text.startsWith(apiTokenPrefix)) return byToken(text);
    return looksLikeJwt(text) ? byIssuer(text) : bySession(text);
  };
}

/** RFC 6750, section 2.1: one scheme, one space, one text without blanks or control characters. */
const bearerPattern = /^Bearer ([\x21-\x7e]{1,8000})$/i;

export function viewerOf(identity: Identity): Viewer {
  if (identity.kind === 'nobody') return guest;
  const { id, roles } = identity.user;
  return identity.kind === 'token'
    ? { kind: 'token', id, roles, scopes: identity.scopes }
    : { kind: 'user', id, roles };
}
