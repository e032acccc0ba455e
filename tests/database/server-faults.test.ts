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
import { startMariadb } from '../support/own-mariadb.ts';
import { startPostgresql } from '../support/own-postgresql.ts';
import type { OwnServer } from '../support/own-server.ts';
import { requirement } from '../support/requirements.ts';
import { createDatabase, type ServerDatabase } from '../support/server-database.ts';
import { openTcpProxy } from '../support/tcp-proxy.ts';
import { withServer, type ServerName } from '../support/test-engine.ts';
import { tinyParts } from '../support/tiny-service.ts';

interface Kind {
  readonly name: string;
  readonly engine: ServerName;
  readonly program: ReturnType<typeof requirement>;
  start(program: string): Promise<OwnServer>;
  /** Whoever is stopped by a server that only reads: on MariaDB no superuser is. */
  readonly user: string;
  readonly readOnly: (on: boolean) => readonly string[];
  readonly connections: (database: string) => string;
  readonly kill: (connection: string) => string;
  /** How often it is killed: it takes seconds to start again. */
  readonly kills: number;
  /** How often each of ten writers moves money: this engine undoes more, and begins anew more often. */
  readonly rounds: number;
  /** Whether that of 116 is waited for, too: ten seconds, of which our own gate's are the most. */
  readonly waits: boolean;
}

/** `npm run test:faults` */
const isDeep = process.env.FAULTS === 'all';

const kinds: readonly Kind[] = [
  {
    name: 'MariaDB',
    engine: 'mysql',
    program: requirement('mariadbd'),
    start: startMariadb,
    user: 'app',
    readOnly: (on) => [`set global read_only = ${on ? 1 : 0}`],
    connections: (database) => `select id from information_schema.processlist where db = '${database}'`,
    kill: (connection) => `kill connection ${connection}`,
    kills: 10,
    rounds: 20,
    waits: true,
  },
  {
    name: 'PostgreSQL',
    engine: 'postgresql',
    program: requirement('postgres'),
    start: startPostgresql,
    user: 'postgres',
    readOnly: (on) => [
      `alter system set default_transaction_read_only = ${on ? 'on' : 'off'}`,
      'select pg_reload_conf()',
    ],
    connections: (database) =>
      `select pid from pg_stat_activity where datname = '${database}' and pid <> pg_backend_pid()`,
    kill: (connection) => `select pg_terminate_backend(${connection})`,
    kills: isDeep ? 10 : 2,
    rounds: isDeep ? 20 : 6,
    waits: isDeep,
  },
];

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

describe.each(kinds)('$name', (kind) => {
  const { location, needed } = kind.program;
  let own: OwnServer;
  let made: ServerDatabase;
  const opened: Database[] = [];

  const open = async (parameters = '', port = own.port) => {
    const url = new URL(`${made.url}${parameters}`);
    url.port = String(port);
    url.username = kind.user;
    const database = await openDatabase(url.href, schema, policies);
    opened.push(database);
    return database;
  };

  beforeAll(async () => {
    if (!location) return;
    own = await kind.start(location);
    made = await createDatabase(kind.engine, text, own.server);
    if (kind.user !== 'app') return;
    await withServer(own.server, async (beside) => {
      await beside.run("create user app@'127.0.0.1'");
      await beside.run(`grant all on "${made.name}".* to app@'127.0.0.1'`);
    });
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });
  afterAll(() => own?.[Symbol.asyncDispose]());

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

  it('114: killed under load, again and again, it has lost nothing that was acknowledged', needed, async () => {
    const database = await open();
    const under = writers(database, 8, 1);
    for (let round = 0; round < kind.kills; round++) {
      const before = under.acknowledged.length;
      await vi.waitFor(() => expect(under.acknowledged.length).toBeGreaterThan(before + 20), 20_000);
      await own.kill();
      await own.start();
    }
    await under.stop();
    const there = await ids(database);
    const lost = under.acknowledged.filter((id) => !there.has(id));
    console.log(`${kind.name} killed ${kind.kills}, acknowledged ${under.acknowledged.length}, lost ${lost.length}`);
    expect(lost).toEqual([]);
    expect([...under.codes]).toEqual(['DATABASE_UNAVAILABLE']);
  });

  it(
    '115: restarted, read-only or with its connections killed, it is said to be away, and is used again',
    needed,
    async () => {
      const database = await open();
      const under = writers(database, 4, 100_000);
      const goesOn = async () => {
        const before = under.acknowledged.length;
        await vi.waitFor(() => expect(under.acknowledged.length).toBeGreaterThan(before + 20), 2_000);
      };
      await goesOn();
      await own.stop();
      await own.start();
      await goesOn();
      await withServer(own.server, async (beside) => {
        for (const statement of kind.readOnly(true)) await beside.run(statement);
        // What is under way is finished, and a server tells its processes of it when it comes to it.
        await vi.waitFor(async () => {
          const before = under.acknowledged.length;
          await sleep(200);
          expect(under.acknowledged).toHaveLength(before);
        }, 2_000);
        for (const statement of kind.readOnly(false)) await beside.run(statement);
        await goesOn();
        for (let round = 0; round < 5; round++) {
          for (const [id] of await beside.run(kind.connections(made.name)))
            await beside.run(kind.kill(String(id))).catch(() => {});
          await goesOn();
        }
      });
      await under.stop();
      expect([...under.codes]).toEqual(['DATABASE_UNAVAILABLE']);
      const there = await ids(database);
      expect(under.acknowledged.filter((id) => !there.has(id))).toEqual([]);
    },
  );

  it(
    '116: cut off or silent, it is given up in time, and nothing is done twice',
    { ...needed, skip: needed.skip || !kind.waits },
    async () => {
      await using proxy = await openTcpProxy(own.port);
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
    },
  );

  it('117: asked more than it takes, some wait and the others are told at once', needed, async () => {
    const database = await open('?connection_limit=1');
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, at) => create(database, 300_000 + at)));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(99);
    for (const { reason } of refused as PromiseRejectedResult[])
      expect(reason).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect((await ids(database)).size).toBeGreaterThan(100);
  });

  it('118: writers that are in the way of each other are tried again, and no sum is off', needed, async () => {
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
        for (let round = 0; round < kind.rounds; round++) {
          const [from, to] = [1 + ((writer + round) % 4), 1 + ((writer * 3 + round + 1) % 4)];
          await transfer(from, to === from ? 1 + (to % 4) : to).then(
            () => done++,
            (error: unknown) => codes.add(error instanceof PergolaError ? error.code : String(error)),
          );
        }
      }),
    );
    const rows = await rowsOf(database, 'account', { balance: true });
    console.log(
      `${kind.name} in each other's way: ${done} of ${10 * kind.rounds} transfers done, ${[...codes].join()}`,
    );
    expect(rows.reduce((sum, { balance }) => sum + balance!, 0)).toBe(400);
    expect([...codes].filter((code) => code !== 'DATABASE_UNAVAILABLE')).toEqual([]);
    expect(done).toBeGreaterThan(9.5 * kind.rounds);
  });
});
