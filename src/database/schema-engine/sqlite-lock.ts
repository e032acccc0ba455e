import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Client, createClient, LibsqlError, type Transaction } from '@libsql/client';
import { PergolaError } from '../../errors.ts';

const waitSeconds = 60;

/**
 * Runs `change` while this process holds the write lock of an empty database beside the real one: the operating
 * system drops that lock with its process, also after kill -9. The real database cannot be its own lock, because
 * a migration must be able to begin and end transactions. The file stays: whoever deleted it would part those who
 * wait on the old one from those who create the new one.
 *
 * Throws MIGRATION_FAILED after a minute of waiting.
 */
export async function withFileLock<T>(databasePath: string, change: () => Promise<T>): Promise<T> {
  const path = `${databasePath}.migration-lock`;
  // Without a timeout the driver refuses at once. With one it would stop this whole process while it waits.
  const client = createClient({ url: pathToFileURL(path).href });
  try {
    const transaction = await beginWriting(client, path);
    try {
      return await change();
    } finally {
      transaction.close();
    }
  } finally {
    client.close();
  }
}

async function beginWriting(client: Client, path: string): Promise<Transaction> {
  const giveUpAt = performance.now() + waitSeconds * 1000;
  for (;;) {
    try {
      return await client.transaction('write');
    } catch (error) {
      if (!(error instanceof LibsqlError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    }
    if (performance.now() > giveUpAt) {
      throw new PergolaError(
        'MIGRATION_FAILED',
        `Another process has been migrating this database for ${waitSeconds} seconds and holds ${path}.`,
        'Let it finish or end it, then start again.',
      );
    }
    await sleep(50);
  }
}
