import type {
  DevAction,
  DiagnoseMigrationHistoryOutput,
  HistoryDiagnostic,
} from '@prisma/schema-engine-wasm/schema_engine_bg';
import { compareHistory, type HistoryRow } from '../migration-history.ts';
import { directoryOf } from './apply-migrations.ts';
import type { Script } from './shadow-database.ts';

/** @param rows undefined without a history. */
export function diagnose(scripts: readonly Script[], rows: HistoryRow[] | undefined): DiagnoseMigrationHistoryOutput {
  const { edited, failed } = compareHistory(scripts.map(directoryOf), rows ?? []);
  return {
    editedMigrationNames: edited,
    failedMigrationNames: failed,
    hasMigrationsTable: rows !== undefined,
    history: compareNames(scripts, rows ?? []),
  };
}

function compareNames(scripts: readonly Script[], rows: HistoryRow[]): HistoryDiagnostic | null {
  const { applied, pending } = compareHistory(scripts.map(directoryOf), rows);
  const names = scripts.map(({ name }) => name);
  const unpersistedMigrationNames = applied.filter((name) => !names.includes(name));
  const unappliedMigrationNames = pending;
  if (unpersistedMigrationNames.length === 0) {
    return pending.length === 0 ? null : { diagnostic: 'databaseIsBehind', unappliedMigrationNames };
  }
  if (pending.length === 0) return { diagnostic: 'migrationsDirectoryIsBehind', unpersistedMigrationNames };
  const lastCommonMigrationName = applied.findLast((name) => names.includes(name)) ?? null;
  return {
    diagnostic: 'historiesDiverge',
    lastCommonMigrationName,
    unpersistedMigrationNames,
    unappliedMigrationNames,
  };
}

/** What `migrate dev` has to do before anything else, told by the history alone; undefined when that is in order. */
export function devAction(scripts: readonly Script[], rows: HistoryRow[]): DevAction | undefined {
  const { editedMigrationNames, failedMigrationNames, history } = diagnose(scripts, rows);
  const reset = (reason: string): DevAction => ({ tag: 'reset', reason });
  const [failed] = failedMigrationNames;
  if (failed) return reset(`The migration \`${failed}\` failed.`);
  const [edited] = editedMigrationNames;
  if (edited) return reset(`The migration \`${edited}\` was modified after it was applied.`);
  if (history && history.diagnostic !== 'databaseIsBehind') {
    const missing = history.unpersistedMigrationNames.join(', ');
    return reset(
      `The following migration(s) are applied to the database but missing from the local migrations directory: ${missing}`,
    );
  }
  return undefined;
}
