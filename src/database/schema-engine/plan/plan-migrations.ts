import { connectorFor, providerFor } from '../connector-for.ts';
import type { Provider } from '../derive-schema.ts';
import { compareHistory } from '../migration-history.ts';
import { exists, type MigrationOptions } from '../migrations.ts';
import { readMigrationsFolder } from '../migrations-folder.ts';
import { splitStatements } from '../split-statements.ts';
import { mysqlRules } from './mysql-risks.ts';
import { postgresqlRules } from './postgresql-risks.ts';
import { actionsOf, copyOf, renamedTo, type Action } from './read-statement.ts';
import { countedRows, judge, type Risk, type Rule, type TableFacts } from './risk.ts';
import { sqliteRules } from './sqlite-risks.ts';

export interface PlannedStatement {
  readonly sql: string;
  readonly risks: readonly Risk[];
}

export interface PlannedMigration {
  readonly name: string;
  readonly statements: readonly PlannedStatement[];
}

export interface MigrationPlan {
  readonly pending: readonly PlannedMigration[];
  readonly failed: readonly string[];
  readonly edited: readonly string[];
}

const rules: Readonly<Record<Provider, readonly Rule[]>> = {
  mysql: mysqlRules,
  postgresql: postgresqlRules,
  sqlite: sqliteRules,
};

/**
 * What `deployMigrations` would run, and what each statement may do to the rows that are there now. Changes nothing; a
 * database that does not exist yet has no rows. Throws BAD_CONFIG as `deployMigrations` does.
 */
export async function planMigrations({ url, migrationsFolder }: MigrationOptions): Promise<MigrationPlan> {
  const { migrationDirectories } = await readMigrationsFolder(migrationsFolder);
  const [connector, provider] = [connectorFor(url), providerFor(url)];
  const isThere = await exists(connector);
  const rows = (isThere && (await connector.readHistory())) || [];
  const { pending, failed, edited } = compareHistory(migrationDirectories, rows);
  const tables = openTables(async (table) => (isThere ? connector.readTable(table, countedRows + 1) : undefined));
  const planned: PlannedMigration[] = [];
  for (const { path, migrationFile } of migrationDirectories) {
    const { content } = migrationFile;
    if (!pending.includes(path) || content.tag !== 'ok') continue;
    const statements: PlannedStatement[] = [];
    for (const sql of splitStatements(content.value, provider)) {
      const risks: Risk[] = [];
      for (const action of actionsIn(sql)) {
        risks.push(...judge(rules[provider], action, await tables.before(action)));
        tables.apply(action, sql);
      }
      statements.push({ sql, risks });
    }
    planned.push({ name: path, statements });
  }
  return { pending: planned, failed, edited };
}

/** Rows that are copied from one table into another one are a matter of the first. */
function actionsIn(sql: string): readonly Action[] {
  const copy = copyOf(sql);
  return copy ? [{ text: 'COPY', table: copy.from }] : actionsOf(sql);
}

/** The tables as they will be when the statements before have run. */
function openTables(read: (table: string) => Promise<TableFacts | undefined>) {
  const known = new Map<string, TableFacts | undefined>();
  return {
    async before({ table }: Action): Promise<TableFacts | undefined> {
      if (table === undefined) return undefined;
      if (!known.has(table)) known.set(table, await read(table));
      return known.get(table);
    },
    apply(action: Action, sql: string): void {
      const { table, text } = action;
      if (table === undefined) return;
      const facts = known.get(table);
      const copy = copyOf(sql);
      const newName = renamedTo(action);
      if (/^CREATE\b.* TABLE/i.test(text) && facts === undefined)
        known.set(table, { rows: 0, columns: [], isNew: true });
      if (copy && facts)
        known.set(table, { ...facts, copied: copy.columns }).set(insertedInto(sql), { ...facts, isNew: true });
      if (newName !== undefined) known.set(newName, facts && { ...facts, isNew: false }).set(table, undefined);
      if (text === 'DROP TABLE') known.set(table, undefined);
    },
  };
}

const insertedInto = (sql: string) => actionsOf(sql)[0]?.table ?? '';
