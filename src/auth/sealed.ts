/** Secrets that must be read again, so that a hash would not do: encrypted with a key from the configuration. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { PergolaError } from '../errors.ts';

export interface Seal {
  /** @param owner only for the same one it opens: rows cannot lend each other their secrets. */
  close(secret: string, owner: string): string;
  /** Throws when it was closed with another key, for another owner, or changed since. */
  open(sealed: string, owner: string): string;
}

const [prefix, algorithm] = ['v1.', 'aes-256-gcm'] as const;
const [nonceBytes, tagBytes] = [12, 16];

/**
 * @param configured the key of the configuration; without one nothing is closed or opened
 * @param purpose a key serves one only
 */
export function createSeal(configured: string | undefined, purpose: string): Seal {
  if (configured === undefined) return noSeal;
  const key = Buffer.from(hkdfSync('sha256', configured, '', `pergola ${purpose}`, 32));
  return {
    close(secret, owner) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(owner));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return prefix + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    },
    open(sealed, owner) {
      if (!sealed.startsWith(prefix)) throw new Error('A secret is stored that was never sealed.');
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new Error('A sealed secret does not open: PERGOLA_SECRET is not the one that it was closed with.');
      }
    },
  };
}

const noSeal: Seal = {
  close() {
    throw new PergolaError(
      'FORBIDDEN',
      'This server keeps no secrets of second factors.',
      'Whoever runs it can set PERGOLA_SECRET.',
    );
  },
  open() {
    throw new Error('A sealed secret does not open: PERGOLA_SECRET is missing.');
  },
};
