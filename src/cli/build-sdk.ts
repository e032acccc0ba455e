import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { badConfig } from '../errors.ts';
import { packSdk, type PackedSdk } from '../server/sdk/pack.ts';
import { root } from './house.ts';

/** Where the built SDK lies. */
const built = join(root, 'src/sdk/dist');

/** Generates and compiles `src/sdk` from the API's text. Needs the development dependencies. */
export async function buildSdk(api: string): Promise<void> {
  const sdk = join(root, 'src/sdk');
  await rm(built, { recursive: true, force: true });
  await run(['--import', 'tsx', 'codegen.ts']);
  await run([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'src/sdk/tsconfig.json']);
  await mkdir(join(built, 'generated'), { recursive: true });
  for (const file of ['generated/tada.d.ts', 'generated/graphql-web.d.ts', 'generated/manifest.json', 'package.json']) {
    await cp(join(sdk, file), join(built, file));
  }
  // Last: what has it is whole.
  await writeFile(join(built, 'api.graphql'), api);
}

/** The SDK of this API, built when what lies there is another's. */
export async function packHere(api: string, version: string): Promise<PackedSdk> {
  const lying = await readFile(join(built, 'api.graphql'), 'utf8').catch(() => undefined);
  if (lying !== api) {
    await readFile(join(root, 'node_modules/typescript/package.json')).catch(() => {
      throw badConfig(
        'The SDK of this API is not built.',
        'Run: npm run pergola -- sdk build, where the image is made.',
      );
    });
    await buildSdk(api);
  }
  return packSdk(built, version);
}

async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`Building the SDK failed.\n${stdout}${stderr}`);
}
