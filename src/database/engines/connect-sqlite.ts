import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { badConfig } from '../../errors.ts';
import { PrismaClient } from '../../generated/sqlite/client.ts';
import type { Connection } from '../connection.ts';
import { sqliteFilePath } from '../schema-engine/sqlite-file.ts';
import { numberIn } from '../server-url.ts';
import { groupCommit } from './group-commit.ts';
import { libsqlAdapter, LibsqlConnection } from './libsql-connection.ts';
import { patientClient } from './patient-client.ts';
import { sideReaders } from './side-readers.ts';
import { judgeOf } from './sqlite-effort.ts';
import { sqlite } from './sqlite.ts';
import { translateErrors } from './unavailable.ts';

/** How long a statement may take unless `?statement_timeout=` says otherwise: others wait for it, and there are two readers only. */
const statementSeconds = 10;

/** @throws BAD_CONFIG for a file that cannot be opened. */
export async function connectSqlite(url: string): Promise<Connection> {
  const path = sqliteFilePath(url);
  const open = () => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      return new LibsqlConnection(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw badConfig(
        `The database file ${path} cannot be opened: ${reason}.`,
        'Make it and its folder writable, or change DATABASE_URL.',
      );
    }
  };
  // Readers see the last committed state while a write is under way: two connections, so that neither waits for the other.
  const writer = open();
  const reader = open();
  // 16 MB each. With its 2 MB of old, a transaction of many rows writes the pages of an index out and reads them back, and
  // a rule that is asked for many rows reads the same pages of the rows that it looks up again and again.
  for (const it of [writer, reader]) it.script('PRAGMA cache_size = -16000');
  // 16 MB of log, four times as much as of old: transactions of many rows change the same pages of an index again and
  // again, and only what they were at last is copied into the file.
  writer.script('PRAGMA wal_autocheckpoint = 4000');
  // Whoever writes asks again for a lock that another process holds: SQLite's own wait would hold up everything else here.
  writer.script('PRAGMA busy_timeout = 0');
  const prisma = new PrismaClient({ adapter: libsqlAdapter(writer) });
  const transaction = groupCommit(writer);
  const beside = sideReaders(path, numberIn(new URL(url), 'statement_timeout', statementSeconds) * 1000);
  const isLittle = judgeOf(
    (sql) => reader.rowsOnce(sql),
    (sql) => beside.value(sql, []),
  );
  return {
    engine: sqlite,
    prisma: patientClient(prisma),
    transaction: (run) => translateErrors(() => transaction(run)),
    read: (sql, parameters) =>
      translateErrors(async () => {
        // What may visit many rows would hold up all other requests here, and could not be ended.
        const by = isLittle(sql, parameters) ? reader : beside;
        return (await by.value(sql, parameters)) as string | null;
      }),
    fits: (sql) => reader.fits(sql),
    load: beside.load,
    async close() {
      beside.close();
      await prisma.$disconnect();
      reader.close();
      writer.close();
    },
  };
}
