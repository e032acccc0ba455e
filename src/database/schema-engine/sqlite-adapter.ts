import { pathToFileURL } from 'node:url';
import type {
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  SqlQuery,
  SqlResultSet,
} from '@prisma/driver-adapter-utils';
import { PrismaLibSql } from '../engines/libsql.ts';
import { openOnFirstUse } from './reopening-adapter.ts';

/** Prisma's adapter for libSQL, with what the engine expects beyond it. */
export function sqliteAdapters(path: string): SqlMigrationAwareDriverAdapterFactory {
  const libsql = new PrismaLibSql({ url: pathToFileURL(path).href, intMode: 'bigint', timeout: 5000 });
  return {
    provider: libsql.provider,
    adapterName: libsql.adapterName,
    connect: async () => openOnFirstUse(libsql, async () => closeGaps(await libsql.connect())),
    connectToShadowDb: async () => closeGaps(await libsql.connectToShadowDb()),
  };
}

function closeGaps(adapter: SqlDriverAdapter): SqlDriverAdapter {
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (query) => adapter.queryRaw(withoutInternalTables(query)).catch(emptyWithoutHistory),
    // Whole migrations come this way on the shadow database, and libSQL would run their first statement only:
    // every later run would then report drift.
    executeRaw: async (query) => {
      if (query.args.length > 0) return adapter.executeRaw(query);
      await adapter.executeScript(query.sql);
      return 0;
    },
    executeScript: (script) => adapter.executeScript(script),
    startTransaction: (isolationLevel) => adapter.startTransaction(isolationLevel),
    dispose: () => adapter.dispose(),
  };
}

/** `sqlite_sequence` outlives its last table and cannot be dropped: an emptied database would count as full (P3005). */
function withoutInternalTables(query: SqlQuery): SqlQuery {
  const sql = query.sql.replace(
    /^(SELECT name AS table_name FROM sqlite_master WHERE type='table') /,
    "$1 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ",
  );
  return { ...query, sql };
}

/** The engine takes a history that is not there yet for an error, unless it is empty. */
function emptyWithoutHistory(error: unknown): SqlResultSet {
  if (error instanceof Error && error.message.endsWith('no such table: _prisma_migrations')) {
    return { columnNames: [], columnTypes: [], rows: [] };
  }
  throw error;
}
