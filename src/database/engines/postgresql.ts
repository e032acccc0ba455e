import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import type { Decimal } from '@prisma/client/runtime/client';
import type { ScalarType } from '../../model/model.ts';
import type { Engine, InsertedRow, Sql, StoredType } from '../engine.ts';
import { asDate, columnReader, compilerFor, foundOnce, fromExactJson, isOneOf, selectRows } from './in-common.ts';
import { decimalProblem, plainDecimal } from './decimal-digits.ts';
import { postgresqlReplication } from './replication.ts';
import { typeOfParameter } from './typed-parameter.ts';

/** An enum is left to its column: its type has a name of its own. */
const types: Record<Exclude<ScalarType, 'Enum'>, string> = {
  String: 'text',
  Boolean: 'boolean',
  // Limits, offsets and numbers of rows come as Int.
  Int: 'bigint',
  BigInt: 'bigint',
  Float: 'double precision',
  Decimal: 'numeric',
  DateTime: 'timestamp',
  Date: 'timestamp',
  // The text of it, to be compared with.
  Json: 'text',
  Bytes: 'bytea',
};

/** A value of no known type would be taken for a text wherever no column stands beside it. */
class Compiler extends PostgresQueryCompiler {
  protected override appendValue(value: unknown): void {
    super.appendValue(value);
    const type = typeOfParameter(value);
    if (type && type !== 'Enum') this.append(`::${types[type]}`);
  }
}

const compiler = compilerFor({
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new Compiler(),
});

/** A function takes at most 100 arguments. */
const maxArguments = 100;

/** `2026-01-31T12:00:00.123` from JSON, with a blank in the middle from a column. */
const dateOf = (text: string) => new Date(`${text.replace(' ', 'T')}Z`);

/** In a database that may sort texts its own way. Orders say that it must not, and no index of that way serves them. */
export const postgresql: Engine = {
  compiler,
  name: 'postgresql',
  worksApart: true,
  replication: postgresqlReplication,

  sortable: ({ type }, value) =>
    type === 'Enum' || type === 'String' ? sql`(${asText(type, value)}) collate "C"` : value,
  orderTerm(expression, direction, nullable) {
    if (direction === 'asc') return nullable ? sql`${expression} asc nulls first` : sql`${expression} asc`;
    return nullable ? sql`${expression} desc nulls last` : sql`${expression} desc`;
  },

  jsonArray(items) {
    if (items.length <= maxArguments) return sql`json_build_array(${sql.join(items)})`;
    const parts: Sql[] = [];
    for (let at = 0; at < items.length; at += maxArguments) {
      const part = sql`json_build_array(${sql.join(items.slice(at, at + maxArguments))})::text`;
      // Without its brackets.
      parts.push(sql`left(right(${part}, -1), -1)`);
    }
    return sql`('[' || ${sql.join(parts, sql` || ',' || `)} || ']')::json`;
  },

  jsonRows(item, source) {
    return sql`(select json_agg(${item}) from (${selectRows(source)}) as ${sql.id(source.alias)})`;
  },
  derivesFromOuterRows: true,
  joinInOrder: undefined,

  jsonTruth: (condition) => sql`(${condition})`,

  selectValue: (value) => sql`select (${value})::text`,
  selectRows: undefined,

  toJson(type, value) {
    switch (type) {
      case 'BigInt':
      case 'Decimal':
        return sql`(${value})::text`;
      case 'Bytes':
        return sql`encode(${value}, 'hex')`;
      default:
        return value;
    }
  },

  fromJson: (type, value) => fromExactJson(type, value, dateOf),
  fromColumn: columnReader(dateOf),

  returnsKeys: true,
  countedKey: undefined,
  insertJudged({ row, alias, condition, note }) {
    const insert = ({ table, columns }: InsertedRow) => sql`insert into ${table} (${sql.join(columns)})`;
    // The name of a table would hide it from the condition.
    const written = sql.id('the written row');
    // SQL has no word for "fail". Outside of its transaction it must fail too: there it would be kept by itself.
    const holds = sql`current_setting('transaction_isolation') = 'serializable' and ${condition}`;
    const judged = sql`from ${written} as ${sql.id(alias)} where 1 / case when ${holds} then 1 else 0 end = 1`;
    return sql`with ${written} as (${insert(row)} values (${sql.join(row.values)}) returning *) ${
      note ? sql`${insert(note)} select ${sql.join(note.values)} ${judged}` : sql`select 1 ${judged}`
    }`;
  },
  // Whoever finds a row by its key is in the way of all who add one near it in the index of keys: of transactions that
  // create rows and look at them, one in twenty had to begin anew.
  rowPlace: { returned: sql`ctid`, is: (alias, place) => sql`${sql.id(alias, 'ctid')} = ${place}::tid` },

  /**
   * A statement that is asked with one set of values only is planned once. With parameters instead, the server would plan
   * it anew each time, as what it expects of any word is dearer than what it knows of this one.
   */
  literal({ type }, value) {
    if (typeof value === 'boolean') return sql.lit(value);
    if (typeof value !== 'string') return undefined;
    // Kysely doubles its quotation marks; no caller has written it (`callerOperands`).
    if (type === 'Enum') return sql.lit(value);
    return type === 'String' ? sql`${sql.lit(value)}::text` : undefined;
  },
  toParameter({ type }, value) {
    switch (type) {
      case 'DateTime':
      case 'Date':
        return asDate(value).toISOString();
      case 'BigInt':
        return String(value);
      case 'Decimal':
        return plainDecimal(this, value as Decimal.Value);
      case 'Json':
        return JSON.stringify(value);
      case 'Bytes':
        return Buffer.from(value as Uint8Array);
      default:
        return value;
    }
  },

  contains: (text, part) => sql`strpos(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`starts_with(${text}, ${part})`,
  endsWith: (text, part) => sql`right(${text}, length(${part})) = ${part}`,

  jsonEquals(document, keys, kind, operand) {
    const value = valueIn(document, keys);
    // In a CASE nothing is converted that is not of the kind.
    const condition: Record<typeof kind, Sql> = {
      number: sql`(${value})::text::double precision = (${operand})::double precision`,
      text: sql`(${value}) #>> '{}' = ${operand}`,
      boolean: sql`(${value})::text = ${operand}`,
    };
    const type = kind === 'text' ? sql`'string'` : sql.lit(kind);
    return sql`(case when json_typeof(${value}) = ${type} then ${condition[kind]} else false end)`;
  },

  jsonIsAbsent: (document, keys) => sql`(coalesce(json_typeof(${valueIn(document, keys)}), 'null') = 'null')`,

  foundOnce,
  isOneOf,
  // The largest of nothing and something is something.
  laterThan: (column, value) => sql`greatest(${value}::timestamp, ${column} + interval '1 millisecond')`,
  updateEach({ table, key, assignments, fields, rows }) {
    const name = (at: number) => sql.id('brought', `b${at}`);
    // The first row tells the types of all.
    const values = rows.map((row, index) =>
      index === 0 ? row.map((value, at) => sql`${value}::${typeNamed(fields[at]!)}`) : row,
    );
    const list = sql.join(values.map((row) => sql`(${sql.join(row)})`));
    const names = sql.join(fields.map((_, at) => sql.id(`b${at}`)));
    const same = key.map((column, at) => sql`${table}.${column} = ${name(at)}`);
    const changes = assignments.map((assign, at) => assign(name(key.length + at)));
    return sql`update ${table} set ${sql.join(changes)} from (values ${list}) as brought (${names}) where ${sql.join(same, sql` and `)}`;
  },
  maxParameters: 32_766,
  insertedValues: 4000,
  insertColumns(table, columns) {
    const lists = columns.map(({ type, list }) => sql`${list}::${typeNamed(type)}[]`);
    const names = columns.map(({ column }) => column);
    return sql`insert into ${table} (${sql.join(names)}) select * from unnest(${sql.join(lists)})`;
  },
  defaultRow: sql`default values`,
  insertOnce: (table, columns, values) =>
    sql`insert into ${table} (${sql.join(columns)}) values (${sql.join(values)}) on conflict do nothing`,

  truncateTime(unit, moment, offsetSeconds) {
    const truncated = (value: Sql) => sql`date_trunc(${sql.lit(unit)}, ${value})`;
    if (!offsetSeconds) return truncated(moment);
    const local = sql`least(${moment} + ${offsetSeconds} * interval '1 second', timestamp '9999-12-31')`;
    return sql`greatest(${truncated(local)}, timestamp '0001-01-01')`;
  },

  total(name, value, type) {
    if (type === 'Float' || type === 'Decimal' || name === 'sum') {
      return name === 'sum' ? sql`sum(${value})` : sql`avg(${value})`;
    }
    return sql`(sum(${value})::double precision / nullif(count(${value}), 0))`;
  },

  decimalProblem,
};

/** In a database that sorts by code point of itself. */
export const postgresqlInC: Engine = { ...postgresql, sortable: ({ type }, value) => asText(type, value) };

/** The words of an enum would be sorted as they are declared. */
function asText(type: ScalarType, value: Sql): Sql {
  return type === 'Enum' ? sql`(${value})::text` : value;
}

const typeNamed = ({ type, enumType }: StoredType): Sql => {
  if (type === 'Enum') return sql.id(enumType!);
  // One of our own few words, never a name from outside: names of types are no values and take no quotation marks here.
  return sql.raw(type === 'Json' ? 'json' : types[type]);
};

/** A key is compared with as it is; what is no object has no members. */
const valueIn = (document: Sql, keys: readonly Sql[]): Sql => {
  let value = document;
  for (const key of keys) value = sql`case json_typeof(${value}) when 'object' then (${value}) -> ${key} end`;
  return keys.length > 0 ? sql`(${value})` : value;
};
