import { sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { digitsOf, refuseLongDecimal } from './decimal-digits.ts';
import { asDate, columnReader, compilerFor, foundOnce, fromExactJson, isOneOf, selectRows } from './in-common.ts';
import type { Engine, Sql } from '../engine.ts';
import type { TimeUnit } from '../time-unit.ts';

const compiler = compilerFor({
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

/** SQLite keeps a Decimal as a double. */
const decimalDigits = 15;

/** SQLite takes at most 100 arguments in one call of a function. */
const maxArguments = 100;

const dateOf = (text: string) => new Date(text);

export const sqlite: Engine = {
  compiler,
  name: 'sqlite',
  worksApart: false,
  replication: undefined,

  sortable: (_, value) => value,
  orderTerm: (expression, direction) => (direction === 'asc' ? sql`${expression} asc` : sql`${expression} desc`),

  jsonArray(items) {
    if (items.length <= maxArguments) return sql`json_array(${sql.join(items)})`;
    // json_insert(array, '$[#]', a, '$[#]', b) appends; each appended item costs two arguments.
    let array = sql`json_array(${sql.join(items.slice(0, maxArguments))})`;
    for (let at = maxArguments; at < items.length; at += 45) {
      const appended = items.slice(at, at + 45).map((item) => sql`'$[#]', ${item}`);
      array = sql`json_insert(${array}, ${sql.join(appended)})`;
    }
    return array;
  },

  jsonRows(item, source) {
    return sql`(select json_group_array(${item}) from (${selectRows(source)}) as ${sql.id(source.alias)})`;
  },

  derivesFromOuterRows: true,
  // A plain join might begin with the other table: SQLite knows nothing of how many rows are alike.
  joinInOrder: sql` cross join `,

  jsonTruth: (condition) => condition,

  selectValue: (value) => sql`select ${value}`,
  selectRows: undefined,

  toJson(type, value) {
    switch (type) {
      case 'Float':
        // SQLite's own JSON writes 15 digits; 17 are needed to get the same number back.
        return sql`case when ${value} is not null then format('%!.17g', ${value}) end`;
      case 'Json':
        // A number alone is stored as one: the column's type has numeric affinity.
        return sql`case typeof(${value}) when 'real' then format('%!.17g', ${value}) else ${value} end`;
      case 'BigInt':
      case 'Decimal':
        return sql`cast(${value} as text)`;
      case 'Bytes':
        return sql`case when ${value} is not null then hex(${value}) end`;
      default:
        return value;
    }
  },

  fromJson(type, value) {
    if (type === 'Boolean') return value === 1;
    return type === 'Json' ? JSON.parse(String(value)) : fromExactJson(type, value, dateOf);
  },
  fromColumn: columnReader(dateOf),

  returnsKeys: true,
  // The driver makes an object of every row that a statement returns.
  countedKey: { statement: sql`select last_insert_rowid()`, of: 'last' },
  rowPlace: undefined,
  insertJudged: undefined,

  literal: undefined,
  toParameter({ type }, value) {
    switch (type) {
      case 'DateTime':
      case 'Date':
        return storedDate(asDate(value));
      case 'Boolean':
        return value ? 1n : 0n;
      case 'Int':
      case 'BigInt':
        // A JavaScript number is bound as a double, which a column without an affinity would not equal.
        return BigInt(value as number | bigint);
      case 'Decimal': {
        const text = String(value);
        refuseLongDecimal(sqlite, text);
        return Number(text);
      }
      case 'Json':
        return JSON.stringify(value);
      default:
        return value;
    }
  },

  contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`substr(${text}, 1, length(${part})) = ${part}`,
  endsWith: (text, part) =>
    sql`(length(${text}) >= length(${part}) and substr(${text}, length(${text}) - length(${part}) + 1) = ${part})`,

  jsonEquals(document, keys, kind, operand) {
    // SQLite reads a number's text a last digit off at times, so both sides are read by it.
    const number = sql`json_extract(${operand}, '$')`;
    if (kind === 'number' && keys.length === 0) {
      // A number alone is stored as one, see toJson.
      return sql`(typeof(${document}) in ('integer', 'real') and ${document} = ${number})`;
    }
    return existsInJson(document, keys, (it) => {
      const type = sql.id(it, 'type');
      if (kind === 'boolean') return sql`${type} = ${operand}`;
      const types = kind === 'text' ? sql`'text'` : sql`'integer', 'real'`;
      return sql`${type} in (${types}) and ${sql.id(it, 'atom')} = ${kind === 'text' ? operand : number}`;
    });
  },

  jsonIsAbsent(document, keys) {
    if (keys.length === 0) return sql`(coalesce(json_type(${document}), 'null') = 'null')`;
    return sql`(not ${existsInJson(document, keys, (it) => sql`${sql.id(it, 'type')} <> 'null'`)})`;
  },

  foundOnce,
  // Not `(a = ? and b = ?) or …`: such a chain is as deep as it is long, and SQLite takes 1000 levels.
  isOneOf: (columns, tuples) => isOneOf(columns, tuples, sql`values `),
  // Text of one form: its order is the order in time.
  laterThan: (column, value) => {
    const next = sql`strftime('%Y-%m-%dT%H:%M:%f+00:00', ${column}, '+0.001 seconds')`;
    // The largest of nothing and something is nothing.
    return sql`max(${value}, coalesce(${next}, ${value}))`;
  },
  updateEach({ table, key, assignments, rows }) {
    const brought = (at: number) => sql.id('brought', `column${at + 1}`);
    const changes = assignments.map((assign, at) => assign(brought(key.length + at)));
    const same = key.map((column, at) => sql`${table}.${column} = ${brought(at)}`);
    const values = sql.join(rows.map((row) => sql`(${sql.join(row)})`));
    return sql`update ${table} set ${sql.join(changes)} from (values ${values}) as brought where ${sql.join(same, sql` and `)}`;
  },
  maxParameters: 32_766,
  // More do not make it faster.
  insertedValues: 4000,
  insertColumns: undefined,
  defaultRow: sql`default values`,
  insertOnce: (table, columns, values) =>
    sql`insert into ${table} (${sql.join(columns)}) values (${sql.join(values)}) on conflict do nothing`,

  truncateTime(unit, moment, offsetSeconds) {
    const truncated = (value: Sql) => sql`date(${value}, ${sql.join(truncations[unit](value))})`;
    if (!offsetSeconds) return truncated(moment);
    // date() is null beyond the year 9999, where only an offset leads: the last day is then that of UTC.
    const day = sql`coalesce(date(${moment}, ${offsetSeconds} || ' seconds'), date(${moment}))`;
    return sql`max(${truncated(day)}, '0001-01-01')`;
  },

  total(name, value, type) {
    if (type === 'Decimal') {
      // As text it has 15 digits. Beyond them is what doubles got wrong in adding up: an average would show it.
      const sum = sql`cast(sum(${value}) as text)`;
      const shown = name === 'sum' ? sum : sql`cast(cast(${sum} as real) / count(${value}) as text)`;
      return sql`cast(${shown} as numeric)`;
    }
    const total = name === 'sum' ? sql`sum(${value})` : sql`avg(${value})`;
    // SQLite's own sum is null when it leaves the range, as if there were no values.
    return type === 'Float' ? sql`case when count(${value}) > 0 then coalesce(${total}, 9e999) end` : total;
  },

  decimalProblem(text) {
    // Most are: looked at more closely, they take as long as parsing their line.
    if (text.length <= decimalDigits) return undefined;
    const digits = digitsOf(text);
    return digits > decimalDigits ? `${digits} digits; this database keeps ${decimalDigits}` : undefined;
  },
};

/** Arguments of date() that lead to the first day of a unit. */
const truncations: Record<TimeUnit, (day: Sql) => Sql[]> = {
  day: () => [sql`'start of day'`],
  week: () => [sql`'-6 days'`, sql`'weekday 1'`],
  month: () => [sql`'start of month'`],
  quarter: (day) => [sql`'start of month'`, sql`'-' || ((strftime('%m', ${day}) - 1) % 3) || ' months'`],
  year: () => [sql`'start of year'`],
};

/** json_each() yields the members of an object by their keys, so that a key is compared with and never becomes part of a path. */
function existsInJson(document: Sql, keys: readonly Sql[], condition: (member: string) => Sql): Sql {
  const places = keys.length === 0 ? [sql`is null`] : keys.map((key) => sql`= ${key}`);
  const members = places.map((_, at) => `j${at}`);
  const tables = members.map((name, at) => {
    const outer = members[at - 1];
    // The value of a text is the bare text, which json_each() would fail to parse.
    const object = outer
      ? sql`case ${sql.id(outer, 'type')} when 'object' then ${sql.id(outer, 'value')} end`
      : document;
    return sql`json_each(${object}) as ${sql.id(name)}`;
  });
  const conditions = members.map((name, at) => sql`${sql.id(name, 'key')} ${places[at]!}`);
  const all = sql.join([...conditions, condition(members.at(-1)!)], sql` and `);
  return sql`exists (select 1 from ${sql.join(tables)} where ${all})`;
}

/** As Prisma's driver adapter stores it: the text's order is the order in time. */
const storedDate = (value: Date) => value.toISOString().replace('Z', '+00:00');
