import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { sha256 } from './registry.ts';

export interface PackedSdk {
  readonly tarball: Buffer;
  readonly packageJson: Readonly<Record<string, unknown>>;
  /** The API that it was built from. */
  readonly api: string;
  readonly contentHash: string;
}

/** The built SDK as npm packs it: the same bytes for the same files and version. */
export async function packSdk(built: string, version: string): Promise<PackedSdk> {
  const entries = await readdir(built, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(built, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
  const files = await Promise.all(
    paths.map(async (path) => [path, await readFile(join(built, path), 'utf8')] as const),
  );
  const contents = new Map(files);
  const packageJson = { ...(JSON.parse(contents.get('package.json') ?? '{}') as object), version };
  const contentHash = sha256(JSON.stringify(files));
  contents.set('package.json', `${JSON.stringify(packageJson, null, 2)}\n`);
  const tar = createTar(
    [...contents].map(([path, data]) => ({ name: `package/${path}`, data })),
    { attrs: { mode: '644', mtime: 0, uid: 0, gid: 0, user: '', group: '' } },
  );
  return { tarball: gzipSync(tar), packageJson, api: contents.get('api.graphql') ?? '', contentHash };
}
