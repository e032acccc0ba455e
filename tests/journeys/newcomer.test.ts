/** What a newcomer does wrong at the start gets one line with the remedy, and an exit code that is not 0. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { internal } from '../../src/policy/policy.ts';
import { designOf } from '../../src/server/platform.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  code: number | null;
  output: string;
  errors: string;
}

/** Runs the server; `whenUp` is called with what it printed once it listens. */
async function start(environment: Record<string, string>, whenUp?: (stop: () => void) => void): Promise<Run> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: root,
    env: { PATH, HOME, PERGOLA_SAMPLE_DATA: 'off', PORT: '0', ...environment },
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (output.includes('Database')) whenUp?.(() => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, errors };
}

const url = (name: string) => `file:${join(folder, name)}`;

describe('npm start', () => {
  it('keeps the data and the password of the first start, and ends cleanly on Ctrl-C', async () => {
    const first = await start({ DATABASE_URL: url('twice.db') }, (stop) => stop());
    const again = await start({ DATABASE_URL: url('twice.db') }, (stop) => stop());
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(first.output).toMatch(/Sign in {4}admin@example\.test {2}[\w-]{16} /);
    expect(first.output).toMatch(/\d+ migrations applied, 2 rows/);
    expect(again.output).toContain('admin@example.test  (the password of the first start)');
    expect(again.output).toMatch(/\d+ migrations applied, 2 rows/);
  });

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, 'localhost');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, errors } = await start({ DATABASE_URL: url('port.db'), PORT: String(port) });
    other.close();
    expect([code, errors]).toEqual([
      1,
      `pergola: Port ${port} is taken. Stop what uses it, or choose another: PORT=${port + 1} npm start.\n`,
    ]);
  });
});

describe('the policies', () => {
  const { extensions, policies } = application;

  it('stop the start when a model has none', () => {
    const without = policies.filter(({ model }) => model !== 'Tag');
    expect(() => designOf({ policies: without, extensions })).toThrow(
      "The model Tag has no policy. Add one to src/app/policies, or internal('Tag') if no API should show it.",
    );
  });

  it('stop the start when one is of a model that does not exist', () => {
    const stray = { ...internal('Tag'), model: 'Tagg' };
    expect(() => designOf({ policies: [...policies, stray], extensions })).toThrow(
      /There is a policy for the model "Tagg", which is not in prisma\/schema\.prisma\. Models: Country, /,
    );
  });
});
