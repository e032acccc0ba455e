import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { compiled } from './compiled.ts';
import type { Contender, HttpRequest } from './contenders.ts';
import type { Question, Sample } from './probe.ts';
import type { BenchDatabase, Seed } from './seed.ts';
import type { Data } from './workloads.ts';

const probe = pathToFileURL(compiled(new URL('./probe.ts', import.meta.url))).href;
const startTimeoutMs = 30_000;

/** One server in a process of its own, on a database of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly database: BenchDatabase;
  send(request: HttpRequest): Promise<Data>;
  sample(): Promise<Sample>;
  /** How each of its connections writes. */
  settings(): Promise<string[]>;
  /** Starts a CPU profile; what it returns writes the profile to a file. */
  profile(): Promise<(file: string) => Promise<void>>;
}

export async function startServer(
  { name, program, environment, flags = [] }: Contender,
  { seed, folder, databases }: { seed: Seed; folder: string; databases: BenchDatabase[] },
): Promise<ServerProcess> {
  const database = await seed.copy(name);
  databases.push(database);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, `${name}.log`);
  const child = fork(program, [], {
    execArgv: [...flags, '--import', probe],
    // Nothing of the caller's environment but what Node itself may need: the same for all.
    env: {
      PATH: process.env['PATH'],
      TMPDIR: process.env['TMPDIR'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: database.url,
      ...environment,
    },
    stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a'), 'ipc'],
  });
  await answering(url, child, log);

  let questions = 0;
  const ask = (question: Question) =>
    new Promise<unknown>((resolve, reject) => {
      const id = questions++;
      const ended = () => reject(new Error(`${name} has ended.\n${readFileSync(log, 'utf8').slice(-2000)}`));
      const listen = (message: { id: number; reply: unknown }) => {
        if (message.id !== id) return;
        child.off('message', listen).off('exit', ended);
        resolve(message.reply);
      };
      child.on('message', listen).once('exit', ended);
      child.send({ id, question });
    });
  return {
    url,
    database,
    async send(request) {
      try {
        return await sendTo(url, request);
      } catch (error) {
        throw new Error(`${String(error)}\n${(await readFile(log, 'utf8')).slice(-2000)}`, { cause: error });
      }
    },
    sample: async () => (await ask({ ask: 'sample' })) as Sample,
    settings: async () => (await ask({ ask: 'settings' })) as string[],
    async profile() {
      await ask({ ask: 'profile' });
      return async (file) => void (await ask({ ask: 'profiled', file }));
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await Promise.race([once(child, 'exit'), sleep(5_000, undefined, { ref: false })]);
      child.kill('SIGKILL');
    },
  };
}

/** @throws an error with the whole answer when it is anything but data. */
async function sendTo(url: string, { path, headers, body }: HttpRequest): Promise<Data> {
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  const text = await response.text();
  const answer = response.ok ? (JSON.parse(text) as { data?: Data; errors?: unknown }) : {};
  if (!answer.data || answer.errors)
    throw new Error(`${url}${path} answers ${response.status} to ${body}: ${text.slice(0, 1000)}`);
  return answer.data;
}

async function answering(url: string, child: ChildProcess, log: string): Promise<void> {
  const giveUpAt = Date.now() + startTimeoutMs;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    // Any answer will do: not every server has a page for this.
    if (await fetch(`${url}/readyz`).catch(() => undefined)) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`${child.spawnargs.at(-1)} does not answer.\n${await readFile(log, 'utf8')}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
