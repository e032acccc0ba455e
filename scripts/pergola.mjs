#!/usr/bin/env node
/** The `pergola` command: the compiled one where there is one alone (a container image), else from the source. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

if (existsSync(join(root, 'src/cli/main.ts'))) {
  const { ensureGenerated } = await import('./ensure-generated.mjs');
  const { runNode } = await import('./run.mjs');
  await ensureGenerated();
  const main = join(root, 'src/cli/main.ts');
  const tsx = import.meta.resolve('tsx');
  // The caller's folder stays the working directory: paths on the command line are relative to it.
  await runNode(['--import', tsx, main, ...process.argv.slice(2)], { cwd: process.cwd() });
} else {
  /** @type {string} */
  const compiled = '../dist/cli/main.js';
  await import(compiled);
}
