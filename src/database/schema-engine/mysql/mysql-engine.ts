import type * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PergolaError } from '../../../errors.ts';
import type { EngineMethods } from '../connector.ts';
import { EngineError } from '../engine-error.ts';
import { compareHistory, type HistoryRow } from '../migration-history.ts';
import type { SchemaFile } from '../read-dmmf.ts';
import { applyMigrations, directoryOf } from './apply-migrations.ts';
import { evaluateDataLoss, type Count } from './data-loss.ts';
import { describeSchema } from './describe-schema.ts';
import { diffTables, type Difference } from './diff-tables.ts';
import { devAction, diagnose } from './diagnose-history.ts';
import { migrationScript, renderSteps, summary } from './migration-script.ts';
import { connectMysql, mysqlMessage, type MysqlSession } from './mysql-connection.ts';
import { beginMigration, createHistory, finishMigration, readMysqlHistory } from './mysql-history.ts';
import { readTables } from './read-tables.ts';
import { runScripts, type Script, withShadowDatabase } from './shadow-database.ts';
import { splitStatements } from '../split-statements.ts';
import type { Table } from './table.ts';

/** Prisma has no engine for MySQL in WebAssembly: this one answers the same methods. */
export function openMysqlEngine(url: string): EngineMethods {
  let session: MysqlSession | undefined;
  const connected = async () => (session ??= await connectMysql(url));
  const run: MysqlSession['run'] = async (sql, values) => {
    const { run: runHere } = await connected();
    return runHere(sql, values);
  };
  const history = async (): Promise<HistoryRow[]> => (await readMysqlHistory(run)) ?? [];
  const replayed = (scripts: readonly Script[]) =>
    withShadowDatabase(url, async (shadow) => {
      await runScripts(shadow, scripts);
      return readTables(shadow.run);
    });
  /** The tables of a schema as the server would show them. */
  const materialised = (tables: readonly Table[]) =>
    withShadowDatabase(url, async (shadow) => {
      for (const { sql } of diffTables([], tables).steps) await refusable(shadow.run(sql));
      return readTables(shadow.run);
    });
  async function differenceTo(files: readonly SchemaFile[], from: () => Promise<Table[]>): Promise<Difference> {
    const described = describeSchema(files);
    const present = await from();
    // Nothing to compare with: the server need not be asked for its words.
    return present.length === 0
      ? diffTables([], described)
      : diffTables(present, await materialised(described), described);
  }
  const count: Count = async (sql) => {
    const [[rows] = []] = await run(sql).catch(() => [[0]]);
    return Number(rows);
  };

  async function target(given: wasm.DiffTarget): Promise<{ described?: Table[]; read?: () => Promise<Table[]> }> {
    switch (given.tag) {
      case 'empty':
        return { described: [] };
      case 'schemaDatamodel':
        return { described: describeSchema(given.files) };
      case 'migrations':
        return { read: () => replayed(scriptsOf(given)) };
      default:
        return { read: () => readTables(run) };
    }
  }

  return {
    async release() {
      const closing = session;
      session = undefined;
      await closing?.close();
    },
    async version() {
      const [[version] = []] = await run('SELECT VERSION()');
      return String(version);
    },
    async applyMigrations({ migrationsList }) {
      return { appliedMigrationNames: await applyMigrations(url, await connected(), scriptsOf(migrationsList)) };
    },
    async createMigration({ draft, migrationName, migrationsList, schema }) {
      const difference = await differenceTo(schema.files, () => replayed(scriptsOf(migrationsList)));
      const empty = difference.steps.length === 0 && !draft;
      const { warnings } = await evaluateDataLoss(difference.dataChanges, async () => undefined);
      const moment = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
      return {
        // Its type knows only the kinds that Prisma compiled; the CLI writes this into migration_lock.toml.
        connectorType: 'mysql' as 'sqlite',
        generatedMigrationName: migrationName === '' ? moment : `${moment}_${migrationName}`,
        migrationScript: empty
          ? null
          : migrationScript(
              difference,
              warnings.map(({ message }) => message),
            ),
        extension: 'sql',
      };
    },
    async devDiagnostic({ migrationsList }) {
      const scripts = scriptsOf(migrationsList);
      const rows = await history();
      const action = devAction(scripts, rows);
      if (action) return { action };
      const applied = new Set(compareHistory(scripts.map(directoryOf), rows).applied);
      // All of them are replayed, so that a script that cannot be run is found before it meets a database.
      await replayed(scripts);
      const expected = await replayed(scripts.filter(({ name }) => applied.has(name)));
      const drift = diffTables(expected, await readTables(run));
      if (drift.steps.length === 0) return { action: { tag: 'createMigration' } };
      const reason = `Drift detected: Your database schema is not in sync with your migration history.\n\n${summary(drift)}`;
      return { action: { tag: 'reset', reason } };
    },
    diagnoseMigrationHistory: async ({ migrationsList }) =>
      diagnose(scriptsOf(migrationsList), await readMysqlHistory(run)),
    async evaluateDataLoss({ migrationsList, schema }) {
      const difference = await differenceTo(schema.files, () => replayed(scriptsOf(migrationsList)));
      const loss = await evaluateDataLoss(difference.dataChanges, count);
      return { migrationSteps: difference.steps.length, ...loss };
    },
    async markMigrationApplied({ migrationName, migrationsList }) {
      const script = scriptsOf(migrationsList).find(({ name }) => name === migrationName);
      if (!script) throw new EngineError('P3017', `The migration ${migrationName} could not be found.`);
      await createHistory(run);
      const rows = await history();
      const attempts = rows.filter(({ name, rolledBack }) => name === migrationName && !rolledBack);
      if (attempts.some(({ finished }) => finished)) {
        throw new EngineError(
          'P3008',
          `The migration \`${migrationName}\` is already recorded as applied in the database.`,
        );
      }
      if (attempts.length > 0) await rollBack(migrationName);
      await finishMigration(run, await beginMigration(run, migrationName, script.sql));
      return {};
    },
    async markMigrationRolledBack({ migrationName }) {
      const attempts = (await history()).filter(({ name, rolledBack }) => name === migrationName && !rolledBack);
      if (attempts.length === 0) {
        throw new EngineError(
          'P3011',
          `Migration \`${migrationName}\` cannot be rolled back because it was never applied to the database.`,
        );
      }
      if (attempts.some(({ finished }) => finished)) {
        throw new EngineError(
          'P3012',
          `Migration \`${migrationName}\` cannot be rolled back because it is not in a failed state.`,
        );
      }
      await rollBack(migrationName);
      return {};
    },
    async schemaPush({ force, schema }) {
      const difference = await differenceTo(schema.files, () => readTables(run));
      const loss = await evaluateDataLoss(difference.dataChanges, count);
      const warnings = loss.warnings.map(({ message }) => message);
      const unexecutable = loss.unexecutableSteps.map(({ message }) => message);
      if (unexecutable.length > 0 || (warnings.length > 0 && !force))
        return { executedSteps: 0, warnings, unexecutable };
      for (const { sql } of difference.steps) await refusable(run(sql));
      return { executedSteps: difference.steps.length, warnings, unexecutable };
    },
    async introspect() {
      throw new PergolaError(
        'MIGRATION_FAILED',
        'The schema engine of this project does not write a Prisma schema from a MySQL database.',
        'Set PRISMA_SCHEMA_ENGINE_BINARY to an engine of Prisma for `prisma db pull`.',
      );
    },
    async dbExecute({ script }) {
      for (const statement of splitStatements(script, 'mysql')) await refusable(run(statement));
    },
    async diff({ from, to, script, exitCode }) {
      const [a, b] = [await target(from), await target(to)];
      // Only a server can compare what it shows with what a schema says.
      const compared = a.read || b.read ? { from: await tablesOf(a), to: await tablesOf(b) } : undefined;
      const difference = compared
        ? diffTables(compared.from, compared.to, b.described ?? compared.to)
        : diffTables(a.described ?? [], b.described ?? []);
      const stdout = script ? renderSteps(difference) : summary(difference);
      return { exitCode: exitCode && difference.steps.length > 0 ? 2 : 0, stdout };
    },
  };

  async function tablesOf({ described, read }: Awaited<ReturnType<typeof target>>): Promise<Table[]> {
    return read ? read() : materialised(described ?? []);
  }
  async function rollBack(migrationName: string): Promise<void> {
    await run(
      'UPDATE _prisma_migrations SET rolled_back_at = NOW(3) WHERE migration_name = ? AND finished_at IS NULL AND rolled_back_at IS NULL',
      [migrationName],
    );
  }
}

/** In the order of their names, as the CLI sends them. */
const scriptsOf = ({ migrationDirectories }: wasm.MigrationList): Script[] =>
  migrationDirectories.map(({ path, migrationFile: { content } }) => ({ name: path, sql: content.value }));

/** What the server said, without the driver's own words. */
const refusable = <T>(result: Promise<T>): Promise<T> =>
  result.catch((error: unknown) => Promise.reject(new EngineError(undefined, mysqlMessage(error))));
