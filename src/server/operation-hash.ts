import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const known = new LRUCache<string, string>({ max: 1_000 });

/** The first 12 digits of the SHA-256 of a document: names it in logs and figures without showing what stands in it. */
export function operationHash(document: string): string {
  let hash = known.get(document);
  if (hash === undefined) {
    hash = createHash('sha256').update(document).digest('hex').slice(0, 12);
    known.set(document, hash);
  }
  return hash;
}
