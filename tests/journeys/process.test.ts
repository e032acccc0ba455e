/** The process from outside: signals under load, and errors that nobody has caught. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRaw } from '../support/raw-http.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** On SIGUSR2 something goes wrong that nobody has thought of. */
const failing = `data:text/javascript,process.on('SIGUSR2', () => { void Promise.reject(new Error('nobody expected this')); });`;

async function start() {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', failing, 'src/main.ts'], {
    cwd: root,
    env: {
      PATH,
      HOME,
      PERGOLA_SAMPLE_DATA: 'off',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: `file:${join(folder, 'process.db')}`,
    },
  });
  let [output, errors] = ['', ''];
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const up = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('Database')) resolve();
    });
  });
  await Promise.race([up, ended]);
  const port = Number(/GraphiQL +http:\/\/[^:]+:(\d+)/.exec(output)?.[1]);
  return { port, signal: (name: NodeJS.Signals) => child.kill(name), ended, errors: () => errors };
}

/** A request of which a part is still to come. */
async function begin(port: number) {
  const body = '{"query":"{ __typename }"}';
  const connection = await openRaw(port);
  connection.send(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  // Its head has been read when a later request has its answer.
  await (await fetch(`http://127.0.0.1:${port}/livez`)).text();
  return { finish: () => connection.send(body), answer: connection.closed };
}

const healthy = /^HTTP\/1\.1 200 OK\r\n[^]*connection: close[^]*\{"data":\{"__typename":"Query"\}/i;

describe('the process', () => {
  it('answers all that was under way when it is told to stop, and ends with 0 (120)', async () => {
    const { port, signal, ended, errors } = await start();
    const requests = await Promise.all(Array.from({ length: 50 }, () => begin(port)));
    signal('SIGTERM');
    await expect
      .poll(() => fetch(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status), { timeout: 5_000 })
      .toBe(503);
    for (const { finish } of requests) finish();
    for (const { answer } of requests) expect(await answer).toMatch(healthy);
    expect([await ended, errors()]).toEqual([[0, null], '']);
  });

  it('ends at once when it is told a second time (120)', async () => {
    const { port, signal, ended } = await start();
    const { answer } = await begin(port);
    signal('SIGTERM');
    // Two that come together are one.
    signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    signal('SIGTERM');
    expect(await ended).toEqual([1, null]);
    expect(await answer).toBe('');
  });

  it('logs an error that nobody has caught, answers what is under way, and ends with 1 (126)', async () => {
    const { port, signal, ended, errors } = await start();
    const { finish, answer } = await begin(port);
    signal('SIGUSR2');
    await expect.poll(errors, { timeout: 5_000 }).toContain('nobody expected this');
    finish();
    expect(await answer).toMatch(healthy);
    expect(await ended).toEqual([1, null]);
    expect(JSON.parse(errors().split('\n')[0]!)).toMatchObject({
      level: 60,
      err: { message: 'nobody expected this' },
      origin: 'unhandledRejection',
    });
  });
});
