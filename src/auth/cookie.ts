/** The session cookie: RFC 6265bis, sections 4.1.3 (the prefix `__Host-`) and 5.6. */
import { badInput } from '../errors.ts';

/** The prefix makes a browser refuse the cookie unless it is Secure, has Path=/ and has no Domain: no sibling host can plant one. */
const sessionCookieName = '__Host-pergola';

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** A `Set-Cookie` value. */
export function serializeSessionCookie(secret: string, expiresAt: Date, now = new Date()): string {
  // Anything else could end the value and add an attribute or a header of its own.
  if (!/^[\w-]+$/.test(secret)) {
    throw badInput(
      'The session secret has a character that a cookie cannot carry.',
      'Use a secret as sessions.start() gives it.',
    );
  }
  const maxAgeSeconds = Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1000));
  return `${sessionCookieName}=${secret}; Max-Age=${maxAgeSeconds}; ${attributes}`;
}

/** A `Set-Cookie` value that removes the cookie. It has the same attributes, without which a browser keeps the old one. */
export function clearSessionCookie(): string {
  return `${sessionCookieName}=; Max-Age=0; ${attributes}`;
}

/** The secret in a `Cookie` header, or null. Values are neither unquoted nor percent-decoded: a secret has nothing to decode. */
export function parseSessionCookie(header: string | null | undefined): string | null {
  const values = new Set<string>();
  for (const pair of header?.split(';') ?? []) {
    const separator = pair.indexOf('=');
    if (separator === -1) continue;
    // The name is compared with case: browsers guard `__Host-`, and a client that sends `__HOST-` is not one of them.
    if (pair.slice(0, separator).trim() === sessionCookieName) values.add(pair.slice(separator + 1).trim());
  }
  // Of two different values one is planted, and nothing says which: then nobody is signed in.
  const [value] = values;
  return values.size === 1 && value ? value : null;
}
