/** Random secrets, of which only a hash is stored. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** In hex: no letter case and no character that a URL, a header or a shell would change. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** No salt and no slow hash: what is hashed here is random and too long to be guessed from its hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares two hashes in the same time whatever they have in common. */
export function sameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
