import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ensureGenerated } from '../scripts/ensure-generated.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = fileURLToPath(import.meta.resolve('typescript/package.json').replace('package.json', 'bin/tsc'));

/** Compiles the server, and what the benchmark runs beside it: measured is what is deployed, without a loader. */
export async function build(): Promise<void> {
  await ensureGenerated();
  for (const parameters of [['scripts/build.mjs'], [compiler, '-p', 'bench/tsconfig.json']]) {
    const child = spawn(process.execPath, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (code !== 0) throw new Error(`${parameters.join(' ')} failed.\n${output}`);
  }
}
