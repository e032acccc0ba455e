/** Reads that a second server takes: a real one that follows the first. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { mariadbReplication, mysqlReplication, postgresqlReplication } from '../../src/database/engines/replication.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import type { Viewer } from '../../src/policy/viewer.ts';
import { startMariadb } from '../support/own-mariadb.ts';
import { startPostgresql } from '../support/own-postgresql.ts';
import type { OwnServer } from '../support/own-server.ts';
import { requirement } from '../support/requirements.ts';
import { createDatabase, type ServerDatabase } from '../support/server-database.ts';
import { openTcpProxy } from '../support/tcp-proxy.ts';
import { withServer, type ServerName } from '../support/test-engine.ts';
import { tinyParts } from '../support/tiny-service.ts';

const postgres = requirement('postgres');
const mariadbd = requirement('mariadbd');
const { schema, text, drafts } = tinyParts({ prisma: 'model Entry {\n  id Int @id\n}' });
const policies = checkPolicies(schema, drafts);
const named = (id: string): Viewer => ({ kind: 'user', id, roles: [] });

interface Kind {
  readonly engine: ServerName;
  readonly location: string;
  start(followed?: OwnServer): Promise<OwnServer>;
  /** The replica goes on to receive what is written, and applies none of it. */
  readonly pause: string;
  readonly resume: string;
}

const onPostgresql: Kind = {
  engine: 'postgresql',
  location: postgres.location,
  start: (followed) => startPostgresql(postgres.location, followed),
  pause: 'select pg_wal_replay_pause()',
  resume: 'select pg_wal_replay_resume()',
};

const onMariadb: Kind = {
  engine: 'mysql',
  location: mariadbd.location,
  start: (of) => startMariadb(mariadbd.location, of ? { of } : { isFollowed: true }),
  pause: 'stop slave sql_thread',
  resume: 'start slave sql_thread',
};

describe('a replica of PostgreSQL', postgres.needed, () => {
  testReplica(onPostgresql);
});
describe('a replica of MariaDB', mariadbd.needed, () => {
  testReplica(onMariadb);
});

function testReplica({ engine, location, start, pause, resume }: Kind) {
  let primary: OwnServer;
  let replica: OwnServer;
  let made: ServerDatabase;
  let database: Database;
  beforeAll(async () => {
    if (!location) return;
    primary = await start();
    made = await createDatabase(engine, text, primary.server);
    replica = await start(primary);
    await vi.waitFor(() => onReplica('select count(*) from "Entry"'), 10_000);
    const replicaUrl = replica.server.url(made.name);
    database = await openDatabase(made.url, schema, policies, { replicaUrl });
  });
  afterAll(async () => {
    await database?.close();
    await replica?.[Symbol.asyncDispose]();
    await primary?.[Symbol.asyncDispose]();
  });

  const ids = async (viewer: Viewer, mayLag = true, from = database) => {
    // Its types know the models of the example alone.
    const client = from.as(viewer, { mayLag: () => mayLag }).client as unknown as {
      entry: { findMany(): Promise<{ id: number }[]> };
    };
    return (await client.entry.findMany()).map(({ id }) => id);
  };
  const create = (id: number) => database.as(named('writer')).write((writer) => writer.create('Entry', { id }));
  const onReplica = (sql: string) => withServer(replica.server, (beside) => beside.run(sql), made.name);
  /** What only the primary has, once its log is not applied. */
  const isRead = async (viewer = named('reader'), mayLag = true) =>
    (await ids(viewer, mayLag)).includes(2) ? 'primary' : 'replica';

  it('is read from, but not by who has just written, nor for what must be of this moment', async () => {
    await create(1);
    await vi.waitFor(async () => expect(await ids(named('reader'))).toEqual([1]), 5_000);
    // It has come so far, and stands still from now on.
    await vi.waitFor(async () => expect(await onReplica('select count(*) from "Entry"')).toEqual([[1]]), 5_000);
    await sleep(1_100);
    await onReplica(pause);
    await create(2);
    expect(await isRead()).toBe('replica');
    expect(await isRead(named('reader'), false)).toBe('primary');
    expect(await isRead(named('writer'))).toBe('replica');
    database.stayOnPrimary(named('writer'));
    expect(await isRead(named('writer'))).toBe('primary');
    expect(await isRead()).toBe('replica');
  });

  it('that is too far behind is not asked, and is asked again when it has caught up', async () => {
    await vi.waitFor(async () => expect(await isRead()).toBe('primary'), 5_000);
    await onReplica(resume);
    await vi.waitFor(async () => expect(await onReplica('select count(*) from "Entry"')).toEqual([[2]]), 5_000);
    await sleep(1_100);
    await onReplica(pause);
    await withServer(primary.server, (beside) => beside.run('delete from "Entry" where id = 1'), made.name);
    expect(await ids(named('reader'))).toEqual([1, 2]);
    await onReplica(resume);
  });

  it('that vanishes without a word is waited for no longer than it may be behind', async () => {
    const url = new URL(replica.server.url(made.name));
    await using wire = await openTcpProxy(Number(url.port));
    url.port = String(wire.port);
    const behind = await openDatabase(made.url, schema, policies, { replicaUrl: url.href });
    // Until it is known to be fresh.
    await sleep(1_500);
    wire.silence(true);
    const begun = performance.now();
    const reads = [1, 2, 3].map(() => ids(named('reader'), true, behind));
    expect(await Promise.all(reads)).toEqual([[2], [2], [2]]);
    const took = performance.now() - begun;
    // It was asked, or there would have been nothing to wait for.
    expect(took).toBeGreaterThan(500);
    expect(took).toBeLessThan(7_000);
    wire.cut();
    await behind.close();
  });

  it('that goes away is missed by nobody, at the start neither', async () => {
    await replica.kill();
    const begun = performance.now();
    for (let at = 0; at < 20; at++) expect(await ids(named('reader'))).toEqual([2]);
    expect(performance.now() - begun).toBeLessThan(3_000);
    const other = await openDatabase(made.url, schema, policies, { replicaUrl: replica.server.url(made.name) });
    await other.ping();
    await other.close();
    // Twice as long as a connection may take, on a machine that does other things too.
    expect(performance.now() - begun).toBeLessThan(6_000);
  });

  it('has to be a server', async () => {
    await expect(openDatabase('file:./data/none.db', schema, policies, { replicaUrl: made.url })).rejects.toMatchObject(
      {
        code: 'BAD_CONFIG',
      },
    );
  });
}

it('tells by the places in a log what is applied', () => {
  const { includes: inLog } = postgresqlReplication;
  expect([inLog('1/0', '0/FFFFFFFF'), inLog('0/A', '0/A'), inLog('0/9', '0/A'), inLog('', '0/A')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const { includes: inDomains } = mariadbReplication;
  expect(inDomains('0-2-12,1-1-5', '0-1-12')).toBe(true);
  expect([
    inDomains('0-2-12', '0-1-12,1-1-5'),
    inDomains('0-1-9', '0-1-10'),
    inDomains('', '0-1-1'),
    inDomains('', ''),
  ]).toEqual([false, false, false, false]);
  const { includes: inSets } = mysqlReplication;
  expect(inSets('a:1-9,\nb:1-3:5', 'a:2-9,b:5')).toBe(true);
  expect(inSets('a:tag:1-5', 'a:tag:2')).toBe(true);
  expect([inSets('a:1-3:5-9', 'a:3-5'), inSets('a:1-9', 'b:1'), inSets('a:1-9', 'a:tag:1'), inSets('', '')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
