/** A statement that takes too long is ended (case 81), and holds up nothing else meanwhile (case 87). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connection.ts';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { sideReaders } from '../../src/database/engines/side-readers.ts';
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

  it('is ended on SQLite by ending the process that runs it, while this one goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pergola-'));
    const path = join(folder, 'test.db');
    const store = new LibsqlConnection(path);
    store.script(`CREATE TABLE "Row" ("id" INTEGER PRIMARY KEY, "text" TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO "Row" SELECT i, 'row ' || i FROM n`);
    const connection = await connect(`file:${path}?statement_timeout=1`);
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 10);
    try {
      const loops = `select count(*) from "Row" as "t0", "Row" as "t1", "Row" as "t2" where instr("t0"."text" || "t1"."text" || "t2"."text", ?) > 0`;
      // As many at once as there are readers: those that follow find none that is held.
      const asked = Promise.allSettled([connection.read(loops, ['x']), connection.read(loops, ['y'])]);
      for (const { status, ...rest } of await asked) {
        expect(status).toBe('rejected');
        expect(rest).toMatchObject({ reason: { code: 'DATABASE_UNAVAILABLE' } });
      }
      expect(ticks).toBeGreaterThan(20);
      // Little enough for this process, and enough for another.
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
      store.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('has its whole time on SQLite, however long the process takes that runs it to start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pergola-'));
    const path = join(folder, 'test.db');
    new LibsqlConnection(path).close();
    // No process of Node starts, reads its programs and opens a file in this time.
    const readers = sideReaders(path, 150);
    try {
      expect(await readers.value('select 7', [])).toBe(7n);
    } finally {
      readers.close();
      rmSync(folder, { recursive: true });
    }
  });
});
