/** A MariaDB server of a test's own, to be stopped, killed and started again. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mysqlServer, type TestServer } from './test-engine.ts';

/** Comes with the server. */
const installer = 'mariadb-install-db';

export interface OwnMariadb extends AsyncDisposable {
  readonly port: number;
  readonly server: TestServer;
  start(): Promise<void>;
  /** As a restart of the machine would: what it has is finished. */
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

export async function startMariadb(mariadbd: string): Promise<OwnMariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-mariadb-'));
  const user = userInfo().uid === 0 ? 'mysql' : userInfo().username;
  if (user === 'mysql') {
    await chmod(folder, 0o755);
    spawnSync('chown', ['mysql', folder]);
  }
  const data = join(folder, 'data');
  const common = ['--no-defaults', `--datadir=${data}`, `--user=${user}`];
  const made = spawnSync(installer, [...common, '--auth-root-authentication-method=normal', '--skip-test-db']);
  if (made.status !== 0) throw new Error(String(made.stderr));
  const port = await freePort();
  const server = mysqlServer(`mysql://root@127.0.0.1:${port}`);
  const options = [
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 's.sock')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=32M',
  ];
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    child = undefined;
    await ended;
  };
  const it: OwnMariadb = {
    port,
    server,
    async start() {
      child = spawn(mariadbd, [...common, ...options], { stdio: 'ignore' });
      for (let attempt = 0; !(await answers(server)); attempt++) {
        if (attempt > 300) throw new Error('MariaDB did not start.');
        await sleep(100);
      }
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await it.start();
  return it;
}

async function answers(server: TestServer): Promise<boolean> {
  try {
    await (await server.connect()).close();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? address.port : 0;
}
