import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { badConfig, PergolaError } from '../../errors.ts';
import { EngineError } from './engine-error.ts';

/**
 * The absolute path that a `file:` URL means: relative to the working directory, without a `?query`. Only
 * `file://` URLs are percent-decoded; in `file:./a%20b.db` the name is taken as it is, as Prisma does.
 * Throws BAD_CONFIG.
 */
export function sqliteFilePath(url: string): string {
  if (url.startsWith('file://')) return pathOfFileUrl(url);
  const path = url.slice('file:'.length).replace(/\?.*/, '');
  if (path === '' || path === ':memory:') {
    throw badConfig(
      `The database URL ${url} names no file.`,
      'Name one, such as file:./data/pergola.db: what is in memory ends with its connection.',
    );
  }
  return resolve(path);
}

function pathOfFileUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw badConfig(
      `The database URL ${url} names no file of this machine.`,
      'Write file:./relative.db or file:/absolute/path.db.',
    );
  }
}

/**
 * Throws P1003 when there is no such file, BAD_CONFIG when it cannot be read.
 *
 * Looks without opening, here and below. Whoever closes a file loses all locks that its process has on that file, also
 * those of SQLite's own connections: another process would then delete the log that this one writes to.
 */
export async function checkDatabaseFile(path: string): Promise<void> {
  try {
    if (!(await stat(path)).isFile()) throw badConfig(`The database ${path} is not a file.`, otherFile);
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof PergolaError) throw error;
    if (codeOf(error) === 'ENOENT') throw new EngineError('P1003', `The SQLite database ${path} does not exist.`);
    throw badConfig(`The database ${path} cannot be read (${codeOf(error)}).`, otherFile);
  }
}

export const notDatabase = (path: string) => badConfig(`The file ${path} is not a SQLite database.`, otherFile);

/** Creates the folder and an empty file, which is an empty database. Throws BAD_CONFIG. */
export async function createDatabaseFile(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await createFolder(folder);
  } catch (error) {
    throw badConfig(`The database folder ${folder} cannot be created (${codeOf(error)}).`, elsewhere);
  }
  try {
    await writeFile(path, '', { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw badConfig(`The database ${path} cannot be created (${codeOf(error)}).`, elsewhere);
  }
}

/** The folder too, because SQLite writes its journal there. Throws BAD_CONFIG. */
export async function checkWritable(path: string): Promise<void> {
  for (const place of [dirname(path), path]) {
    try {
      await access(place, constants.W_OK);
    } catch (error) {
      throw badConfig(`The database cannot be changed: ${place} is not writable (${codeOf(error)}).`, elsewhere);
    }
  }
}

const otherFile = 'Set DATABASE_URL to a SQLite file that the user who runs Pergola may read.';
const elsewhere = 'Give the user who runs Pergola the right to write there, or set DATABASE_URL to another file.';

/** Not `mkdir` with `recursive`: under /proc, for example, that never returns. */
async function createFolder(folder: string): Promise<void> {
  const make = () =>
    mkdir(folder).catch((error: unknown) => (codeOf(error) === 'EEXIST' ? undefined : Promise.reject(error)));
  try {
    await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await createFolder(dirname(folder));
    await make();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
