/** Another process that holds the write lock of a SQLite file until it is told to let go. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Database } from '../../src/database/database.ts';

const script = `
import Database from 'libsql';
const database = new Database(process.argv[1], { timeout: 5000 });
database.exec('BEGIN IMMEDIATE');
process.stdout.write('locked');
process.stdin.once('data', () => { database.exec('COMMIT'); database.close(); process.exit(0); });
`;

export interface LockHolder extends AsyncDisposable {
  release(): Promise<void>;
}

/** Of the file that a database is in. */
export async function holdLockOf({ unguarded }: Pick<Database, 'unguarded'>): Promise<LockHolder> {
  // Asked in words of SQLite, which Prisma has none for; nothing of a caller's is in it.
  const files = await unguarded.$queryRawUnsafe<{ file: string }[]>('PRAGMA database_list');
  return holdLock(files[0]!.file);
}

export async function holdLock(url: string): Promise<LockHolder> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, url.replace(/^file:/, '')], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const release = async () => {
    if (child.exitCode === null) child.stdin.write('go');
    await exited;
  };
  return { release, [Symbol.asyncDispose]: release };
}
