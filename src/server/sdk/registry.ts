import { createHash } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiChanges, nextVersion } from './api-changes.ts';
import type { PackedSdk } from './pack.ts';

/** One published version. Nothing of it changes any more. */
export interface Release {
  readonly version: string;
  readonly apiHash: string;
  readonly api: string;
  /** Of the files, so that the same is not published twice. */
  readonly contentHash: string;
  readonly packageJson: Readonly<Record<string, unknown>>;
  readonly integrity: string;
  readonly shasum: string;
  readonly publishedAt: string;
}

export interface Registry {
  /** Newest last. */
  releases(): Promise<readonly Release[]>;
  /** The release of the API of now; publishes it when it is not. */
  current(): Promise<Release>;
  tarball(version: string): Promise<Buffer | undefined>;
}

export interface RegistryOptions {
  /** Where releases are kept: shared by all processes that serve the same database. */
  readonly folder: string;
  /** The SDK of the API of now, built when it is not. */
  readonly pack: (version: string) => Promise<PackedSdk>;
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function openRegistry({ folder, pack }: RegistryOptions): Registry {
  let publishing: Promise<Release> | undefined;

  async function releases(): Promise<Release[]> {
    const files = await readdir(folder).catch(() => []);
    const found = files.filter((name) => /^\d+\.\d+\.\d+\.json$/.test(name));
    const read = await Promise.all(found.map((name) => readFile(join(folder, name), 'utf8')));
    return read.map((text) => JSON.parse(text) as Release).toSorted((a, b) => compareVersions(a.version, b.version));
  }

  async function publish(): Promise<Release> {
    const last = (await releases()).at(-1);
    const draft = await pack(last?.version ?? '1.0.0');
    if (last?.contentHash === draft.contentHash) return last;
    const version = last ? nextVersion(last.version, await apiChanges(last.api, draft.api)) : '1.0.0';
    const { tarball, packageJson, api, contentHash } = await pack(version);
    const release: Release = {
      version,
      apiHash: sha256(api),
      api,
      contentHash,
      packageJson,
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      shasum: createHash('sha1').update(tarball).digest('hex'),
      publishedAt: new Date().toISOString(),
    };
    await mkdir(folder, { recursive: true });
    // Its name is its content's: another process that publishes at this moment writes another file, or the same.
    await writeFile(join(folder, fileOf(release)), tarball);
    try {
      const draftFile = join(folder, `${version}.${process.pid}.draft`);
      await writeFile(draftFile, JSON.stringify(release), { flag: 'wx' });
      // Whoever comes second finds the version taken, and takes what is there.
      await takeName(draftFile, join(folder, `${version}.json`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return publish();
    }
    return release;
  }

  return {
    releases,
    current() {
      publishing ??= publish().catch((error: unknown) => {
        publishing = undefined;
        throw error;
      });
      return publishing;
    },
    async tarball(version) {
      const release = (await releases()).find((it) => it.version === version);
      return release && readFile(join(folder, fileOf(release)));
    },
  };
}

const fileOf = ({ version, shasum }: Release) => `${version}-${shasum}.tgz`;

/** A link appears whole, and fails where one is already. */
async function takeName(draft: string, name: string): Promise<void> {
  try {
    await link(draft, name);
  } finally {
    await rm(draft, { force: true });
  }
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at === -1 ? 0 : left[at]! - right[at]!;
}
