import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { badInput } from '../errors.ts';

/** The text of each document by its SHA-256, in hex: what the build of a front end writes. */
export type Manifest = Readonly<Record<string, string>>;

/** The documents that clients are known to send. */
export interface TrustedDocuments {
  find(hash: string): string | undefined;
  /** Adds to the file too. Throws BAD_INPUT when there is none to add to. */
  add(manifest: Manifest): void;
}

export const hashOf = (document: string) => createHash('sha256').update(document).digest('hex');

/**
 * Those of a file, and those that the server itself sends. Other processes may add to the file: it is read again when
 * it has changed, not more often than once a second.
 *
 * @param path of a manifest, which need not exist yet
 * @param own documents of our pages
 * @throws BAD_INPUT for a file that is no manifest
 */
export function openTrustedDocuments(
  path: string | undefined,
  { own, now = () => performance.now() }: { own: readonly string[]; now?: () => number },
): TrustedDocuments {
  const ours = new Map(own.map((document) => [hashOf(document), document]));
  let [theirs, readAt, lookAgainAt] = [new Map<string, string>(), 0, -Infinity];

  function read(): void {
    if (path === undefined || now() < lookAgainAt) return;
    lookAgainAt = now() + 1_000;
    const changedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changedAt === readAt) return;
    theirs = new Map(Object.entries(parseManifest(readFileSync(path, 'utf8'))));
    readAt = changedAt;
  }

  read();
  return {
    find(hash) {
      const known = ours.get(hash) ?? theirs.get(hash);
      if (known !== undefined) return known;
      read();
      return theirs.get(hash);
    },
    add(manifest) {
      if (path === undefined)
        throw badInput('There is no file to keep documents in.', 'Set PERGOLA_TRUSTED_DOCUMENTS_MANIFEST.');
      lookAgainAt = -Infinity;
      read();
      for (const [hash, document] of Object.entries(manifest)) theirs.set(hash, document);
      // Put in its place as a whole: who reads meanwhile finds one or the other.
      writeFileSync(`${path}.new`, `${JSON.stringify(Object.fromEntries(theirs), null, 2)}\n`);
      renameSync(`${path}.new`, path);
    },
  };
}

/** @throws BAD_INPUT unless it is an object of documents, each under its own hash. */
export function parseManifest(text: string): Manifest {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw noManifest('It is no JSON.');
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest))
    throw noManifest('It is no object.');
  for (const [hash, document] of Object.entries(manifest)) {
    if (typeof document !== 'string') throw noManifest(`"${hash.slice(0, 64)}" stands for no text.`);
    // Whoever sends a hash must get that document and no other.
    if (hashOf(document) !== hash) throw noManifest(`"${hash.slice(0, 64)}" is not the hash of its document.`);
  }
  return manifest as Manifest;
}

const noManifest = (reason: string) =>
  badInput(`This is no manifest of documents. ${reason}`, 'Write { "<SHA-256 in hex>": "<document>" }.');
