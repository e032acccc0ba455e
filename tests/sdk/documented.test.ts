/** Every snippet of docs/sdk.md: installed, type-checked and run, from the running server. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../support/requirements.ts';
import { root } from '../support/ref-of-file.ts';
import { serveSdk, type ServedSdk } from './serve-sdk.ts';

const run = promisify(execFile);
const chrome = requirement('chromium');
const text = readFileSync(join(root, 'docs/sdk.md'), 'utf8');
const blocks = (kind: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block!);

let served: ServedSdk;
let project: string;
const here = (snippet: string) => snippet.replaceAll('http://localhost:4000', served.url);
beforeAll(async () => {
  served = await serveSdk();
  project = await mkdtemp(join(tmpdir(), 'pergola-documented-'));
  await writeFile(join(project, 'package.json'), '{ "name": "documented", "private": true, "type": "module" }');
  const [install] = blocks('sh');
  await run('bash', ['-ec', here(install!)], { cwd: project });
  // What a front end has beside the SDK.
  for (const name of ['@tanstack', '@types', 'react', 'react-dom'])
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
  await writeFile(join(project, 'program.ts'), here(blocks('ts').join('\n')));
  await writeFile(join(project, 'tags.tsx'), here(blocks('tsx').join('\n')));
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(project, { recursive: true });
});

it('has no snippet that nothing runs', () => {
  const kinds = [...text.matchAll(/^```(\w+)$/gm)].map(([, kind]) => kind!);
  const count = (kind: string) => kinds.filter((it_) => it_ === kind).length;
  expect(kinds.filter((kind) => !['sh', 'ini', 'ts', 'text', 'tsx'].includes(kind))).toEqual([]);
  // The second block of commands is run by api-changes.test.ts, the settings by packages.test.ts.
  expect({ sh: count('sh'), ini: count('ini'), tsx: count('tsx') }).toEqual({ sh: 2, ini: 1, tsx: 1 });
  // A program without what it prints would show nothing.
  expect(text.match(/^```ts\n[^]*?^```\n\n```text$/gm)).toHaveLength(count('ts'));
});

it('has snippets that compile', async () => {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    jsx: 'react-jsx',
    exactOptionalPropertyTypes: true,
    types: ['node'],
  };
  const files = ['program.ts', 'tags.tsx'];
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const compiled = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]);
  expect(await compiled.catch((error: unknown) => error)).toMatchObject({ stdout: '' });
});

it('has programs that print what it says', async () => {
  const program = join(project, 'program.mjs');
  await build({
    entryPoints: [join(project, 'program.ts')],
    outfile: program,
    bundle: true,
    packages: 'external',
    format: 'esm',
    target: 'es2022',
  });
  const env = { ...process.env, PERGOLA_TOKEN: await served.secretOf('member') };
  const { stdout, stderr } = await run(process.execPath, [program], { env });
  expect(stdout).toBe(blocks('text').join(''));
  expect(stderr).toBe('');
});

describe('hooks in a browser', chrome.needed, () => {
  it('show rows, refusals, and what has changed', async () => {
    await served.all.tag.create({ data: { slug: 'wind', label: 'Wind' } });
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { createRoot } from 'react-dom/client';
          import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
          import { Tags } from './tags.tsx';
          const cache = new QueryClient();
          createRoot(document.body).render(<QueryClientProvider client={cache}><Tags /></QueryClientProvider>);`,
        resolveDir: project,
        loader: 'tsx',
      },
      bundle: true,
      write: false,
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"development"' },
    });
    const browser = await chromium.launch({
      executablePath: chrome.location,
      args: ['--headless=new', '--no-sandbox'],
    });
    try {
      const context = await browser.newContext({ bypassCSP: true });
      const page = await context.newPage();
      await page.goto(`${served.url}/livez`);
      await page.evaluate(() => document.body.replaceChildren());
      await page.addScriptTag({ content: outputFiles[0]!.text });
      const louder = page.getByRole('listitem').filter({ hasText: 'Wind' }).getByRole('button');
      await louder.click();
      // A guest may read tags and not rename them.
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toBe('FORBIDDEN');
      const token = (await served.secretOf('editor'))!;
      await page.route('**/graphql', (route) =>
        route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } }),
      );
      await louder.click();
      await page.getByText('Wind!').waitFor();
      expect((await served.all.tag.findFirst({ where: { slug: { equals: 'wind' } } }))?.label).toBe('Wind!');
    } finally {
      await browser.close();
    }
  });
});
