import { createHash } from 'node:crypto';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { migrationRefused } from './engine-error.ts';
import { splitStatements } from './split-statements.ts';

/** How one kind of database runs a script so that a process that dies in the middle of it leaves a true note behind. */
export interface ScriptKind {
  readonly provider: 'sqlite' | 'postgresql';
  /** Whether all statements, or else each one, are a transaction of their own. The script's own BEGIN to COMMIT always is one. */
  readonly together: boolean;
  /** What runs in no transaction, and is not noted. */
  readonly apart: RegExp;
  /** Whether that is a matter of the connection, and is to be said anew on another one. */
  readonly apartIsOfConnection: boolean;
  /** Makes one transaction of some statements. */
  inTransaction(statements: string): string;
  /** The present moment as the history has it. */
  readonly now: string;
}

/** What is done or left undone as a whole. */
interface Part {
  readonly sql: string;
  /** How many statements of the script are done with it. */
  readonly done: number;
  readonly isNoted: boolean;
}

/** One row of the history that is neither finished nor given up. */
interface Attempt {
  readonly id: string;
  readonly done: number;
}

/**
 * Runs a script. If it is that of a migration under way, what is done of it is noted in the history, in the same
 * transaction: Prisma's engine notes the beginning and the end alone. What cannot be followed runs as it is.
 */
export async function runScript(adapter: SqlDriverAdapter, script: string, kind: ScriptKind): Promise<void> {
  const parts = partsOf(splitStatements(script, kind.provider), kind);
  const attempt = parts && (await attemptAt(adapter, script));
  if (!parts || !attempt) return adapter.executeScript(script);
  // As it is written, where nothing has to be parted: the server reads it better than we do.
  const [only, ...others] = parts;
  const whole =
    only?.isNoted && others.length === 0 && !ownTransaction.test(script) ? [{ ...only, sql: `${script}\n` }] : parts;
  await runParts(adapter, whole, { attempt, kind });
}

/**
 * Goes on with migrations whose process died, from what it noted, if their scripts are still the same. The caller holds
 * the lock, so nobody is at them. What cannot be followed is left as it is, and the engine refuses to go on.
 *
 * Returns the names of those that are finished now.
 */
export async function takeUp(
  adapter: SqlDriverAdapter,
  { migrationDirectories }: MigrationList,
  kind: ScriptKind,
): Promise<string[]> {
  const finished: string[] = [];
  for (const { path: name, migrationFile } of migrationDirectories) {
    const { content } = migrationFile;
    if (content.tag !== 'ok') continue;
    const parts = partsOf(splitStatements(content.value, kind.provider), kind);
    const attempt = parts && (await attemptAt(adapter, content.value, name));
    if (!attempt) continue;
    const isLeft = ({ done, isNoted }: Part) => done > attempt.done || (!isNoted && kind.apartIsOfConnection);
    const left = parts.filter(isLeft);
    try {
      await runParts(adapter, left, { attempt, kind });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await adapter.executeScript(note(attempt, `logs = ${literal(text)}`)).catch(() => {});
      throw migrationRefused(name, text);
    }
    await adapter.executeScript(note(attempt, 'applied_steps_count = 1'));
    finished.push(name);
  }
  return finished;
}

async function runParts(
  adapter: SqlDriverAdapter,
  parts: readonly Part[],
  { attempt, kind }: { attempt: Attempt; kind: ScriptKind },
): Promise<void> {
  const last = parts.at(-1);
  const finished = note(attempt, `finished_at = ${kind.now}, logs = NULL`);
  for (const part of parts) {
    const noted = part === last ? finished : note(attempt, `logs = ${literal(`${part.done} ${progress}`)}`);
    await adapter.executeScript(part.isNoted ? kind.inTransaction(`${part.sql};\n${noted}`) : part.sql);
  }
  if (!last?.isNoted) await adapter.executeScript(finished);
}

/** Undefined where it is unknown what a killed process would leave: savepoints, and transactions that are undone. */
function partsOf(statements: readonly string[], { together, apart }: ScriptKind): Part[] | undefined {
  const parts: Part[] = [];
  let open: string[] = [];
  let isOwn = false;
  const close = (done: number) => {
    if (open.length > 0) parts.push({ sql: open.join(';\n'), done, isNoted: true });
    open = [];
  };
  for (const [at, statement] of statements.entries()) {
    if (/^(ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE TRANSACTION)\b/i.test(statement)) return undefined;
    if (/^(BEGIN|START\s+TRANSACTION)\b/i.test(statement)) {
      if (isOwn) return undefined;
      close(at);
      isOwn = true;
    } else if (/^(COMMIT|END)\b/i.test(statement)) {
      if (!isOwn) return undefined;
      close(at + 1);
      isOwn = false;
    } else if (apart.test(statement)) {
      if (isOwn) return undefined;
      close(at);
      parts.push({ sql: statement, done: at + 1, isNoted: false });
    } else {
      open.push(statement);
      if (!together && !isOwn) close(at + 1);
    }
  }
  if (isOwn) return undefined;
  close(statements.length);
  return parts;
}

const ownTransaction = /^\s*(BEGIN|START\s+TRANSACTION)\b/im;
const progress = 'statements are done';

/** The attempt at this script that nobody has said of that it failed. Undefined without a history, too. */
async function attemptAt(adapter: SqlDriverAdapter, script: string, name?: string): Promise<Attempt | undefined> {
  const checksum = createHash('sha256').update(script).digest('hex');
  const sql = `SELECT id, logs FROM _prisma_migrations WHERE checksum = '${checksum}'
    AND finished_at IS NULL AND rolled_back_at IS NULL AND (logs IS NULL OR logs LIKE '% ${progress}')
    ${name === undefined ? '' : `AND migration_name = ${literal(name)}`}`;
  const { rows } = await adapter.queryRaw({ sql, args: [], argTypes: [] }).catch(() => ({ rows: [] }));
  const [id, logs] = rows[0] ?? [];
  return typeof id === 'string' ? { id, done: typeof logs === 'string' ? Number.parseInt(logs, 10) : 0 } : undefined;
}

/** In words of SQL, because a script takes no parameters. */
const note = ({ id }: Attempt, changes: string) =>
  `UPDATE _prisma_migrations SET ${changes} WHERE id = ${literal(id)};`;

const literal = (text: string) => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
