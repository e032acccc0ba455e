/** The package itself: every package manager takes it, every kind of consumer resolves it, the same API gives the same bytes. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, validate } from 'graphql';
import { generateClient } from '../../codegen.ts';
import { packHere } from '../../src/cli/build-sdk.ts';
import { apiText } from '../../src/graphql/api-text.ts';
import { root } from '../support/ref-of-file.ts';
import { serveSdk, type ServedSdk } from './serve-sdk.ts';

const run = promisify(execFile);
let served: ServedSdk;
let folder: string;
let tarball: Buffer;
beforeAll(async () => {
  served = await serveSdk();
  folder = await mkdtemp(join(tmpdir(), 'pergola-packages-'));
  tarball = (await served.registry.tarball((await served.registry.current()).version))!;
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe.each([
  { name: 'pnpm', bin: 'pnpm/bin/pnpm.cjs', frozen: ['install', '--frozen-lockfile'], lock: 'pnpm-lock.yaml' },
  { name: 'yarn', bin: 'yarn/bin/yarn.js', frozen: ['install', '--frozen-lockfile'], lock: 'yarn.lock' },
])('$name', ({ name, bin, frozen, lock }) => {
  it('installs from the server, twice in a row, and keeps its integrity', async () => {
    const project = await mkdtemp(join(folder, `${name}-`));
    const settings = /^```ini\n([^]*?)^```$/m.exec(readFileSync(join(root, 'docs/sdk.md'), 'utf8'))![1]!;
    await writeFile(join(project, '.npmrc'), settings.replace('http://localhost:4000', served.url));
    await writeFile(join(project, 'package.json'), '{ "name": "consumer", "version": "1.0.0", "private": true }');
    // A home of its own: what this machine has in its caches must not stand in for the server.
    const env = { ...process.env, HOME: project, XDG_DATA_HOME: project, YARN_CACHE_FOLDER: join(project, 'cache') };
    const manager = (...words: string[]) =>
      run(process.execPath, [join(root, 'node_modules', bin), ...words], { cwd: project, env });
    await manager('add', '@pergola/sdk');
    const { integrity, version } = await served.registry.current();
    expect(await readFile(join(project, lock), 'utf8')).toContain(integrity);
    await rm(join(project, 'node_modules'), { recursive: true });
    await rm(join(project, 'cache'), { recursive: true, force: true });
    await manager(...frozen);
    const installed = await readFile(join(project, 'node_modules/@pergola/sdk/package.json'), 'utf8');
    expect(JSON.parse(installed)).toMatchObject({ name: '@pergola/sdk', version });
    expect(await readFile(join(project, lock), 'utf8')).toContain(integrity);
  });
});

it('has nothing that publint complains of', async () => {
  const bytes = new Uint8Array(tarball).buffer;
  const { messages } = await publint({ pack: { tarball: bytes }, strict: true });
  expect(messages).toEqual([]);
});

it('resolves with its types for Node and for bundlers', async () => {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  if (!analysis.types) throw new Error('The package has no types.');
  // It is ESM, as its types say; and a resolution of before there was `exports` finds no manifest.
  const problems = analysis.problems.map((problem) => [problem.kind, 'entrypoint' in problem && problem.entrypoint]);
  expect(problems).toEqual([
    ['CJSResolvesToESM', '.'],
    ['CJSResolvesToESM', './react'],
    ['NoResolution', './manifest.json'],
  ]);
  expect(Object.keys(analysis.entrypoints)).toEqual(['.', './react', './manifest.json', './package.json']);
});

describe('the same API', () => {
  it('gives the same package', async () => {
    const api = apiText(served.platform.api);
    const [a, b] = [await packHere(api, '1.0.0'), await packHere(api, '1.0.0')];
    expect(a.tarball.equals(b.tarball)).toBe(true);
  });
  it('gives the same files', async () => {
    const again = join(folder, 'generated');
    await generateClient({ api: readFileSync(join(root, 'api.graphql'), 'utf8'), folder: again });
    const filesOf = async (path: string) => {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const paths = entries.filter((entry) => entry.isFile() && entry.name !== '.stamp');
      return paths.map(
        ({ parentPath, name }) =>
          [relative(path, join(parentPath, name)), readFileSync(join(parentPath, name), 'utf8')] as const,
      );
    };
    const before = await filesOf(join(root, 'src/sdk/generated'));
    expect(new Map(await filesOf(again))).toEqual(new Map(before));
    expect(before.length).toBeGreaterThan(100);
  });
});

it('has a manifest of all its operations, each under its hash, and each one that the API takes', async () => {
  const manifest = JSON.parse(readFileSync(join(root, 'src/sdk/generated/manifest.json'), 'utf8')) as Record<
    string,
    string
  >;
  const operations = (await import('../../src/sdk/generated/operations.ts')) as Record<string, { text: string }>;
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const texts = Object.values(operations).map(({ text }) => text);
  expect(texts.length).toBeGreaterThan(100);
  expect(manifest).toEqual(Object.fromEntries(texts.map((text) => [hash(text), text])));
  expect(texts.flatMap((text) => validate(served.platform.api, parse(text)))).toEqual([]);
});
