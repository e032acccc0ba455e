import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { badConfig } from '../../errors.ts';
import { PrismaClient } from '../../generated/sqlite/client.ts';
import type { Connection } from '../connection.ts';
import { sqliteFilePath } from '../schema-engine/sqlite-file.ts';
import { groupCommit } from './group-commit.ts';
import { libsqlAdapter, LibsqlConnection } from './libsql-connection.ts';
import { sqlite } from './sqlite.ts';

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
  // 32 MB. With its 2 MB of old, a transaction of many rows writes the pages of an index out and reads them back.
  writer.script('PRAGMA cache_size = -32000');
  const { factory, adapter } = await libsqlAdapter(writer);
  const prisma = new PrismaClient({ adapter: factory });
  return {
    engine: sqlite,
    prisma,
    transaction: groupCommit(adapter, writer),
    read: async (sql, parameters) => reader.value(sql, parameters) as string | null,
    fits: (sql) => reader.fits(sql),
    async close() {
      await prisma.$disconnect();
      reader.close();
      writer.close();
    },
  };
}
