/** A statement that takes too long is ended (case 81), and holds up nothing else meanwhile (case 87). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connection.ts';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { sideReaders, type SideReaders } from '../../src/database/engines/side-readers.ts';
import { requirement } from '../support/requirements.ts';
import { createDatabase } from '../support/server-database.ts';
import type { ServerName } from '../support/test-engine.ts';
import { tinyParts } from '../support/tiny-service.ts';

const { text } = tinyParts({ prisma: '\nmodel Row {\n  id Int @id\n}' });

async function endsAndGoesOn(engine: ServerName, endless: string) {
  const made = await createDatabase(engine, text);
  const connection = await connect(`${made.url}?statement_timeout=1&connection_limit=1`);
  try {
    const started = performance.now();
    await expect(connection.read(endless, [])).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(performance.now() - started).toBeLessThan(8_000);
    // The only connection is good for the next.
    return String(await connection.read("select 'next'", []));
  } finally {
    await connection.close();
    await made.drop();
  }
}

async function closeSoon(readers: SideReaders) {
  await sleep(100);
  readers.close();
}

describe('a statement that takes too long (81)', () => {
  it('is ended by MySQL, and its connection serves the next', requirement('mysql').needed, async () => {
    expect(
      await endsAndGoesOn(
        'mysql',
        'select count(*) from information_schema.columns a, information_schema.columns b, information_schema.columns c',
      ),
    ).toBe('next');
  });

  it('is ended by PostgreSQL, and its connection serves the next', requirement('postgresql').needed, async () => {
    expect(await endsAndGoesOn('postgresql', 'select count(*)::text from generate_series(1, 100000000000)')).toBe(
      'next',
    );
  });

  describe('on SQLite', () => {
    let folder: string;
    let path: string;
    let store: LibsqlConnection;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'pergola-'));
      path = join(folder, 'test.db');
      store = new LibsqlConnection(path);
      store.script(`CREATE TABLE "Row" ("id" INTEGER PRIMARY KEY, "text" TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
          INSERT INTO "Row" SELECT i, 'row ' || i FROM n`);
    });
    afterEach(() => {
      store.close();
      rmSync(folder, { recursive: true });
    });

    const loops = `select count(*) from "Row" as "t0", "Row" as "t1", "Row" as "t2" where instr("t0"."text" || "t1"."text" || "t2"."text", ?) > 0`;
    const sorted = `select max("x") from (select "t0"."text" || "t1"."text" as "x" from "Row" as "t0", "Row" as "t1" order by "x" limit 1000000000)`;
    const gathered = `select json_group_array("t0"."text") from "Row" as "t0", "Row" as "t1"`;

    it('is interrupted on its thread, while this one goes on', async () => {
      const connection = await connect(`file:${path}?statement_timeout=1`);
      let ticks = 0;
      const ticking = setInterval(() => ticks++, 10);
      try {
        // As many at once as there are readers: those that follow find none that is held.
        const asked = Promise.allSettled([connection.read(loops, ['x']), connection.read(loops, ['y'])]);
        for (const { status, ...rest } of await asked) {
          expect(status).toBe('rejected');
          expect(rest).toMatchObject({ reason: { code: 'DATABASE_UNAVAILABLE' } });
        }
        expect(ticks).toBeGreaterThan(20);
        // Little enough for this thread, and enough for another.
        const byKey = 'select "t0"."text" from "Row" as "t0" where "t0"."id" = ?';
        expect(await connection.read(byKey, [7])).toBe('row 7');
        const joined = `select count(*) || '' from "Row" as "t0", "Row" as "t1" where "t1"."id" = "t0"."id"
          and "t0"."id" <= ? and "t1"."text" <> "t0"."text" || ?`;
        store.script('UPDATE "Row" SET "text" = \'after\' WHERE "id" = 3');
        expect(
          await connection.read(`${joined} and exists (select 1 from "Row" as "t2" where "t2"."text" = 'after')`, [
            10,
            'x',
          ]),
        ).toBe('10');
      } finally {
        clearInterval(ticking);
        await connection.close();
      }
    });

    it.each([
      ['a loop', loops, ['x']],
      ['a sort', sorted, []],
      ['a long list', gathered, []],
    ])('is told so in time, whatever it does: %s', async (_, sql, parameters) => {
      const readers = sideReaders(path, 100);
      try {
        const begun = performance.now();
        await expect(readers.value(sql, parameters)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
        expect(performance.now() - begun).toBeLessThan(2_000);
        expect(readers.load()).toEqual({ running: 0, waiting: 0 });
        expect(await readers.value('select ?', [7n])).toBe(7n);
      } finally {
        readers.close();
      }
    });

    it('is ended when its time was over before it had begun', async () => {
      const readers = sideReaders(path, 1);
      try {
        const asked = ['x', 'y'].map((part) => readers.value(loops, [part]));
        for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
        const before = process.cpuUsage();
        await sleep(500);
        // Whoever asked has been told so in any case: what must not be is that a thread still works, for hours perhaps.
        expect(process.cpuUsage(before).user).toBeLessThan(200_000);
      } finally {
        readers.close();
      }
    });

    it('sees what was written before it was asked, each time', async () => {
      const readers = sideReaders(path, 1_000);
      try {
        for (const written of ['a', 'b', 'c']) {
          store.write('update "Row" set "text" = ? where "id" = 1', [written]);
          expect(await readers.value('select "text" from "Row" where "id" = 1', [])).toBe(written);
          expect(await readers.value('explain query plan select "text" from "Row" where "id" = 1', [])).toBeDefined();
        }
      } finally {
        readers.close();
      }
    });

    it('writes nothing, whatever it says', async () => {
      const readers = sideReaders(path, 1_000);
      try {
        await expect(readers.value('delete from "Row" returning 1', [])).rejects.toThrow('readonly');
        expect(await readers.value('select count(*) from "Row"', [])).toBe(20_000n);
      } finally {
        readers.close();
      }
    });

    it('ends with its connection, which is closed while it runs', async () => {
      const readers = sideReaders(path, 60_000);
      const [outcome] = await Promise.all([Promise.allSettled([readers.value(loops, ['x'])]), closeSoon(readers)]);
      expect(outcome).toMatchObject([{ status: 'rejected', reason: { code: 'DATABASE_UNAVAILABLE' } }]);
    });

    it('holds up no other on a machine of one core', async () => {
      const reader = new URL('../support/readers-process.ts', import.meta.url).pathname;
      // Linux can give a process one core; elsewhere it is asked with all of them.
      const oneCore = process.platform === 'linux' ? ['taskset', '-c', '0'] : [];
      const [program, ...rest] = [...oneCore, process.execPath, '--import', 'tsx', reader, path, loops];
      const child = spawn(program, rest);
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      child.kill('SIGKILL');
      expect(String(line).trim()).toBe('answered beside a statement that goes on');
    });
  });
});
