import { MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from 'kysely';
import type { Decimal } from '@prisma/client/runtime/client';
import type { ScalarType } from '../../model/model.ts';
import type { Engine, RowsSource, Sql } from '../engine.ts';
import type { TimeUnit } from '../time-unit.ts';
import { asDate, columnReader, compilerFor, fromExactJson, isOneOf, ordered, selectRows } from './in-common.ts';
import { decimalProblem, plainDecimal } from './decimal-digits.ts';
import { mariadbReplication } from './replication.ts';
import { typeOfParameter } from './typed-parameter.ts';

/** A text beside a column of numbers or moments is compared as a double: 9007199254740993 would equal its neighbour. */
const casts: Partial<Record<ScalarType, string>> = {
  Decimal: 'decimal(65, 30)',
  DateTime: 'datetime(3)',
  Date: 'datetime(3)',
};

class Compiler extends MysqlQueryCompiler {
  protected override appendValue(value: unknown): void {
    const cast = casts[typeOfParameter(value) ?? 'String'];
    if (!cast) return super.appendValue(value);
    this.append('cast(');
    super.appendValue(value);
    this.append(` as ${cast})`);
  }
}

const compiler = compilerFor({
  createAdapter: () => new MysqlAdapter(),
  createIntrospector: (db) => new MysqlIntrospector(db),
  createQueryCompiler: () => new Compiler(),
});

/** `2026-01-31 12:00:00.000`, or a day alone. */
const dateOf = (text: string) => new Date(text.length === 10 ? text : `${text.replace(' ', 'T')}Z`);

const derive = (source: RowsSource) => sql`(${selectRows(source)}) as ${sql.id(source.alias)}`;

/** MariaDB, whose aggregates of JSON have an order and a limit of their own. */
export const mysql: Engine = {
  compiler,
  name: 'mysql',
  worksApart: true,
  replication: mariadbReplication,

  // The words of an enum would be sorted as they are declared.
  sortable: ({ type }, value) => (type === 'Enum' ? sql`cast(${value} as char)` : value),
  orderTerm: (expression, direction) => (direction === 'asc' ? sql`${expression} asc` : sql`${expression} desc`),

  jsonArray: (items) => sql`json_array(${sql.join(items)})`,

  jsonRows(item, source) {
    if (source.derived) return sql`(select json_arrayagg(${item}) from ${derive(source)})`;
    const { from, where, orderBy, limit } = source;
    return sql`(select json_arrayagg(${item}${ordered(orderBy, limit)}) from ${from} where ${where})`;
  },
  derivesFromOuterRows: false,
  joinInOrder: undefined,

  // An EXISTS that does not depend on the row would stand there as a text, "1", where a text of another collation is beside it.
  jsonTruth: (condition) => sql`(case when ${condition} then 1 else 0 end)`,

  selectValue: (value) => sql`select ${value}`,
  // What gathers texts keeps them in a table on disk, which costs a fifth of a millisecond however few they are.
  selectRows(item, source, rest) {
    const { from, where, orderBy, limit } = source;
    // Without a name it has its own text for one, and the driver loses its way in names of more than 250 characters.
    const value = sql`${item} as ${sql.id('item')}`;
    const rows = source.derived
      ? sql`select ${value} from ${derive(source)}`
      : sql`select ${value} from ${from} where ${where}${ordered(orderBy, limit)}`;
    return rest ? sql`(${rows}) union all (select ${rest})` : rows;
  },

  toJson(type, value) {
    switch (type) {
      case 'Json':
        // As a text: whether a column counts as JSON depends on where it was selected from.
        return sql`concat(${value}, '')`;
      case 'BigInt':
      case 'Decimal':
        return sql`cast(${value} as char)`;
      case 'Bytes':
        return sql`hex(${value})`;
      default:
        return value;
    }
  },

  fromJson(type, value) {
    if (type === 'Boolean') return value === 1 || value === true;
    return type === 'Json' ? JSON.parse(String(value)) : fromExactJson(type, value, dateOf);
  },
  fromColumn: columnReader(dateOf),

  returnsKeys: true,
  countedKey: undefined,
  rowPlace: undefined,
  insertJudged: undefined,

  literal: undefined,
  toParameter({ type }, value) {
    switch (type) {
      case 'DateTime':
      case 'Date':
        return storedDate(asDate(value));
      case 'Boolean':
        return value ? 1 : 0;
      case 'BigInt':
        return BigInt(value as bigint | number);
      case 'Decimal':
        return plainDecimal(mysql, value as Decimal.Value);
      case 'Json':
        return JSON.stringify(value);
      case 'Bytes':
        return Buffer.from(value as Uint8Array);
      default:
        return value;
    }
  },

  contains: (text, part) => sql`locate(${part}, ${text}) > 0`,
  startsWith: (text, part) => sql`left(${text}, char_length(${part})) = ${part}`,
  endsWith: (text, part) => sql`right(${text}, char_length(${part})) = ${part}`,

  jsonEquals(document, keys, kind, operand) {
    return existsInJson(document, keys, (value) => {
      if (kind === 'boolean') return sql`json_type(${value}) = 'BOOLEAN' and json_compact(${value}) = ${operand}`;
      if (kind === 'text') return sql`json_type(${value}) = 'STRING' and json_unquote(${value}) = ${operand}`;
      const number = (it: Sql) => sql`cast(${it} as double)`;
      return sql`json_type(${value}) in ('INTEGER', 'DOUBLE') and ${number(value)} = ${number(operand)}`;
    });
  },

  jsonIsAbsent: (document, keys) =>
    sql`(not ${existsInJson(document, keys, (value) => sql`json_type(${value}) <> 'NULL'`)})`,

  // Left to itself it makes a join of the two, and looks for the keys again for every row. What is distinct stands apart.
  foundOnce: (select, alias) =>
    sql`(select * from (select distinct * from (${select}) as ${sql.id(`${alias}k`)}) as ${sql.id(alias)})`,
  isOneOf,
  laterThan(column, value) {
    const given = sql`cast(${value} as datetime(3))`;
    const next = sql`date_add(${column}, interval 1000 microsecond)`;
    // The largest of nothing and something is nothing.
    return sql`greatest(${given}, coalesce(${next}, ${given}))`;
  },
  updateEach({ table, key, assignments, rows }) {
    const name = (at: number) => sql.id(`brought${at}`);
    const [first, ...others] = rows.map((row) => sql.join(row));
    const named = sql.join(rows[0]!.map((value, at) => sql`${value} as ${name(at)}`));
    const values = sql.join([named, ...(first ? others : [])], sql` union all select `);
    const same = key.map((column, at) => sql`${table}.${column} = ${name(at)}`);
    const changes = assignments.map((assign, at) => assign(name(key.length + at)));
    return sql`update ${table} join (select ${values}) as brought on ${sql.join(same, sql` and `)} set ${sql.join(changes)}`;
  },
  maxParameters: 32_766,
  // The server is busy for so long that this process has time to make the values of the next statement.
  insertedValues: 30_000,
  insertColumns: undefined,
  defaultRow: sql`() values ()`,
  insertOnce(table, columns, values) {
    const [column] = columns;
    // Not \`insert ignore\`: it would ignore what else is wrong, too.
    return sql`insert into ${table} (${sql.join(columns)}) values (${sql.join(values)}) on duplicate key update ${column} = ${column}`;
  },

  truncateTime(unit, moment, offsetSeconds) {
    if (!offsetSeconds) return truncations[unit](sql`date(${moment})`);
    // Null before the first year and after the last one: the day is then that of UTC, and the first one at the beginning.
    const local = sql`date_add(${moment}, interval ${offsetSeconds} second)`;
    return truncations[unit](sql`date(coalesce(${local}, ${moment}))`);
  },

  total(name, value, type) {
    if (type === 'Float') return floatTotal(name, value);
    if (name === 'sum') return sql`sum(${value})`;
    if (type === 'Decimal') return sql`avg(${value})`;
    return sql`(cast(sum(${value}) as double) / count(${value}))`;
  },

  decimalProblem,
};

/** Its own sum is 0 when it leaves the range. exp() of so much is an error, whatever else is selected. */
function floatTotal(name: 'sum' | 'avg', value: Sql): Sql {
  const total = name === 'sum' ? sql`sum(${value})` : sql`avg(${value})`;
  const size = sql`abs(sum(${value} * 1e-20))`;
  return sql`case when ${size} > 1.797e288 then exp(${size}) else ${total} end`;
}

/** Expressions that lead from a day to the first day of its unit. */
const truncations: Record<TimeUnit, (day: Sql) => Sql> = {
  day: (day) => day,
  week: (day) => sql`date_sub(${day}, interval weekday(${day}) day)`,
  month: (day) => sql`cast(date_format(${day}, '%Y-%m-01') as date)`,
  quarter: (day) => sql`cast(concat(date_format(${day}, '%Y-'), lpad(quarter(${day}) * 3 - 2, 2, '0'), '-01') as date)`,
  year: (day) => sql`cast(date_format(${day}, '%Y-01-01') as date)`,
};

/**
 * The keys of an object are listed, so that a key is compared with and never becomes part of a path; its value stands at
 * the same place in the list of values.
 */
export function existsInJson(
  document: Sql,
  keys: readonly Sql[],
  condition: (value: Sql) => Sql,
  isSame = (name: Sql, key: Sql) => sql`${name} = ${key}`,
): Sql {
  let value = document;
  const tables: Sql[] = [];
  const conditions: Sql[] = [];
  for (const [at, key] of keys.entries()) {
    const name = `j${at}`;
    const object = sql`case json_type(${value}) when 'OBJECT' then json_keys(${value}) end`;
    const columns = sql`columns (place for ordinality, name longtext path '$')`;
    tables.push(sql`json_table(coalesce(${object}, '[]'), '$[*]' ${columns}) as ${sql.id(name)}`);
    conditions.push(isSame(sql.id(name, 'name'), key));
    value = sql`json_extract(json_extract(${value}, '$.*'), concat('$[', ${sql.id(name, 'place')} - 1, ']'))`;
  }
  const all = sql.join([...conditions, condition(value)], sql` and `);
  if (tables.length === 0) return sql`coalesce(${all}, false)`;
  return sql`exists (select 1 from ${sql.join(tables, sql` join `)} where ${all})`;
}

const storedDate = (value: Date) => value.toISOString().replace('T', ' ').replace('Z', '');
