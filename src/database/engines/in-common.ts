/** What the engines do alike. Where one differs, it writes its own. */
import { DummyDriver, Kysely, sql, type Dialect } from 'kysely';
import { Decimal } from '@prisma/client/runtime/client';
import type { ScalarType } from '../../model/model.ts';
import type { Compiler, RowsSource, Sql, StoredType } from '../engine.ts';

/** Kysely to compile with; it runs nothing. */
export const compilerFor = (dialect: Omit<Dialect, 'createDriver'>): Compiler =>
  new Kysely({ dialect: { ...dialect, createDriver: () => new DummyDriver() } });

export function selectRows({ from, columns, where, orderBy, limit }: RowsSource): Sql {
  const list = columns.map(({ name, expression }) => sql`${expression} as ${sql.id(name)}`);
  const selected = list.length > 0 ? sql.join(list) : sql`1`;
  return sql`select ${selected} from ${from} where ${where}${ordered(orderBy, limit)}`;
}

/** ` order by … limit …`, as far as they are given. */
export function ordered(orderBy: readonly Sql[], limit: Sql | undefined): Sql {
  const order = orderBy.length > 0 ? sql` order by ${sql.join(orderBy)}` : sql``;
  return limit ? sql`${order} limit ${limit}` : order;
}

/** What a read yields: one text, or one in each row. */
export const textOfRows = (rows: readonly (readonly unknown[])[]): string | null =>
  rows.length > 1 ? rows.map(([text]) => text).join(',') : ((rows[0]?.[0] ?? null) as string | null);

/** Where the engine does so by itself. */
export const foundOnce = (select: Sql) => sql`(${select})`;

/** Tuples as `(values …)` or as a list, as the engine takes them. */
export function isOneOf(columns: readonly Sql[], tuples: readonly (readonly Sql[])[], list = sql``): Sql {
  const [column] = columns;
  if (columns.length === 1) return sql`${column} in (${sql.join(tuples.flat())})`;
  return sql`(${sql.join(columns)}) in (${list}${sql.join(tuples.map((tuple) => sql`(${sql.join(tuple)})`))})`;
}

/** A value out of JSON, in which numbers that a double would round stand as texts. */
export function fromExactJson(type: ScalarType, value: unknown, dateOf: (text: string) => Date): unknown {
  switch (type) {
    case 'BigInt':
      return BigInt(String(value));
    case 'Float':
      return Number(value);
    case 'Decimal':
      return new Decimal(String(value));
    case 'DateTime':
    case 'Date':
      return dateOf(String(value));
    case 'Bytes':
      return new Uint8Array(Buffer.from(String(value), 'hex'));
    default:
      return value;
  }
}

/** Reads a value that a statement returned as a column. */
export const columnReader =
  (dateOf: (text: string) => Date) =>
  ({ type }: Pick<StoredType, 'type'>, value: unknown): unknown => {
    if (type === 'Int') return Number(value);
    if (type === 'BigInt') return BigInt(String(value));
    return isMoment(type) ? dateOf(String(value)) : value;
  };

const isMoment = (type: ScalarType) => type === 'DateTime' || type === 'Date';

export const asDate = (value: unknown) => (value instanceof Date ? value : new Date(String(value)));
