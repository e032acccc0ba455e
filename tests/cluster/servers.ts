/** Servers of ours, each a process of its own, and what a client asks of them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** All that were started: one that does not come up leaves the others behind. */
const started = new Set<ChildProcess>();

export const killServers = () => started.forEach((child) => child.kill('SIGKILL'));

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Record<string, unknown> | null;
  readonly codes: readonly string[];
}

export interface OurServer {
  /** Of the first admin, from the process that has made it up. */
  readonly password: string | undefined;
  ask(query: string, headers?: Record<string, string>, variables?: object): Promise<Answer>;
  close(): Promise<void>;
}

export async function startServer(folder: string, environment: Record<string, string>): Promise<OurServer> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: root,
    env: {
      PATH,
      HOME,
      HOST: '127.0.0.1',
      PORT: '0',
      PERGOLA_SAMPLE_DATA: 'off',
      PERGOLA_SDK_FOLDER: join(folder, 'sdk'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let [output, errors] = ['', ''];
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const up = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (/Database +/.test(output)) resolve();
    });
  });
  await Promise.race([up, once(child, 'exit')]);
  const port = /GraphiQL +http:\/\/[^:]+:(\d+)/.exec(output)?.[1];
  if (!port) throw new Error(`The server did not start: ${errors}${output}`);
  return {
    // In brackets stands where it is, if not here.
    password: /Sign in +\S+ +([^\s(]\S*)/.exec(output)?.[1],
    async ask(query, headers = {}, variables = {}) {
      const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(20_000),
      });
      const body = (await response.json()) as {
        data?: Record<string, unknown>;
        errors?: { extensions?: { code?: string } }[];
      };
      const codes = (body.errors ?? []).map((error) => error.extensions?.code ?? 'none');
      return { status: response.status, headers: response.headers, data: body.data ?? null, codes };
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
