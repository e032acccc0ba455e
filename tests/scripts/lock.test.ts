import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const lock = new URL('../../scripts/lock.mjs', import.meta.url).href;

/** Reads a number and writes it back plus one, slowly: two at once would lose one. */
const addOne = (file: string) => `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { setTimeout } from 'node:timers/promises';
  import { withLock } from '${lock}';
  await withLock('counter', async () => {
    const count = Number(readFileSync('${file}', 'utf8'));
    await setTimeout(50);
    writeFileSync('${file}', String(count + 1));
  });`;

it('lets one process in at a time, and takes over from one that died', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-test-'));
  const counter = join(folder, 'counter');
  const env = { ...process.env, TMPDIR: folder, TEMP: folder };
  writeFileSync(counter, '0');
  const dies = `import { withLock } from '${lock}'; await withLock('counter', () => process.kill(process.pid, 'SIGKILL'));`;
  spawnSync(process.execPath, ['--input-type=module', '-e', dies], { env });

  const runs = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', addOne(counter)], { env }),
  );
  const codes = await Promise.all(runs.map(async (run) => (await once(run, 'exit'))[0]));

  expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
  expect(readFileSync(counter, 'utf8')).toBe('6');
});
