/**
 * `npm run test:cluster`: two servers of ours with Redis on a cluster of three MariaDB nodes behind haproxy. Sessions,
 * limits and idempotency are shared; the node that everybody writes to is killed under load, and nothing that was
 * acknowledged is lost. Ends with lines that a script can read, and with 1 where something does not hold.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../support/free-ports.ts';
import { membersOf, missing, remedy, startCluster } from './galera.ts';
import { killServers, startServer, type OurServer } from './servers.ts';

const secondsUnderLoad = 4;
const writers = 8;

if (missing.length > 0) {
  console.error(`test:cluster lacks ${missing.join(', ')}: ${remedy}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'pergola-cluster-'));
const [redisPort] = await freePorts(1);
const redis = spawn('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''], {
  stdio: 'ignore',
});
const began = performance.now();
const cluster = await startCluster(folder);
console.log(
  `cluster of ${await membersOf(cluster.nodes[0]!.port)} nodes after ${seconds(performance.now() - began)} s`,
);
const servers: OurServer[] = [];
try {
  const environment = {
    DATABASE_URL: `mysql://root@127.0.0.1:${cluster.port}/pergola`,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  };
  // Together: one of them migrates, the other waits.
  servers.push(...(await Promise.all([1, 2].map(() => startServer(folder, environment)))));
  const [one, two] = servers as [OurServer, OurServer];
  const cookie = await shareSessions(one, two);
  await shareIdempotency(one, two, cookie);
  await shareLimits(one, two);
  await surviveKill([one, two], cookie);
} finally {
  for (const server of servers) await server.close();
  killServers();
  await cluster.close();
  redis.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Signed in at one, known at the other; signed out there, known at neither. Gives a cookie that is still good. */
async function shareSessions(one: OurServer, two: OurServer): Promise<string> {
  const password = one.password ?? two.password;
  const signIn = async (server: OurServer) => {
    const { headers, codes } = await server.ask(
      'mutation ($password: String!) { signIn(email: "admin@example.test", password: $password) { token } }',
      {},
      { password },
    );
    assert.deepEqual(codes, []);
    return headers.get('set-cookie')!.split(';')[0]!;
  };
  const kindAt = async (server: OurServer, cookie: string) =>
    ((await server.ask('{ viewer { kind } }', { cookie })).data as { viewer: { kind: string } }).viewer.kind;
  const ended = await signIn(one);
  assert.equal(await kindAt(two, ended), 'user');
  await two.ask('mutation { signOut }', { cookie: ended });
  assert.deepEqual([await kindAt(one, ended), await kindAt(two, ended)], ['guest', 'guest']);
  console.log('sessions shared');
  return signIn(two);
}

/** A request that is sent to both at once is done once, and answered alike. */
async function shareIdempotency(one: OurServer, two: OurServer, cookie: string): Promise<void> {
  const headers = { cookie, 'idempotency-key': 'cluster-one-and-two' };
  const create = 'mutation { createTag(data: { slug: "once", label: "Once" }) { slug } }';
  const answers = await Promise.all([one, two, one, two].map((server) => server.ask(create, headers)));
  for (const { data, codes } of answers) assert.deepEqual([data, codes], [{ createTag: { slug: 'once' } }, []]);
  console.log('idempotency shared');
}

/** Wrong passwords are counted over both: ten for an account, wherever they are tried. */
async function shareLimits(one: OurServer, two: OurServer): Promise<void> {
  const codes: string[] = [];
  for (let at = 0; at < 14; at++) {
    const server = at % 2 === 0 ? one : two;
    const wrong = 'mutation { signIn(email: "nobody@example.test", password: "wrong wrong wrong") { token } }';
    codes.push(...(await server.ask(wrong)).codes);
  }
  const tried = codes.filter((code) => code === 'SIGN_IN_FAILED').length;
  assert.equal(tried, 10, codes.join());
  console.log(`limits shared: ${tried} guesses of 14 were tried at two servers`);
}

/** Each write is repeated under its key until it is acknowledged. Then the active node dies. */
async function surviveKill(all: readonly [OurServer, OurServer], cookie: string): Promise<void> {
  const acknowledged = new Map<string, number>();
  const refused = new Map<string, number>();
  const stopped = new AbortController();
  let next = 0;
  const write = async (_: unknown, writer: number) => {
    while (!stopped.signal.aborted) {
      const slug = `tag-${next++}`;
      for (;;) {
        const headers = { cookie, 'idempotency-key': `cluster-${slug}` };
        const { codes } = await all[writer % 2]!.ask(
          'mutation ($slug: String!) { createTag(data: { slug: $slug, label: $slug }) { slug } }',
          headers,
          { slug },
        );
        if (codes.length === 0) break;
        for (const code of codes) refused.set(code, (refused.get(code) ?? 0) + 1);
        await sleep(20);
      }
      acknowledged.set(slug, performance.now());
      // Below what one user may do in a minute.
      await sleep(300);
    }
  };
  const under = Promise.all(Array.from({ length: writers }, write));
  await sleep(secondsUnderLoad * 1000);
  const killed = performance.now();
  cluster.nodes[0]!.process.kill('SIGKILL');
  await sleep(secondsUnderLoad * 2000);
  stopped.abort();
  await under;

  const times = [...acknowledged.values()].toSorted((a, b) => a - b);
  const after = times.filter((time) => time > killed);
  // The longest time without an acknowledgement that touches the kill.
  const last = times.findLast((time) => time <= killed) ?? killed;
  const outage = Math.max(...after.map((time, at) => time - (at === 0 ? last : after[at - 1]!)));
  const kept = new Set<string>();
  for (let cursor: string | null = null; ;) {
    const page =
      'query ($after: String) { tags(first: 100, after: $after) { pageInfo { endCursor hasNextPage } nodes { slug } } }';
    const { data } = await all[0].ask(page, { cookie }, { after: cursor });
    const { nodes, pageInfo } = (
      data as { tags: { nodes: { slug: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } }
    ).tags;
    for (const { slug } of nodes) kept.add(slug);
    if (!pageInfo.hasNextPage) break;
    cursor = pageInfo.endCursor;
  }
  const lost = [...acknowledged.keys()].filter((slug) => !kept.has(slug));
  console.log(`nodes left ${await membersOf(cluster.nodes[1]!.port)}`);
  console.log(`refused meanwhile ${[...refused].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'}`);
  console.log(`outage ${seconds(outage)} s`);
  console.log(`acknowledged ${acknowledged.size}, of them after the kill ${after.length}, lost ${lost.length}`);
  assert.deepEqual(lost, []);
  assert.ok(after.length > writers, 'Nothing went on after the kill.');
  assert.deepEqual(
    [...refused.keys()].filter((code) => code !== 'DATABASE_UNAVAILABLE'),
    [],
  );
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
