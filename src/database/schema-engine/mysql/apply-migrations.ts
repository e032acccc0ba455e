import { createHash } from 'node:crypto';
import { EngineError, migrationRefused } from '../engine-error.ts';
import { compareHistory } from '../migration-history.ts';
import { mysqlMessage, type MysqlSession } from './mysql-connection.ts';
import {
  beginMigration,
  createHistory,
  finishMigration,
  hasHistory,
  noteFailure,
  noteStatements,
  readInterrupted,
  readMysqlHistory,
} from './mysql-history.ts';
import { readStructure } from './read-structure.ts';
import { runScripts, type Script, withShadowDatabase } from './shadow-database.ts';
import { splitStatements } from '../split-statements.ts';

/**
 * Applies what is pending, statement by statement: this server commits at each change of the structure, so that a
 * script is never undone as a whole. What is done is noted after each statement; what changes rows is noted in the
 * same transaction. So an attempt whose process died goes on where it ended.
 *
 * Returns the names of those that are finished now. Throws P3005 for a database that has tables and no history, P3009
 * when one has failed earlier, P3018 when one fails.
 */
export async function applyMigrations(
  url: string,
  session: MysqlSession,
  scripts: readonly Script[],
): Promise<string[]> {
  const { run } = session;
  if (!(await hasHistory(run)) && (await readStructure(run)).length > 0) {
    throw new EngineError(
      'P3005',
      'The database schema is not empty. Read more about how to baseline an existing production database: https://pris.ly/d/migrate-baseline',
    );
  }
  await createHistory(run);
  const applied: string[] = [];
  const resumed = await resume(url, session, scripts);
  if (resumed) applied.push(resumed);

  const directories = scripts.map(directoryOf);
  const { failed, pending } = compareHistory(directories, (await readMysqlHistory(run)) ?? []);
  if (failed.length > 0) throw failedEarlier(failed[0]!);
  for (const name of pending) {
    const { sql } = scripts.find((script) => script.name === name)!;
    const id = await beginMigration(run, name, sql);
    await runFrom(session, { id, name, statements: splitStatements(sql, 'mysql'), start: 0 });
    applied.push(name);
  }
  return applied;
}

interface Attempt {
  readonly id: string;
  readonly name: string;
  readonly statements: readonly string[];
  /** How many of them are done. */
  readonly start: number;
}

async function runFrom({ run }: MysqlSession, { id, name, statements, start }: Attempt): Promise<void> {
  for (const [at, statement] of statements.entries()) {
    if (at < start) continue;
    try {
      await run('START TRANSACTION');
      await run(statement);
      await noteStatements(run, id, at + 1);
      await run('COMMIT');
    } catch (error) {
      await run('ROLLBACK').catch(() => []);
      const place = `statement ${at + 1} of ${statements.length}`;
      const done = at === 0 ? 'Nothing was changed before it' : `What the ${at} before it did remains`;
      const message = `${mysqlMessage(error)} (${place}: ${firstLine(statement)}). ${done}`;
      await noteFailure(run, id, message);
      throw migrationRefused(name, message);
    }
  }
  await finishMigration(run, id);
}

/** Goes on with an attempt whose process died, if its script is still the same. The caller holds the lock, so nobody else does. */
async function resume(url: string, session: MysqlSession, scripts: readonly Script[]): Promise<string | undefined> {
  const { run } = session;
  const interrupted = await readInterrupted(run);
  if (!interrupted) return undefined;
  const at = scripts.findIndex(({ name }) => name === interrupted.name);
  const script = scripts[at];
  if (!script || checksum(script.sql) !== interrupted.checksum) {
    throw failedEarlier(
      interrupted.name,
      `Its process died after statement ${interrupted.statements}, and its script has been changed since. `,
    );
  }
  const statements = splitStatements(script.sql, 'mysql');
  const done = interrupted.statements;
  const next = statements[done];
  const start =
    next === undefined || isAtomicWithNote(next)
      ? done
      : done + (await isDone(url, session, { earlier: scripts.slice(0, at), script, done }));
  await runFrom(session, { id: interrupted.id, name: script.name, statements, start });
  return script.name;
}

/** What changes rows alone was committed together with the note that it is done. */
const isAtomicWithNote = (statement: string) => /^(INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i.test(statement);

interface Place {
  readonly earlier: readonly Script[];
  readonly script: Script;
  /** How many statements of the script are surely done. */
  readonly done: number;
}

/**
 * Whether the statement after the last noted one is done: 1 or 0. The structure tells, against one where it is not
 * and one where it is. Throws P3009, with what to do, when it is neither.
 */
async function isDone(url: string, { run }: MysqlSession, { earlier, script, done }: Place): Promise<0 | 1> {
  const statements = splitStatements(script.sql, 'mysql');
  const present = JSON.stringify(await readStructure(run));
  const [without, having] = await withShadowDatabase(url, async (shadow) => {
    await runScripts(shadow, [...earlier, { name: script.name, sql: statements.slice(0, done).join(';\n') }]);
    const before = JSON.stringify(await readStructure(shadow.run));
    await runScripts(shadow, [{ name: script.name, sql: statements[done]! }]);
    return [before, JSON.stringify(await readStructure(shadow.run))] as const;
  });
  if (present === without) return 0;
  if (present === having) return 1;
  throw failedEarlier(
    script.name,
    `Its process died at statement ${done + 1} of ${statements.length} (${firstLine(statements[done]!)}), and the tables are now neither as before it nor as after it. ` +
      `Run what is missing from there by hand, then npx prisma migrate resolve --applied ${script.name}. `,
  );
}

const failedEarlier = (name: string, reason = '') =>
  new EngineError(
    'P3009',
    `${reason}migrate found failed migrations in the target database, new migrations will not be applied. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\nThe \`${name}\` migration failed`,
    { migration_name: name, ...(reason && { reason }) },
  );

const checksum = (script: string) => createHash('sha256').update(script).digest('hex');

const firstLine = (statement: string) => statement.split('\n', 1)[0]!.slice(0, 120);

/** As `compareHistory` takes it. */
export const directoryOf = ({ name, sql }: Script) => ({
  path: name,
  migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } as const },
});
