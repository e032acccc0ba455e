import { sql } from 'kysely';
import type { ScalarType } from '../../model/model.ts';
import type { Engine, Sql, StoredType } from '../engine.ts';
import { selectRows } from './in-common.ts';
import { existsInJson, mysql } from './mysql.ts';
import { mysqlReplication } from './replication.ts';

/** Under this name the place of a row stands beside its columns: no field can have it. */
const place = sql.id('#');

/** More rows than there are. */
const noLimit = sql`18446744073709551615`;

/**
 * MySQL from 8.0.17 on, where it differs from MariaDB: a derived table may ask about rows outside (since 8.0.14), no
 * aggregate of JSON has an order or a limit, no insert returns anything, and a value of JSON is no text.
 *
 * What is written here has been run on MariaDB as far as that takes it, and nowhere else: see docs/decisions/engines.md.
 */
export const mysql8: Engine = {
  ...mysql,
  name: 'mysql8',
  replication: mysqlReplication,

  /**
   * The rows are cut in a derived table, and their places are counted there: `json_arrayagg` promises no order, and
   * `group_concat` does. What a text holds becomes JSON again by `json_extract`, else the list outside would quote it.
   */
  jsonRows(item, source) {
    const { alias, columns, orderBy } = source;
    const isOrdered = orderBy.length > 0;
    const placed = sql`row_number() over (order by ${sql.join(orderBy)})`;
    const rows = selectRows({
      ...source,
      columns: isOrdered ? [...columns, { name: '#', expression: placed }] : columns,
      limit: source.limit ?? (isOrdered ? noLimit : undefined),
    });
    const inOrder = isOrdered ? sql` order by ${sql.id(alias)}.${place}` : sql``;
    const list = sql`concat('[', group_concat(${item}${inOrder} separator ','), ']')`;
    return sql`(select json_extract(${list}, '$') from (${rows}) as ${sql.id(alias)})`;
  },
  derivesFromOuterRows: true,

  /** As a text: a driver would make objects of JSON, and round what is in them. */
  selectValue: (value) => sql`select concat(${value}, '')`,
  selectRows: undefined,

  returnsKeys: false,
  /** The rows of one insert get keys that follow each other: https://dev.mysql.com/doc/refman/8.4/en/innodb-auto-increment-handling.html */
  countedKey: { statement: sql`select last_insert_id(), @@auto_increment_increment`, of: 'first' },

  jsonEquals(document, keys, kind, operand) {
    return exists(document, keys, (value) => {
      if (kind === 'boolean') return sql`json_type(${value}) = 'BOOLEAN' and json_unquote(${value}) = ${operand}`;
      if (kind === 'text')
        return sql`json_type(${value}) = 'STRING' and ${isSame(sql`json_unquote(${value})`, operand)}`;
      const numbers = sql`('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')`;
      const number = (it: Sql) => sql`cast(${it} as double)`;
      return sql`json_type(${value}) in ${numbers} and ${number(value)} = ${number(operand)}`;
    });
  },
  jsonIsAbsent: (document, keys) => sql`(not ${exists(document, keys, (value) => sql`json_type(${value}) <> 'NULL'`)})`,

  /** Values that stand in no column have no type until they are given one: a number would be compared as a text. */
  updateEach: ({ rows, fields, ...update }) =>
    mysql.updateEach({
      ...update,
      fields,
      rows: rows.map((row) => row.map((value, at) => typed(value, fields[at]!))),
    }),
};

/** What a table of JSON holds is compared as the server prefers, without case and accents: so by its bytes. */
const isSame = (one: Sql, other: Sql) => sql`cast(${one} as binary) = cast(${other} as binary)`;
const exists = (document: Sql, keys: readonly Sql[], condition: (value: Sql) => Sql) =>
  existsInJson(document, keys, condition, isSame);

const types: Partial<Record<ScalarType, string>> = {
  Boolean: 'signed',
  Int: 'signed',
  BigInt: 'signed',
  Float: 'double',
  Decimal: 'decimal(65, 30)',
  DateTime: 'datetime(3)',
  Date: 'datetime(3)',
};

function typed(value: Sql, { type }: StoredType): Sql {
  const name = types[type];
  // One of our own few words, never a name from outside: names of types are no values and take no quotation marks.
  return name ? sql`cast(${value} as ${sql.raw(name)})` : value;
}
