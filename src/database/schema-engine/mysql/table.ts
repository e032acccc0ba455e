/** Tables as plain data, and the SQL of their parts. Names are those of the database. */

export interface Column {
  readonly name: string;
  /** As written after the name, such as `VARCHAR(255)`. */
  readonly type: string;
  readonly nullable: boolean;
  /** SQL, such as `'a'`, `CURRENT_TIMESTAMP(3)` or `('{}')`. */
  readonly default?: string | undefined;
  /** What stands at the end: AUTO_INCREMENT, a CHECK, ON UPDATE. */
  readonly extra?: string | undefined;
}

export interface IndexColumn {
  readonly name: string;
  readonly length?: number | undefined;
  readonly descending?: boolean | undefined;
}

export interface Index {
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'normal' | 'fulltext';
  readonly columns: readonly IndexColumn[];
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly table: string;
  readonly references: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
  readonly foreignKeys: readonly ForeignKey[];
}

export const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;

const list = (names: readonly string[]) => names.map(quoted).join(', ');

export const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

export function columnSql({ name, type, nullable, default: value, extra }: Column): string {
  const parts = [quoted(name), type, nullable ? 'NULL' : 'NOT NULL'];
  if (value !== undefined) parts.push(`DEFAULT ${value}`);
  if (extra !== undefined) parts.push(extra);
  return parts.join(' ');
}

const indexKinds = { unique: 'UNIQUE INDEX', normal: 'INDEX', fulltext: 'FULLTEXT INDEX' };

export function indexSql({ name, kind, columns }: Index): string {
  const parts = columns.map(
    (column) => quoted(column.name) + (column.length ? `(${column.length})` : '') + (column.descending ? ' DESC' : ''),
  );
  return kind === 'primary'
    ? `PRIMARY KEY (${parts.join(', ')})`
    : `${indexKinds[kind]} ${quoted(name)}(${parts.join(', ')})`;
}

export const foreignKeySql = ({ name, columns, table, references, onDelete, onUpdate }: ForeignKey) =>
  `CONSTRAINT ${quoted(name)} FOREIGN KEY (${list(columns)}) REFERENCES ${quoted(table)}(${list(references)}) ` +
  `ON DELETE ${onDelete} ON UPDATE ${onUpdate}`;

/** Without foreign keys: they follow when every table is there. */
export function createTableSql({ name, columns, indexes }: Table): string {
  const lines = [
    ...columns.map(columnSql),
    ...indexes.filter(({ kind }) => kind !== 'primary').map(indexSql),
    ...indexes.filter(({ kind }) => kind === 'primary').map(indexSql),
  ];
  return `CREATE TABLE ${quoted(name)} (\n${lines.map((line) => `    ${line}`).join(',\n')}\n)`;
}
