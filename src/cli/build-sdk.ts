import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { badConfig } from '../errors.ts';
import { packSdk, type PackedSdk } from '../server/sdk/pack.ts';
import { sha256 } from '../server/sdk/registry.ts';
import { root } from './house.ts';

const sources = join(root, 'src/sdk');
/** Built SDKs, each in a folder that is named by what it was built from. */
const builds = join(root, 'src/sdk/dist');
/** What makes the SDK beside its own files. */
const generators = ['codegen.ts', 'src/graphql/client-operations.ts', 'src/graphql/client-types.ts'];

/**
 * Generates and compiles `src/sdk` from the API's text, which need not be the one in `api.graphql`. Needs the
 * development dependencies.
 */
async function buildSdk(api: string): Promise<string> {
  const name = await nameOf(api);
  const built = join(builds, name);
  await mkdir(join(root, 'dist'), { recursive: true });
  // Apart, and put in place as a whole: others may build, or read what is there.
  const workshop = await mkdtemp(join(root, 'dist/sdk-'));
  try {
    for (const file of await ownFiles()) await cp(join(sources, file), join(workshop, file));
    await writeFile(join(workshop, 'api.graphql'), api);
    const config = { extends: join(sources, 'tsconfig.json'), compilerOptions: { rootDir: '.', outDir: 'built' } };
    const include = ['*.ts', 'generated'];
    await writeFile(join(workshop, 'tsconfig.json'), JSON.stringify({ ...config, include, exclude: ['built'] }));
    await run(['--import', 'tsx', 'codegen.ts', join(workshop, 'api.graphql'), join(workshop, 'generated')]);
    await run([join(root, 'node_modules/typescript/bin/tsc'), '-p', workshop]);
    for (const file of ['graphql-web.d.ts', 'manifest.json', 'tada.d.ts'])
      await cp(join(workshop, 'generated', file), join(workshop, 'built/generated', file));
    for (const file of ['package.json', 'api.graphql']) await cp(join(workshop, file), join(workshop, 'built', file));
    await mkdir(builds, { recursive: true });
    for (const old of await readdir(builds)) if (old !== name) await rm(join(builds, old), { recursive: true });
    // Who comes second finds the same there.
    if (!existsSync(built)) await rename(join(workshop, 'built'), built).catch(unlessTaken);
    return built;
  } finally {
    await rm(workshop, { recursive: true });
  }
}

/** The SDK of this API, built when there is none that was made of the files of now. */
export async function packHere(api: string, version: string): Promise<PackedSdk> {
  return packSdk((await builtOf(api)) ?? (await buildSdk(api)), version);
}

async function builtOf(api: string): Promise<string | undefined> {
  if (existsSync(join(sources, 'index.ts'))) {
    const built = join(builds, await nameOf(api));
    if (existsSync(built)) return built;
    if (existsSync(join(root, 'node_modules/typescript'))) return undefined;
  }
  // An image has what it was made with, and none of the sources.
  for (const name of await readdir(builds).catch(() => [])) {
    const lying = await readFile(join(builds, name, 'api.graphql'), 'utf8').catch(() => undefined);
    if (lying === api) return join(builds, name);
  }
  throw badConfig('The SDK of this API is not built.', 'Run: npm run pergola -- sdk build, where the image is made.');
}

async function nameOf(api: string): Promise<string> {
  const paths = [...(await ownFiles()).map((file) => join(sources, file)), ...generators.map((it) => join(root, it))];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return sha256(JSON.stringify([api, ...texts])).slice(0, 16);
}

const ownFiles = async () => (await readdir(sources)).filter((file) => /\.ts$|^package\.json$/.test(file)).toSorted();

function unlessTaken(error: unknown) {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
}

async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`Building the SDK failed.\n${stdout}${stderr}`);
}
