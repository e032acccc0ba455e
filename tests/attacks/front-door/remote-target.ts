import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startProcess } from './own-process.ts';
import { sendTo } from './send.ts';
import type { Reply } from './server-process.ts';
import type { ServerName } from './servers.ts';
import type { Inside, Target } from './target.ts';

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What of these sources runs in processes of its own: a loader in them would count as memory, and stop them at times. */
export async function compile(): Promise<void> {
  const compiler = fromHere('../../../node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', fromHere('.')]);
}

/** A server in a process of its own, so that its time and memory are those of nobody else. Needs what `compile` makes. */
export async function openRemoteTarget(on: ServerName): Promise<Target & AsyncDisposable> {
  const child = fork(fromHere('../../../dist/attacks/tests/attacks/front-door/server-process.js'), [on], {
    // As `npm run serve` starts it.
    execArgv: ['--max-semi-space-size=8', '--heap-growing-percent=50'],
    env: { ...process.env, TEST_REQUIRE: '' },
  });
  const [{ url, tokens }] = (await once(child, 'message')) as [Pick<Target, 'url' | 'tokens'>];

  const waiting = new Map<number, (reply: Reply) => void>();
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  let asked = 0;
  const ask = async (name: string, given: readonly unknown[]) => {
    const id = asked++;
    const replied = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    child.send({ id, name, given });
    const { answer, error } = await replied;
    if (error !== undefined) throw new Error(error);
    return answer;
  };
  return {
    url,
    tokens,
    // Its methods are those that the other process has, whatever they are.
    inside: new Proxy({} as Inside, {
      get:
        (_, name) =>
        (...given: readonly unknown[]) =>
          ask(String(name), given),
    }),
    send: sendTo({ url, tokens }),
    start: (settings = {}) => startProcess(settings),
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
