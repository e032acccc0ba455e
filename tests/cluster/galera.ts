/** Three nodes of MariaDB Galera behind haproxy, all on loopback: the Debian packages galera-4, haproxy, rsync. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../support/free-ports.ts';
import { mysqlServer } from '../support/test-engine.ts';

const provider = '/usr/lib/galera/libgalera_smm.so';
const programs = { haproxy: '/usr/sbin/haproxy', mariadbd: '/usr/sbin/mariadbd', rsync: '/usr/bin/rsync' };

/** What has to be installed, where something is missing. */
export const missing = [provider, ...Object.values(programs)].filter((path) => !existsSync(path));
export const remedy = 'apt-get install galera-4 haproxy mariadb-server rsync';

export interface Node {
  readonly port: number;
  readonly process: ChildProcess;
}

export interface Cluster {
  readonly nodes: readonly Node[];
  /** Where the servers go: to the first node that is alive. */
  readonly port: number;
  close(): Promise<void>;
}

export async function startCluster(folder: string): Promise<Cluster> {
  chmodSync(folder, 0o755);
  const user = userInfo().uid === 0 ? 'mysql' : userInfo().username;
  // Made once and copied: three that are made on their own would be three clusters.
  const first = join(folder, 'n0');
  mkdirSync(first);
  own(user, first);
  const common = ['--no-defaults', `--user=${user}`];
  run('mariadb-install-db', [
    ...common,
    `--datadir=${join(first, 'data')}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  for (const name of ['n1', 'n2']) cpSync(first, join(folder, name), { recursive: true });
  own(user, folder);

  const ports = await freePorts(15);
  const nodes: Node[] = [];
  const group = [0, 1, 2].map((at) => `127.0.0.1:${ports[at * 4 + 1]}`);
  for (const at of [0, 1, 2]) {
    const place = join(folder, `n${at}`);
    const [port, gmcast, ist, sst] = ports.slice(at * 4, at * 4 + 4);
    const mariadbd = spawn(
      programs.mariadbd,
      [
        ...common,
        `--datadir=${join(place, 'data')}`,
        // In the folder of all, a server that starts deletes the temporary tables of the others.
        `--tmpdir=${place}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${join(place, 's')}`,
        `--pid-file=${join(place, 'pid')}`,
        `--log-error=${join(place, 'log')}`,
        // Else each connection waits for a name that nobody has.
        '--skip-name-resolve',
        '--innodb-buffer-pool-size=32M',
        '--binlog-format=ROW',
        '--innodb-autoinc-lock-mode=2',
        '--wsrep-on=ON',
        `--wsrep-provider=${provider}`,
        `--wsrep-cluster-address=gcomm://${at === 0 ? '' : group.join()}`,
        `--wsrep-node-address=127.0.0.1:${gmcast}`,
        `--wsrep-sst-receive-address=127.0.0.1:${sst}`,
        '--wsrep-sst-method=rsync',
        `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${gmcast};ist.recv_addr=127.0.0.1:${ist}`,
      ],
      { stdio: 'ignore' },
    );
    nodes.push({ port: port!, process: mariadbd });
    await untilMembers(port!, at + 1);
  }
  const port = ports[12]!;
  const balancer = startHaproxy(folder, port, nodes);
  return {
    nodes,
    port,
    async close() {
      for (const child of [balancer, ...nodes.map((node) => node.process)]) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
    },
  };
}

/** One node is written to at a time, and the others stand by: two that write would meet in each other's way at commit. */
function startHaproxy(folder: string, port: number, nodes: readonly Node[]): ChildProcess {
  const servers = nodes.map(
    ({ port: to }, at) =>
      `  server n${at} 127.0.0.1:${to} check inter 200 fall 2 rise 2 on-marked-down shutdown-sessions${at > 0 ? ' backup' : ''}`,
  );
  const config = `global
  maxconn 500
defaults
  mode tcp
  timeout connect 1s
  timeout client 10m
  timeout server 10m
  retries 2
  option redispatch
listen mysql
  bind 127.0.0.1:${port}
${servers.join('\n')}
`;
  const path = join(folder, 'haproxy.cfg');
  writeFileSync(path, config);
  return spawn(programs.haproxy, ['-db', '-f', path], { stdio: 'ignore' });
}

/** Counts those that the node takes for the cluster. */
export async function membersOf(port: number): Promise<number> {
  const beside = await mysqlServer(`mysql://root@127.0.0.1:${port}`).connect();
  try {
    const [[, size] = [], [, state] = []] = [
      ...(await beside.run("show status like 'wsrep_cluster_size'")),
      ...(await beside.run("show status like 'wsrep_local_state_comment'")),
    ];
    return state === 'Synced' ? Number(size) : 0;
  } finally {
    await beside.close();
  }
}

async function untilMembers(port: number, members: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if ((await membersOf(port).catch(() => 0)) === members) return;
    await sleep(100);
  }
  throw new Error(`The cluster has not got ${members} members: see the logs of the nodes.`);
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args);
  if (status !== 0) throw new Error(`${program}: ${String(stderr)}`);
}

const own = (user: string, folder: string) => {
  if (user === 'mysql') run('chown', ['-R', 'mysql', folder]);
};
