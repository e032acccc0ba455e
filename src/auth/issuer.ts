/** Tokens that another service has issued: JWTs of an OpenID Connect issuer, checked with its published keys. */
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { PergolaError } from '../errors.ts';

export interface IssuerOptions {
  /** Exactly as the claim `iss` has it. */
  issuer: string;
  /** Exactly as the claim `aud` has it: a token that was made for another service signs nobody in here. */
  audience: string;
  /** Where its keys are. By default the issuer says it itself, at `/.well-known/openid-configuration`. */
  jwksUrl?: string | undefined;
  /** So long no keys are fetched again for the sake of an unknown one. */
  refetchMilliseconds?: number;
}

/** What a checked token says. Everything but these comes as the issuer wrote it, of whatever type. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly [claim: string]: unknown;
}

export interface Issuer {
  /** Null for whatever is not a valid token of this issuer for this audience. Throws ISSUER_UNAVAILABLE when it cannot be checked. */
  verify(token: string): Promise<Claims | null>;
}

/** Signatures by a public key only. With HS256 the published key would be the secret; `none` needs no key at all. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const clockToleranceSeconds = 30;
const timeoutMilliseconds = 5_000;
const keysAreKeptMilliseconds = 600_000;

export function openIssuer({ issuer, audience, jwksUrl, refetchMilliseconds = 30_000 }: IssuerOptions): Issuer {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  async function findKeys(): Promise<JWTVerifyGetKey> {
    const url = jwksUrl ?? (await discoverKeys(issuer));
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: timeoutMilliseconds,
      cacheMaxAge: keysAreKeptMilliseconds,
      // A token with an unknown key makes us ask: without this pause, a flood of them would be one to the issuer too.
      cooldownDuration: refetchMilliseconds,
    });
  }

  return {
    async verify(token) {
      keys ??= findKeys();
      // A discovery that failed is tried again by the next token.
      const getKey = await keys.catch((error: unknown) => {
        keys = undefined;
        throw unavailable(error);
      });
      try {
        const { payload } = await jwtVerify(token, getKey, {
          issuer,
          audience,
          algorithms,
          clockTolerance: clockToleranceSeconds,
          // A token without an end could never be taken back.
          requiredClaims: ['sub', 'exp'],
        });
        return hasSubject(payload) ? payload : null;
      } catch (error) {
        if (!isAboutToken(error)) throw unavailable(error);
        return null;
      }
    },
  };
}

/** Whether a text has the shape of a signed JWT: three parts of base64url. */
export const looksLikeJwt = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

/** OpenID Connect Discovery 1.0, sections 4.1 and 4.3. */
async function discoverKeys(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMilliseconds) });
  const document: unknown = await response.json();
  const { issuer: named, jwks_uri: keysUrl } = document as Record<string, unknown>;
  // Section 4.3: another name means that somebody else answers.
  if (named !== issuer || typeof keysUrl !== 'string') throw new Error(`${url} is not about ${issuer}.`);
  return keysUrl;
}

/** jose throws an error of its own for each thing that is wrong with a token; what is left is about getting the keys. */
function isAboutToken(error: unknown): boolean {
  const aboutKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  // The plain JOSEError: the answer of the issuer was no 200 or no JSON.
  const plain = error instanceof errors.JOSEError && error.code === errors.JOSEError.code;
  return error instanceof errors.JOSEError && !aboutKeys && !plain;
}

const hasSubject = (payload: JWTPayload): payload is JWTPayload & Claims =>
  typeof payload.sub === 'string' && typeof payload.iss === 'string';

const unavailable = (cause: unknown) => {
  const error = new PergolaError(
    'ISSUER_UNAVAILABLE',
    'The service that issues your tokens does not answer.',
    'Try again in a moment.',
  );
  error.cause = cause;
  return error;
};
