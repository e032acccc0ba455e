import { isCastable } from './is-castable.ts';
import {
  columnSql,
  createTableSql,
  foreignKeySql,
  indexSql,
  quoted,
  type Column,
  type ForeignKey,
  type Index,
  type Table,
} from './table.ts';

export interface Step {
  /** What Prisma writes above such a statement. */
  readonly title: string;
  readonly sql: string;
}

/** A change that data may stand against, or not survive. */
export type DataChange =
  | { readonly kind: 'dropTable'; readonly table: string }
  | { readonly kind: 'dropColumn' | 'recreateColumn'; readonly table: string; readonly column: Column }
  | { readonly kind: 'castColumn'; readonly table: string; readonly column: Column; readonly to: Column }
  | { readonly kind: 'addRequired' | 'makeRequired'; readonly table: string; readonly column: Column }
  | { readonly kind: 'addUnique'; readonly table: string; readonly columns: readonly string[] };

export interface Difference {
  readonly steps: readonly Step[];
  readonly dataChanges: readonly DataChange[];
}

/**
 * The statements that turn `from` into `to`. Both must come from the same source, a server or a schema: a server
 * writes types and defaults in its own words. `written` is `to` in the words that the statements shall have.
 */
export function diffTables(from: readonly Table[], to: readonly Table[], written: readonly Table[] = to): Difference {
  const before = new Map(from.map((table) => [table.name, table]));
  const after = new Map(to.map((table) => [table.name, table]));
  const words = new Map(written.map((table) => [table.name, table]));
  const dropped = from.filter(({ name }) => !after.has(name));
  const created = to.filter(({ name }) => !before.has(name));
  const changes = to.flatMap((table) => {
    const old = before.get(table.name);
    return old ? [changeTable(old, table, words.get(table.name)!)] : [];
  });
  const touched = new Map(changes.map((change) => [change.table, change]));

  const keysToDrop: [string, ForeignKey][] = [];
  const keysToAdd: [string, ForeignKey][] = created.flatMap((table) => withTable(table.name, table.foreignKeys));
  for (const table of from) {
    for (const key of table.foreignKeys) {
      const kept = after.get(table.name)?.foreignKeys.find(({ name }) => name === key.name);
      const same = kept !== undefined && foreignKeySql(kept) === foreignKeySql(key) && after.has(key.table);
      const isTouched =
        touches(touched.get(table.name), key.columns) || touches(touched.get(key.table), key.references);
      if (same && !isTouched) continue;
      // A dropped table takes its keys along, but another dropped table may be what they refer to.
      keysToDrop.push([table.name, key]);
      if (kept) keysToAdd.push([table.name, kept]);
    }
  }
  for (const table of to) {
    const known = new Set(before.get(table.name)?.foreignKeys.map(({ name }) => name));
    if (before.has(table.name))
      keysToAdd.push(
        ...withTable(
          table.name,
          table.foreignKeys.filter(({ name }) => !known.has(name)),
        ),
      );
  }

  const steps: Step[] = [
    ...keysToDrop.map(([table, { name }]) => ({
      title: 'DropForeignKey',
      sql: `ALTER TABLE ${quoted(table)} DROP FOREIGN KEY ${quoted(name)}`,
    })),
    ...dropped.map(({ name }) => ({ title: 'DropTable', sql: `DROP TABLE ${quoted(name)}` })),
    ...created.map(({ name }) => ({ title: 'CreateTable', sql: createTableSql(words.get(name)!) })),
    ...changes.flatMap((change) => change.steps),
    ...keysToAdd.map(([table, key]) => ({
      title: 'AddForeignKey',
      sql: `ALTER TABLE ${quoted(table)} ADD ${foreignKeySql(key)}`,
    })),
  ];
  const dataChanges = [
    ...dropped.map(({ name }) => ({ kind: 'dropTable', table: name }) as const),
    ...changes.flatMap((change) => change.dataChanges),
  ];
  return { steps, dataChanges };
}

const withTable = (table: string, keys: readonly ForeignKey[]) => keys.map((key): [string, ForeignKey] => [table, key]);

interface TableChange extends Difference {
  readonly table: string;
  /** Columns that change, or stand in an index that goes. */
  readonly columns: ReadonlySet<string>;
}

const touches = (change: TableChange | undefined, columns: readonly string[]) =>
  change !== undefined && columns.some((column) => change.columns.has(column));

function changeTable(from: Table, to: Table, written: Table): TableChange {
  const before = new Map(from.columns.map((column) => [column.name, column]));
  const after = new Map(to.columns.map((column) => [column.name, column]));
  const gone = from.columns.filter(({ name }) => !after.has(name));
  const added = to.columns.filter(({ name }) => !before.has(name));
  const changed = to.columns.filter((column) => {
    const old = before.get(column.name);
    return old && columnSql(old) !== columnSql(column);
  });
  const recreated = new Set(
    changed.filter((column) => !isCastable(before.get(column.name)!, column)).map(({ name }) => name),
  );
  const stays = (index: Index) =>
    to.indexes.some((it) => it.name === index.name && it.kind === index.kind && indexSql(it) === indexSql(index)) &&
    !index.columns.some(({ name }) => recreated.has(name));
  const indexesToDrop = from.indexes.filter((index) => !stays(index));
  const dropped = new Set(indexesToDrop.map(({ name }) => name));
  const known = new Set(from.indexes.map(({ name }) => name));
  const indexesToAdd = to.indexes.filter(({ name }) => !known.has(name) || dropped.has(name));
  const inWords = (name: string) => written.columns.find((column) => column.name === name)!;

  const clauses = [
    ...indexesToDrop.map(({ kind, name }) => (kind === 'primary' ? 'DROP PRIMARY KEY' : `DROP INDEX ${quoted(name)}`)),
    ...[...gone.map(({ name }) => name), ...recreated].map((name) => `DROP COLUMN ${quoted(name)}`),
    ...[...added.map(({ name }) => name), ...recreated].map((name) => `ADD COLUMN ${columnSql(inWords(name))}`),
    ...changed.filter(({ name }) => !recreated.has(name)).map(({ name }) => `MODIFY ${columnSql(inWords(name))}`),
    ...indexesToAdd.filter(({ kind }) => kind !== 'fulltext').map((index) => `ADD ${indexSql(index)}`),
  ];
  const alter = (sql: string) => ({ title: 'AlterTable', sql: `ALTER TABLE ${quoted(to.name)} ${sql}` });
  const steps = clauses.length > 0 ? [alter(clauses.join(',\n    '))] : [];
  // InnoDB makes one of these at a time.
  const fulltext = indexesToAdd
    .filter(({ kind }) => kind === 'fulltext')
    .map((index) => alter(`ADD ${indexSql(index)}`));

  const inIndexes = indexesToDrop.flatMap(({ columns }) => columns.map(({ name }) => name));
  return {
    table: to.name,
    columns: new Set([...gone, ...changed].map(({ name }) => name).concat(inIndexes)),
    steps: [...steps, ...fulltext],
    dataChanges: dataChangesOf(to.name, { before, gone, added, changed, recreated, indexesToAdd }),
  };
}

interface ColumnChanges {
  readonly before: ReadonlyMap<string, Column>;
  readonly gone: readonly Column[];
  readonly added: readonly Column[];
  readonly changed: readonly Column[];
  readonly recreated: ReadonlySet<string>;
  readonly indexesToAdd: readonly Index[];
}

function dataChangesOf(table: string, changes: ColumnChanges): DataChange[] {
  const { before, gone, added, changed, recreated, indexesToAdd } = changes;
  const isRequired = ({ nullable, default: value, extra }: Column) =>
    !nullable && value === undefined && !extra?.includes('AUTO_INCREMENT');
  const uniques = indexesToAdd.filter(
    ({ kind, columns }) =>
      (kind === 'unique' || kind === 'primary') && !columns.every(({ name }) => added.some((it) => it.name === name)),
  );
  return [
    ...gone.map((column) => ({ kind: 'dropColumn', table, column }) as const),
    ...added.filter(isRequired).map((column) => ({ kind: 'addRequired', table, column }) as const),
    ...changed.flatMap((to): DataChange[] => {
      const column = before.get(to.name)!;
      if (recreated.has(to.name)) {
        return [
          { kind: 'recreateColumn', table, column },
          ...(isRequired(to) ? [{ kind: 'addRequired', table, column: to } as const] : []),
        ];
      }
      return [
        ...(column.type === to.type && column.extra === to.extra
          ? []
          : [{ kind: 'castColumn', table, column, to } as const]),
        ...(column.nullable && !to.nullable ? [{ kind: 'makeRequired', table, column: to } as const] : []),
      ];
    }),
    ...uniques.map(({ columns }) => ({ kind: 'addUnique', table, columns: columns.map(({ name }) => name) }) as const),
  ];
}
