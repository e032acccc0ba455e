/** A PostgreSQL server of a test's own, to be stopped, killed, started again and followed. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-ports.ts';
import { answers, type OwnServer } from './own-server.ts';
import { postgresqlServer } from './test-engine.ts';

/** @param of a server that the new one follows. */
export async function startPostgresql(postgres: string, of?: OwnServer): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-postgresql-'));
  const user = serverUser();
  if (user) await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  const program = (name: string) => join(dirname(postgres), name);
  const make = of
    ? [
        program('pg_basebackup'),
        '-h',
        '127.0.0.1',
        '-p',
        String(of.port),
        '-U',
        'postgres',
        '-D',
        data,
        '-R',
        '-X',
        'stream',
        '-c',
        'fast',
      ]
    : [program('initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '--locale=C', '-E', 'UTF8', '--no-sync'];
  const made = spawnSync(make[0]!, make.slice(1), { ...user });
  if (made.status !== 0) throw new Error(String(made.stderr));
  const port = await freePort();
  const server = postgresqlServer(`postgresql://postgres@127.0.0.1:${port}`);
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'shared_buffers=32MB',
    'wal_level=replica',
    'hot_standby=on',
  ];
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    child = undefined;
    await ended;
  };
  const it: OwnServer = {
    port,
    server,
    async start() {
      for (let attempt = 0; !(await answers(server)); attempt++) {
        if (attempt > 300) throw new Error('PostgreSQL did not start.');
        // After a kill it refuses until the processes of the last one have ended.
        if (!child || child.exitCode !== null)
          child = spawn(postgres, ['-D', data, '-p', String(port), ...settings.flatMap((it_) => ['-c', it_])], {
            stdio: 'ignore',
            ...user,
          });
        await sleep(100);
      }
    },
    // Fast: it ends connections, and does not wait for them.
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  await it.start();
  return it;
}

/** It refuses to run as root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined;
  const idOf = (flag: string) => Number(String(spawnSync('id', [flag, 'postgres']).stdout));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
