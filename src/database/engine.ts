import type { RawBuilder } from 'kysely';
import type { Kysely } from 'kysely';
import type { ScalarField, ScalarType } from '../model/model.ts';
import type { JsonPart } from '../policy/filter.ts';
import type { TimeUnit } from './time-unit.ts';

/** A piece of SQL. Identifiers and values enter it through Kysely only. */
export type Sql = RawBuilder<unknown>;

/** Kysely used to compile; the statements run through the engine. */
export type Compiler = Kysely<Record<string, Record<string, unknown>>>;

/** The rows to be gathered into one JSON array, in order. */
export interface RowsSource {
  readonly from: Sql;
  readonly alias: string;
  /** Expressions that `item` reads as columns of `alias`. */
  readonly columns: readonly { readonly name: string; readonly expression: Sql }[];
  readonly where: Sql;
  readonly orderBy: readonly Sql[];
  readonly limit: Sql | undefined;
  /**
   * `item` reads `columns` of a table that is derived; else it reads those of `from`. It may be derived where `where`
   * asks about no row outside, or the engine is `derivesFromOuterRows`.
   */
  readonly derived: boolean;
}

export interface StoredType {
  readonly type: ScalarType;
  /** The database's own name of an enum's type. */
  readonly enumType: string | undefined;
}

/** A column of new rows, and the list of what it is to hold. */
export interface ListedColumn {
  readonly column: Sql;
  readonly type: StoredType;
  readonly list: Sql;
}

/** A row to be inserted, what must hold of it, and what is inserted to note it, if anything is. */
export interface JudgedInsert {
  readonly row: InsertedRow;
  readonly alias: string;
  /** It is asked of the tables as they were before. */
  readonly condition: Sql;
  readonly note: InsertedRow | undefined;
}

export interface InsertedRow {
  readonly table: Sql;
  readonly columns: readonly Sql[];
  readonly values: readonly Sql[];
}

/** Rows of a table that are updated, each with values of its own. */
export interface UpdateEach {
  readonly table: Sql;
  readonly key: readonly Sql[];
  /** `column = …` for each column, made from the value that the row brings. */
  readonly assignments: readonly ((value: Sql) => Sql)[];
  /** The fields of the key, then of the columns. */
  readonly fields: readonly StoredType[];
  /** For each row the values of its key, then of its columns. */
  readonly rows: readonly (readonly Sql[])[];
}

/** How far a server's changes have come, by what it and one that follows it call the place. */
export interface Replication {
  /** Statements that yield it as one text: on the server that writes, on the one that follows. */
  readonly written: string;
  readonly applied: string;
  /** Whether all that was written there is applied here. False where nobody can tell. */
  includes(applied: string, written: string): boolean;
}

/**
 * What Pergola asks of a database. Each engine answers for itself; nothing outside `database/` knows which it is,
 * and nothing asks an engine for its name in order to decide something: it asks for a capability here.
 */
export interface Engine {
  readonly compiler: Compiler;
  /** For people to read. */
  readonly name: string;
  /** It works in a process of its own: while it does, this one has time for something else. */
  readonly worksApart: boolean;
  /** Undefined where no server can follow another. */
  readonly replication: Replication | undefined;

  /** A value as it is compared and sorted by: texts and the stored words of enums by code point, whatever the database prefers. */
  sortable(field: Pick<ScalarField, 'type'>, value: Sql): Sql;
  /** One term of `order by`: absent values come first in ascending order. */
  orderTerm(expression: Sql, direction: 'asc' | 'desc', nullable: boolean): Sql;

  /** `[a, b, c]` as JSON. */
  jsonArray(items: readonly Sql[]): Sql;
  /** `[item, item, …]` as JSON; `[]` or null when there is no row. */
  jsonRows(item: Sql, source: RowsSource): Sql;
  /** Whether a table that is derived in a subquery may ask about rows outside of it; else `jsonRows` takes no columns by other names there. */
  readonly derivesFromOuterRows: boolean;
  /**
   * Joins a table so that its rows are looked for after those of the tables before it. Undefined where the engine chooses
   * an order by what it knows of the tables, and makes a join of `exists` by itself.
   */
  readonly joinInOrder: Sql | undefined;
  /** A condition as an item of `jsonArray`: true or 1, false or 0. */
  jsonTruth(condition: Sql): Sql;
  /** A whole statement that yields this one value. */
  selectValue(value: Sql): Sql;
  /**
   * A whole statement that yields the items one by one, and after them `rest`, if it is given. Undefined where that is no
   * quicker than one value: see `Connection.read`.
   */
  readonly selectRows: ((item: Sql, source: RowsSource, rest: Sql | undefined) => Sql) | undefined;
  /** How a value of the type travels inside JSON without losing a digit. */
  toJson(type: ScalarType, value: Sql): Sql;
  /** The opposite of `toJson`; null never comes here. */
  fromJson(type: ScalarType, value: unknown): unknown;
  /** The value of a plain column as the driver gives it; for key columns only. */
  fromColumn(field: Pick<ScalarField, 'type'>, value: unknown): unknown;
  /** Whether an insert can say under which keys its rows stand. */
  readonly returnsKeys: boolean;
  /**
   * How one asks for the key that this connection's last insert has counted up, where that is cheaper than to have all
   * returned, or the only way. It is the key of the first row, and a second value the step to the next, or of the last row.
   */
  readonly countedKey: { readonly statement: Sql; readonly of: 'first' | 'last' } | undefined;
  /**
   * Where a new row stands in its table, which an insert can return: by it the row is found without its key, in the same
   * transaction. Undefined where that is of no use.
   */
  readonly rowPlace: { readonly returned: Sql; is(alias: string, place: Sql): Sql } | undefined;
  /**
   * One statement that inserts a row and notes it, and fails where the row, under the alias, does not satisfy the
   * condition: for `Connection.single`. Undefined where an engine knows none.
   */
  readonly insertJudged: ((parts: JudgedInsert) => Sql) | undefined;
  /**
   * A value of the field that is the same whenever the statement runs, written into it: a rule's own, or a word of an
   * enum. Undefined where it is bound like any other. Nothing else that a caller gives may come here.
   */
  readonly literal: ((field: Pick<ScalarField, 'type'>, value: unknown) => Sql | undefined) | undefined;
  /** How a JavaScript value of the field is bound to a statement; null never comes here. */
  toParameter(field: Pick<ScalarField, 'type'>, value: unknown): unknown;

  /** `text` contains, starts with or ends with `part`: by code point, case and accents respected, without wildcards. */
  contains(text: Sql, part: Sql): Sql;
  startsWith(text: Sql, part: Sql): Sql;
  endsWith(text: Sql, part: Sql): Sql;

  /**
   * Whether a Json value holds, under keys of objects one inside the other, a value of the kind that equals the operand;
   * without keys the value itself is meant. Lists are not entered. True or false, never null. A key is data: it must
   * reach no path language, in which quotes, dots and brackets would mean something.
   *
   * @param operand a number or truth value as the text of its JSON, a text as it is.
   */
  jsonEquals(document: Sql, keys: readonly Sql[], kind: JsonPart['kind'], operand: Sql): Sql;
  /** Whether nothing stands there, or JSON's null. True or false, never null. */
  jsonIsAbsent(document: Sql, keys: readonly Sql[]): Sql;

  /** The keys that a select yields, in a form in which the engine looks for them once and not for every row. */
  foundOnce(select: Sql, alias: string): Sql;
  /** The columns hold one of these tuples of values. It may be long: what looks the rows up one by one is no good. */
  isOneOf(columns: readonly Sql[], tuples: readonly (readonly Sql[])[]): Sql;
  /** The moment `value`, or the first one after what `column` holds where that is not earlier. */
  laterThan(column: Sql, value: Sql): Sql;
  /** One statement that gives each of several rows, found by its key, values of its own; it returns nothing. */
  updateEach(update: UpdateEach): Sql;
  /** How many values one statement takes. */
  readonly maxParameters: number;
  /** How many values of new rows one statement takes at best. */
  readonly insertedValues: number;
  /**
   * Inserts rows of which each column comes as one value that lists what they hold, in their order; undefined where an
   * engine knows no lists.
   */
  readonly insertColumns: ((table: Sql, columns: readonly ListedColumn[]) => Sql) | undefined;
  /** What follows the table's name to insert a row of nothing but defaults. */
  readonly defaultRow: Sql;
  /** Inserts a row unless its key is there already. */
  insertOnce(table: Sql, columns: readonly Sql[], values: readonly Sql[]): Sql;

  /**
   * The first day of the unit in which a moment lies, as a Date, once the clock is set forward by so many seconds; a
   * week begins on Monday, as ISO 8601 has it. Without an offset the moment is a day, or is seen in UTC. Years are
   * 1 to 9999: what an offset moves beyond them counts as the first or last day. Null stays null. No zone of the
   * engine's own may be used: engines would differ in them.
   */
  truncateTime(unit: TimeUnit, moment: Sql, offsetSeconds: Sql | undefined): Sql;

  /**
   * The sum or average of values of the type, null where there is none. Of Decimals it is rounded to the digits that are
   * kept, so that it is shown, compared and ordered by as one number. One of Floats that leaves their range is
   * infinite, and one of whole numbers fails with BAD_INPUT.
   */
  total(name: 'sum' | 'avg', value: Sql, type: ScalarType): Sql;

  /** What stands against keeping a Decimal with every digit, such as "20 digits; this database keeps 15". Then it is refused, never rounded. */
  decimalProblem(text: string): string | undefined;
}
