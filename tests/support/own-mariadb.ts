/** A MariaDB server of a test's own, to be stopped, killed, started again and followed. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-ports.ts';
import { answers, type OwnServer } from './own-server.ts';
import { mysqlServer, withServer, type Beside } from './test-engine.ts';

/** Comes with the server. */
const installer = 'mariadb-install-db';

/** Each of those that follow one another has a number of its own. */
let started = 0;

/**
 * @param options.of a server that the new one follows from its beginning on.
 * @param options.isFollowed it writes the log that others follow.
 */
export async function startMariadb(
  mariadbd: string,
  { of, isFollowed = false }: { of?: OwnServer; isFollowed?: boolean } = {},
): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-mariadb-'));
  const user = userInfo().uid === 0 ? 'mysql' : userInfo().username;
  if (user === 'mysql') {
    await chmod(folder, 0o755);
    spawnSync('chown', ['mysql', folder]);
  }
  const data = join(folder, 'data');
  // In the folder of all, a server that starts deletes the temporary tables of the others.
  const common = ['--no-defaults', `--datadir=${data}`, `--tmpdir=${folder}`, `--user=${user}`];
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
    `--server-id=${++started}`,
    ...(isFollowed ? ['--log-bin=changes'] : []),
  ];
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    child = undefined;
    await ended;
  };
  const it: OwnServer = {
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
  if (of) await withServer(server, (beside) => follow(beside, of.port));
  return it;
}

async function follow(beside: Beside, port: number): Promise<void> {
  await beside.run(
    `CHANGE MASTER TO master_host = '127.0.0.1', master_port = ${port}, master_user = 'root', master_use_gtid = slave_pos`,
  );
  await beside.run('START SLAVE');
}
