/** Writers that meet: nobody's change is lost, none is made after its right is gone, and who waits does not hold up others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { PergolaError } from '../../src/errors.ts';
import { system, type Viewer } from '../../src/policy/viewer.ts';
import { holdLock } from '../support/lock-holder.ts';
import { testEngine, type EngineName } from '../support/test-engine.ts';
import { onSqlite } from '../support/requirements.ts';
import { openTinyService, type TinyDesign } from '../support/tiny-service.ts';

const design: TinyDesign = {
  prisma: `
model Account {
  id      Int      @id
  balance Int      @default(0)
  changed DateTime @updatedAt
}
model Counter {
  id    Int @id
  value Int @default(0)
  /// @version
  state Int @default(1)
}
model Deed {
  id      Int    @id
  ownerId String
  text    String @default("")
  shares  Share[]
}
model Share {
  deedId Int
  holder String
  deed   Deed   @relation(fields: [deedId], references: [id])

  @@id([deedId, holder])
}
model Witness {
  id     Int     @id @default(autoincrement())
  owner  String
  shared Boolean
  text   String
}`,
  rows: `
insert into Account (id, balance, changed) values (1, 100, '2026-01-01T00:00:00.000+00:00'), (2, 100, '2026-01-01T00:00:00.000+00:00'),
  (3, 100, '2026-01-01T00:00:00.000+00:00'), (4, 100, '2026-01-01T00:00:00.000+00:00');
insert into Counter (id) values (1);
insert into Deed (id, ownerId) values (1, 'seller'), (2, 'nobody');`,
  policies: {
    Deed: ({ owner, where, viewer }) => ({
      update: {
        kind: 'any',
        rules: [owner('ownerId'), where({ shares: { some: { holder: { equals: viewer.id } } } })],
      },
    }),
  },
};

const seller: Viewer = { kind: 'user', id: 'seller', roles: [] };
const codeOf = (error: unknown) => (error instanceof PergolaError ? error.code : String(error));

/** Reads, decides, and writes if nobody has written meanwhile; else anew. */
async function untilFresh(act: () => Promise<unknown>): Promise<number> {
  for (let stale = 0; ; stale++) {
    try {
      await act();
      return stale;
    } catch (error) {
      if (codeOf(error) !== 'STALE_VERSION') throw error;
    }
  }
}

const clientOf = (database: Database) =>
  database.as(system).client as unknown as Record<string, { findUnique(args: object): Promise<Record<string, never>> }>;
const find = (database: Database, model: string, id: number) =>
  clientOf(database)[model]!.findUnique({ where: { id } });

describe('ifVersion', () => {
  it.each([
    ['counter', 'Counter', 'value', 'state'],
    ['account', 'Account', 'balance', 'changed'],
  ])('loses none of 1,000 quick increments over two connections: %s', async (property, model, field, version) => {
    await using service = await openTinyService(design);
    const databases = [service.database, await service.openAgain()];
    const before = (await find(service.database, property, 1))[field]! as number;
    let stale = 0;
    const increment = async (database: Database) => {
      stale += await untilFresh(async () => {
        const row = await find(database, property, 1);
        await database
          .as(system)
          .write((writer) =>
            writer.update(model, { id: 1 }, { [field]: row[field]! + 1 }, { ifVersion: row[version] }),
          );
      });
    };
    // Two at a time on each connection.
    const worker = async (database: Database) => {
      for (let i = 0; i < 250; i++) await increment(database);
    };
    await Promise.all([...databases, ...databases].map(worker));
    expect((await find(service.database, property, 1))[field]).toBe(before + 1000);
    // They did meet.
    expect(stale).toBeGreaterThan(0);
  });

  it('of a row that is gone is stale, and an upsert creates nothing in its place', async () => {
    await using service = await openTinyService(design);
    const { changed } = await find(service.database, 'account', 4);
    await service.sql('delete from Account where id = 4');
    const upsert = service.database
      .as(system)
      .write((writer) =>
        writer.upsert('Account', { id: 4 }, { create: { id: 4 }, update: { balance: 1 } }, { ifVersion: changed }),
      );
    await expect(upsert).rejects.toMatchObject({ code: 'STALE_VERSION', inputPath: 'ifVersion' });
    expect(await service.sql('select count(*) from Account where id = 4')).toEqual([[0]]);
  });

  it('tells updates apart that fall into one millisecond', async () => {
    await using service = await openTinyService(design);
    const versions = new Set<string>();
    for (let i = 0; i < 200; i++) {
      await service.database.as(system).write((writer) => writer.update('Account', { id: 1 }, { balance: i }));
      versions.add(JSON.stringify(await service.sql('select changed from Account where id = ?', 1)));
    }
    expect(versions.size).toBe(200);
  });
});

describe('a right that goes away', () => {
  const testimony = `insert into Witness (owner, shared, text)
    values (old.ownerId, exists (select 1 from Share where deedId = old.id and holder = 'seller'), new.text);`;
  /** A trigger looks on: it sees what is there at the moment of the write. */
  const watch: Record<EngineName, readonly string[]> = {
    sqlite: [`create trigger watch after update of text on Deed when new.text <> old.text begin ${testimony} end;`],
    mysql: [
      `create trigger watch after update on Deed for each row begin if new.text <> old.text then ${testimony} end if; end`,
    ],
    postgresql: [
      `create function testify() returns trigger language plpgsql as $$ begin ${testimony} return null; end $$`,
      'create trigger watch after update on Deed for each row when (new.text <> old.text) execute function testify()',
    ],
  };
  const watched = async () => {
    const service = await openTinyService(design);
    for (const statement of watch[testEngine]) await service.sql(statement);
    return service;
  };

  it('50: takes the write with it: of 1,000 races between a transfer and a write, no write comes after', async () => {
    await using service = await watched();
    const other = await service.openAgain();
    const outcomes: Record<string, number> = {};
    for (let round = 0; round < 1000; round++) {
      await service.sql("update Deed set ownerId = 'seller' where id = 1");
      const transfer = () => other.as(system).write((writer) => writer.update('Deed', { id: 1 }, { ownerId: 'buyer' }));
      const write = () =>
        service.database.as(seller).write((writer) => writer.update('Deed', { id: 1 }, { text: `by seller ${round}` }));
      const [first, second] = round % 2 === 0 ? [transfer, write] : [write, transfer];
      const [one, two] = await Promise.allSettled([first(), second()]);
      const written = round % 2 === 0 ? two : one;
      const outcome = written.status === 'fulfilled' ? 'written' : codeOf(written.reason);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    expect(await service.sql("select count(*) from Witness where owner <> 'seller'")).toEqual([[0]]);
    expect(await service.sql('select count(*) from Witness')).toEqual([[outcomes['written']]]);
    // Both were first many times.
    expect(Object.keys(outcomes).toSorted()).toEqual(['NOT_FOUND', 'written']);
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(100);
  });

  it('50: does so too where the right is a row of another model', async () => {
    await using service = await watched();
    const other = await service.openAgain();
    const outcomes: Record<string, number> = {};
    for (let round = 0; round < 300; round++) {
      if ((await service.sql('select count(*) from Share'))[0]![0] === 0)
        await service.sql("insert into Share (deedId, holder) values (2, 'seller')");
      const revoke = () =>
        other.as(system).write((writer) => writer.delete('Share', { deedId_holder: { deedId: 2, holder: 'seller' } }));
      const write = () =>
        service.database
          .as(seller)
          .write((writer) => writer.updateMany('Deed', { id: { equals: 2 } }, { text: `by seller ${round}` }));
      const [first, second] = round % 2 === 0 ? [revoke, write] : [write, revoke];
      // With a lead of some ms now and then, so that each of them comes first at times.
      const results = await Promise.all([first(), sleep(round % 6).then((): Promise<unknown> => second())]);
      const { keys } = results[round % 2 === 0 ? 1 : 0] as { keys: unknown[] };
      outcomes[keys.length] = (outcomes[keys.length] ?? 0) + 1;
    }
    expect(await service.sql('select count(*) from Witness where not shared')).toEqual([[0]]);
    expect(Object.keys(outcomes)).toEqual(['0', '1']);
  });
});

describe('ten writers on four rows', () => {
  it('118: move amounts without losing any', async () => {
    await using service = await openTinyService(design);
    const databases = [service.database, await service.openAgain(), await service.openAgain()];
    let seed = 1;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    const move = async (database: Database) => {
      const from = 1 + random(4);
      const to = 1 + ((from + random(3)) % 4);
      await untilFresh(async () => {
        const [a, b] = [await find(database, 'account', from), await find(database, 'account', to)];
        const amount = random(10);
        await database.as(system).write(async (writer) => {
          await writer.update(
            'Account',
            { id: from },
            { balance: a['balance']! - amount },
            { ifVersion: a['changed'] },
          );
          await writer.update('Account', { id: to }, { balance: b['balance']! + amount }, { ifVersion: b['changed'] });
        });
      });
    };
    const writers = Array.from({ length: 10 }, async (_, at) => {
      for (let i = 0; i < 30; i++) await move(databases[at % databases.length]!);
    });
    await Promise.all(writers);
    expect(await service.sql('select sum(balance) from Account')).toEqual([[400]]);
    expect((await service.sql('select count(distinct balance) from Account'))[0]![0]).toBeGreaterThan(1);
  });
});

describe('while another process holds the lock', onSqlite('the lock of a whole file'), () => {
  const write = (database: Database) =>
    database.as(system).write((writer) => writer.update('Account', { id: 1 }, { balance: 7 }));

  it('117: reads are answered, and the write that waits is done when the lock is free', async () => {
    await using service = await openTinyService(design);
    await using lock = await holdLock(service.url);
    let done = false;
    const written = write(service.database).then(() => (done = true));
    for (let i = 0; i < 50; i++)
      expect(await service.run('{ accounts { totalCount } }')).toEqual({ data: { accounts: { totalCount: 4 } } });
    await sleep(100);
    expect(done).toBe(false);
    await lock.release();
    await written;
    expect(await service.sql('select balance from Account where id = ?', 1)).toEqual([[7]]);
  });

  it('117: a write gives up in the end, by its code, and changes nothing', async () => {
    await using service = await openTinyService(design);
    await using lock = await holdLock(service.url);
    const settled = await Promise.allSettled(Array.from({ length: 50 }, () => write(service.database)));
    expect(new Set(settled.map((one) => one.status === 'rejected' && codeOf(one.reason)))).toEqual(
      new Set(['DATABASE_UNAVAILABLE']),
    );
    await lock.release();
    expect(await service.sql('select balance from Account where id = ?', 1)).toEqual([[100]]);
    await write(service.database);
    expect(await service.sql('select balance from Account where id = ?', 1)).toEqual([[7]]);
  });
});
