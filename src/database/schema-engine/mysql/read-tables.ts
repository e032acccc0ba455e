import type { Column, ForeignKey, Index, IndexColumn, Table } from './table.ts';
import { text } from './table.ts';

type Run = (sql: string, values?: readonly unknown[]) => Promise<unknown[][]>;

/** The tables of the database that the connection is in, without the history of migrations. */
export async function readTables(run: Run): Promise<Table[]> {
  const [[version] = []] = await run('SELECT VERSION()');
  const isMariadb = String(version).includes('MariaDB');
  const names = await run(
    `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'
     AND TABLE_NAME <> '_prisma_migrations' ORDER BY TABLE_NAME`,
  );
  const checks = await readChecks(run, isMariadb);
  const columns = byTable(
    await run(
      `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    ),
  );
  const indexes = byTable(
    await run(
      `SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, INDEX_TYPE, COLUMN_NAME, SUB_PART, COLLATION
       FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    ),
  );
  const foreignKeys = byTable(
    await run(
      `SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME,
         r.DELETE_RULE, r.UPDATE_RULE
       FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
         ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
       WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
       ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    ),
  );
  return names.map(([table]) => {
    const name = String(table);
    return {
      name,
      columns: (columns.get(name) ?? []).map((row) => readColumn(row, checks.get(name) ?? [], isMariadb)),
      indexes: readIndexes(indexes.get(name) ?? []),
      foreignKeys: readForeignKeys(foreignKeys.get(name) ?? []),
    };
  });
}

/** Conditions by table. */
async function readChecks(run: Run, isMariadb: boolean): Promise<Map<string, string[]>> {
  const rows = await run(
    isMariadb
      ? 'SELECT TABLE_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()'
      : `SELECT t.TABLE_NAME, c.CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS c
         JOIN information_schema.TABLE_CONSTRAINTS t USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME)
         WHERE c.CONSTRAINT_SCHEMA = DATABASE()`,
  );
  return new Map([...byTable(rows)].map(([table, clauses]) => [table, clauses.map(([clause]) => String(clause))]));
}

function readColumn(row: unknown[], checks: readonly string[], isMariadb: boolean): Column {
  const [name, type, nullable, value, extra] = row.map((it) => (it === null ? null : `${it as string | number}`));
  const isJson = checks.some((clause) => clause.toLowerCase().includes(`json_valid(\`${name!.toLowerCase()}\`)`));
  const parts = [
    /auto_increment/i.test(extra!) ? 'AUTO_INCREMENT' : '',
    /on update \S+/i.exec(extra!)?.[0] ?? '',
    isJson ? `CHECK (json_valid(\`${name}\`))` : '',
  ];
  return {
    name: name!,
    type: type!,
    nullable: nullable === 'YES',
    default: isMariadb ? mariadbDefault(value ?? null) : mysqlDefault(value ?? null, extra!),
    extra: parts.filter(Boolean).join(' ') || undefined,
  };
}

/** MariaDB gives SQL: 'a', current_timestamp(3), NULL for no default of a column that may be null. */
function mariadbDefault(value: string | null): string | undefined {
  if (value === null || value === 'NULL') return undefined;
  return /^('|-?\d|current_timestamp|b'|x')/i.test(value) ? value : `(${value})`;
}

/** MySQL gives the bare value, and says of an expression that it is one. */
function mysqlDefault(value: string | null, extra: string): string | undefined {
  if (value === null) return undefined;
  if (/^current_timestamp/i.test(value)) return value;
  return extra.includes('DEFAULT_GENERATED') ? `(${value})` : text(value);
}

function readIndexes(rows: readonly unknown[][]): Index[] {
  const indexes = new Map<string, Index & { columns: IndexColumn[] }>();
  for (const [name, nonUnique, type, column, length, order] of rows) {
    const key = String(name);
    const kind =
      key === 'PRIMARY' ? 'primary' : type === 'FULLTEXT' ? 'fulltext' : Number(nonUnique) === 0 ? 'unique' : 'normal';
    const index = indexes.get(key) ?? { name: key, kind, columns: [] };
    index.columns.push({
      name: String(column),
      ...(length !== null && kind !== 'fulltext' && { length: Number(length) }),
      ...(order === 'D' && { descending: true }),
    });
    indexes.set(key, index);
  }
  return [...indexes.values()];
}

function readForeignKeys(rows: readonly unknown[][]): ForeignKey[] {
  const keys = new Map<string, ForeignKey & { columns: string[]; references: string[] }>();
  for (const row of rows) {
    const [name, column, table, reference, onDelete, onUpdate] = row.map(String) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const key = keys.get(name) ?? { name, columns: [], table, references: [], onDelete, onUpdate };
    key.columns.push(column);
    key.references.push(reference);
    keys.set(name, key);
  }
  return [...keys.values()];
}

/** The rows by their first value, without it. */
function byTable(rows: readonly unknown[][]): Map<string, unknown[][]> {
  const tables = new Map<string, unknown[][]>();
  for (const [table, ...rest] of rows) {
    const key = String(table);
    const group = tables.get(key);
    if (group) group.push(rest);
    else tables.set(key, [rest]);
  }
  return tables;
}
