import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Refuted, RefutedWrite, type Case, type WriteCase } from './case.ts';
import { checkCase } from './check-case.ts';
import { minimize } from './minimize.ts';
import { checkWriteCase, proveWrites, type ProveWritesOptions, type WriteTally } from './prove-writes.ts';
import { prove, type ProveOptions } from './prove.ts';
import type { Tally } from './tally.ts';

/** What was found once is kept here, and asked again before anything new is looked for. */
const folder = join(import.meta.dirname, 'cases');

export const keptCases = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(folder, name));

export const nameOf = (file: string) => basename(file, '.json').replaceAll('-', ' ');

/** What is still refuted of the case in a file. */
export const replay = (file: string): Promise<Refuted | undefined> =>
  checkCase(JSON.parse(readFileSync(file, 'utf8')) as Case);

/**
 * Proves; what refutes is made small and kept.
 *
 * @throws Error which says what is refuted, where the case is kept and how it is asked again.
 */
export async function proveOrKeep(options: ProveOptions): Promise<Tally> {
  try {
    return await prove(options);
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    const small = await minimize(error);
    const file = keep(small.case, folder);
    const replayed = `npm run test:proof -- ${relative(process.cwd(), file)}`;
    throw new Error(`${small.message}\n  kept in  ${file}\n  again by ${replayed}`, { cause: error });
  }
}

/** Kept as it is found: nothing makes a write smaller yet. */
export async function proveOrKeepWrites(options: ProveWritesOptions): Promise<WriteTally> {
  try {
    return await proveWrites(options);
  } catch (error) {
    if (!(error instanceof RefutedWrite)) throw error;
    throw new Error(`${error.message}\n  kept in  ${keep(error.case, join(folder, 'writes'))}`, { cause: error });
  }
}

export const keptWrites = (): string[] =>
  existsSync(join(folder, 'writes'))
    ? readdirSync(join(folder, 'writes')).map((name) => join(folder, 'writes', name))
    : [];

export const replayWrite = (file: string) => checkWriteCase(JSON.parse(readFileSync(file, 'utf8')) as WriteCase);

function keep(it: Case | WriteCase, within: string): string {
  const text = `${JSON.stringify(it, null, 1)}\n`;
  const file = join(within, `found-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`);
  mkdirSync(within, { recursive: true });
  writeFileSync(file, text);
  return file;
}
