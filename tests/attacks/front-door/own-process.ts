/** The server from outside: `npm run serve`, but from the sources and on a database of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseToCome } from '../../support/server-database.ts';
import { testEngine } from '../../support/test-engine.ts';
import type { Ended, OwnProcess, ProcessSettings } from './target.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Resolves when it listens, or has ended. */
export async function startProcess({ environment = {}, before = '' }: ProcessSettings): Promise<OwnProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  const onServer = testEngine === 'sqlite' ? undefined : databaseToCome(testEngine);
  const { PATH = '', HOME = '' } = process.env;
  const script = `data:text/javascript,${encodeURIComponent(before)}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', script, 'src/main.ts'], {
    cwd: root,
    env: {
      PATH,
      HOME,
      PERGOLA_SAMPLE_DATA: 'off',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: onServer?.url ?? `file:${join(folder, 'process.db')}`,
      ...environment,
    },
  });
  let [output, errors] = ['', ''];
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, output, errors }));
  const up = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('Database')) resolve();
    });
  });
  await Promise.race([up, ended]);
  return {
    port: Number(/GraphiQL +http:\/\/[^:]+:(\d+)/.exec(output)?.[1] ?? 0),
    pid: child.pid!,
    signal: (name) => void child.kill(name),
    ended,
    output: () => output,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await onServer?.drop();
      await rm(folder, { recursive: true });
    },
  };
}
