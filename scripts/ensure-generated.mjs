/**
 * Runs `prisma generate` when src/generated is missing or was made from other inputs. `--force` runs it anyway.
 * Everything it says goes to stderr: stdout is the caller's.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ensureInstalled } from './ensure-installed.mjs';
import { withLock } from './lock.mjs';
import { isEntry, root } from './root.mjs';
import { runNode } from './run.mjs';

/** What the generated files depend on; a package's own version stands in its package.json. */
const inputs = [
  'prisma/schema.prisma',
  'src/model/generator.ts',
  'src/database/schema-engine/derive-schema.ts',
  'node_modules/prisma/package.json',
  'node_modules/@pothos/plugin-prisma/package.json',
];
const stamp = join(root, 'src/generated/.stamp');
const sdkInputs = [
  'api.graphql',
  'codegen.ts',
  'src/graphql/client-operations.ts',
  'src/graphql/client-types.ts',
  'node_modules/@graphql-codegen/core/package.json',
  'node_modules/gql.tada/package.json',
];
const sdkStamp = join(root, 'src/sdk/generated/.stamp');

export async function ensureGenerated({ force = false } = {}) {
  await ensureInstalled();
  await ensureServer(force);
  await ensureSdk(force);
}

/** @param {boolean} force */
async function ensureServer(force) {
  if (!force && isCurrent()) return;
  await withLock('generate', async () => {
    if (!force && isCurrent()) return;
    console.error('Generating src/generated from prisma/schema.prisma.');
    // Taken before the run: an input that changes during it must not count as done.
    const made = fingerprint();
    // Prisma Client is made for one kind of database. The Prisma config takes the kind from the URL; none is reached.
    await generate('file:./data/pergola.db');
    await Promise.all(['mysql://localhost/any', 'postgresql://localhost/any'].map(generate));
    writeFileSync(stamp, `${made}\n`);
  });
}

/**
 * The SDK's types and operations. GraphQL Code Generator is a development dependency: without it there is nothing to do.
 * @param {boolean} force
 */
async function ensureSdk(force) {
  if (!existsSync(join(root, 'node_modules/@graphql-codegen/core'))) return;
  // Of a project that is new: `pergola schema write` makes it.
  if (!existsSync(join(root, 'api.graphql'))) return;
  if (!force && isCurrent(sdkStamp, sdkInputs)) return;
  await withLock('generate-sdk', async () => {
    if (!force && isCurrent(sdkStamp, sdkInputs)) return;
    console.error('Generating src/sdk/generated from api.graphql.');
    const made = fingerprint(sdkInputs);
    await runNode(['--import', 'tsx', 'codegen.ts']);
    if (process.exitCode) process.exit();
    writeFileSync(sdkStamp, `${made}\n`);
  });
}

function isCurrent(file = stamp, of = inputs) {
  try {
    return readFileSync(file, 'utf8').trim() === fingerprint(of);
  } catch {
    return false;
  }
}

function fingerprint(of = inputs) {
  const hash = createHash('sha256');
  for (const input of of)
    hash
      .update(`${input}\0`)
      .update(readFileSync(join(root, input)))
      .update('\0');
  return hash.digest('hex');
}

/** @param {string} url */
async function generate(url) {
  // The generators are looked up on PATH, and must run on this Node.
  const path = [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const command = [join(root, 'node_modules/prisma/build/index.js'), 'generate', '--no-hints'];
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: url, PATH: path, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code === 0) return;
  console.error(`${stdout}${stderr}\n\`prisma generate\` failed: correct prisma/schema.prisma as it says above.`);
  process.exit(1);
}

if (isEntry(import.meta.url)) await ensureGenerated({ force: process.argv.includes('--force') });
