/** A database server that stops, dies, is cut off or is overrun: what was acknowledged is there, and the rest is said. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { PergolaError } from '../../src/errors.ts';
import { Values } from '../../src/database/values.ts';
import type { TransactionWriter } from '../../src/database/write/transaction-writer.ts';
import type { Filter } from '../../src/policy/filter.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { system } from '../../src/policy/viewer.ts';
import { startMariadb, type OwnMariadb } from '../support/own-mariadb.ts';
import { requirement } from '../support/requirements.ts';
import { createDatabase, type ServerDatabase } from '../support/server-database.ts';
import { openTcpProxy } from '../support/tcp-proxy.ts';
import { withServer } from '../support/test-engine.ts';
import { tinyParts } from '../support/tiny-service.ts';

const mariadbd = requirement('mariadbd');

const { schema, text, drafts } = tinyParts({
  prisma: `
model Account {
  id      Int @id
  balance Int
}
model Entry {
  id   Int    @id
  text String @default("")
}`,
});
const policies = checkPolicies(schema, drafts);

describe('MariaDB', mariadbd.needed, () => {
  let mariadb: OwnMariadb;
  let made: ServerDatabase;
  const opened: Database[] = [];

  const open = async (parameters = '', port = mariadb.port) => {
    const url = new URL(`${made.url}${parameters}`);
    url.port = String(port);
    url.username = 'app';
    const database = await openDatabase(url.href, schema, policies);
    opened.push(database);
    return database;
  };

  beforeAll(async () => {
    if (!mariadbd.location) return;
    mariadb = await startMariadb(mariadbd.location);
    made = await createDatabase('mysql', text, mariadb.server);
    // One that a read-only server stops.
    await withServer(mariadb.server, async (beside) => {
      await beside.run("create user app@'127.0.0.1'");
      await beside.run(`grant all on "${made.name}".* to app@'127.0.0.1'`);
    });
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });
  afterAll(() => mariadb?.[Symbol.asyncDispose]());

  const create = (database: Database, id: number) =>
    database.as(system).write((writer) => writer.create('Entry', { id }));
  const rowsOf = async (database: Database, model: string, select: object) => {
    const client = database.as(system).client as unknown as Record<
      string,
      { findMany(args: object): Promise<Record<string, number>[]> }
    >;
    return client[model]!.findMany({ select });
  };
  const ids = async (database: Database) =>
    new Set((await rowsOf(database, 'entry', { id: true })).map(({ id }) => id));

  /** Creates entries until it is told to stop; gives those that were acknowledged, and what else was said. */
  function writers(database: Database, count: number, first: number) {
    let next = first;
    const stopped = new AbortController();
    const acknowledged: number[] = [];
    const codes = new Set<string>();
    const write = async () => {
      while (!stopped.signal.aborted) {
        const id = next++;
        try {
          await create(database, id);
          acknowledged.push(id);
        } catch (error) {
          codes.add(error instanceof PergolaError ? error.code : String(error));
          await sleep(10);
        }
      }
    };
    const all = Promise.all(Array.from({ length: count }, write));
    return {
      acknowledged,
      codes,
      async stop() {
        stopped.abort();
        await all;
      },
    };
  }

  it('114: killed under load, ten times, it has lost nothing that was acknowledged', async () => {
    const database = await open();
    const under = writers(database, 8, 1);
    for (let round = 0; round < 10; round++) {
      const before = under.acknowledged.length;
      await vi.waitFor(() => expect(under.acknowledged.length).toBeGreaterThan(before + 20), 20_000);
      await mariadb.kill();
      await mariadb.start();
    }
    await under.stop();
    const there = await ids(database);
    const lost = under.acknowledged.filter((id) => !there.has(id));
    console.log(`killed 10, acknowledged ${under.acknowledged.length}, lost ${lost.length}`);
    expect(lost).toEqual([]);
    expect([...under.codes]).toEqual(['DATABASE_UNAVAILABLE']);
  });

  it('115: restarted, read-only or with its connections killed, it is said to be away, and is used again', async () => {
    const database = await open();
    const under = writers(database, 4, 100_000);
    const goesOn = async () => {
      const before = under.acknowledged.length;
      await vi.waitFor(() => expect(under.acknowledged.length).toBeGreaterThan(before + 20), 2_000);
    };
    await goesOn();
    await mariadb.stop();
    await mariadb.start();
    await goesOn();
    await withServer(mariadb.server, async (beside) => {
      await beside.run('set global read_only = 1');
      const before = under.acknowledged.length;
      await sleep(300);
      expect(under.acknowledged.length).toBeLessThan(before + 5);
      await beside.run('set global read_only = 0');
      await goesOn();
      for (let round = 0; round < 5; round++) {
        for (const [id] of await beside.run(`select id from information_schema.processlist where db = '${made.name}'`))
          await beside.run(`kill connection ${String(id)}`).catch(() => {});
        await goesOn();
      }
    });
    await under.stop();
    expect([...under.codes]).toEqual(['DATABASE_UNAVAILABLE']);
    const there = await ids(database);
    expect(under.acknowledged.filter((id) => !there.has(id))).toEqual([]);
  });

  it('116: cut off or silent, it is given up in time, and nothing is done twice', async () => {
    await using proxy = await openTcpProxy(mariadb.port);
    const database = await open('?statement_timeout=1', proxy.port);
    await create(database, 200_000);
    for (const id of [200_001, 200_002, 200_003]) {
      const under = create(database, id);
      proxy.cut();
      const outcome = await under.then(
        () => 'done',
        (error: unknown) => (error as PergolaError).code,
      );
      expect(['done', 'DATABASE_UNAVAILABLE']).toContain(outcome);
    }
    proxy.silence(true);
    await expect(create(database, 200_004)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await expect(ids(database)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    proxy.silence(false);
    proxy.cut();
    await vi.waitFor(() => create(database, 200_005), { timeout: 5_000, interval: 100 });
    const there = await ids(database);
    expect([there.has(200_000), there.has(200_004), there.has(200_005)]).toEqual([true, false, true]);
  });

  it('117: asked more than it takes, some wait and the others are told at once', async () => {
    const database = await open('?connection_limit=1');
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, at) => create(database, 300_000 + at)));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(99);
    for (const { reason } of refused as PromiseRejectedResult[])
      expect(reason).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect((await ids(database)).size).toBeGreaterThan(100);
  });

  it('118: writers that are in the way of each other are tried again, and no sum is off', async () => {
    const database = await open();
    const all = database.as(system);
    await all.write(async (writer) => {
      for (const id of [1, 2, 3, 4]) await writer.create('Account', { id, balance: 100 });
    });
    const add = async (writer: TransactionWriter, id: number, amount: number) => {
      const values = new Values();
      const filter: Filter = { kind: 'compare', field: 'id', operator: 'equals', operands: [values.add(id)] };
      const select = { scalars: [{ field: 'balance' }], relations: [] };
      const row = await writer.one({ kind: 'one', model: 'Account', filter, select }, values);
      await writer.update('Account', { id }, { balance: (row!['balance'] as number) + amount });
    };
    const transfer = (from: number, to: number) =>
      all.write(async (writer) => {
        await add(writer, from, -1);
        await add(writer, to, 1);
      });
    let done = 0;
    const codes = new Set<string>();
    await Promise.all(
      Array.from({ length: 10 }, async (_, writer) => {
        for (let round = 0; round < 20; round++) {
          const [from, to] = [1 + ((writer + round) % 4), 1 + ((writer * 3 + round + 1) % 4)];
          await transfer(from, to === from ? 1 + (to % 4) : to).then(
            () => done++,
            (error: unknown) => codes.add(error instanceof PergolaError ? error.code : String(error)),
          );
        }
      }),
    );
    const rows = await rowsOf(database, 'account', { balance: true });
    console.log(`deadlocks: ${done} of 200 transfers done, ${[...codes].join()}`);
    expect(rows.reduce((sum, { balance }) => sum + balance!, 0)).toBe(400);
    expect([...codes].filter((code) => code !== 'DATABASE_UNAVAILABLE')).toEqual([]);
    expect(done).toBeGreaterThan(190);
  });
});
