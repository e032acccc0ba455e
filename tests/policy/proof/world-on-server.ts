import type { Engine } from '../../../src/database/engine.ts';
import { mysql } from '../../../src/database/engines/mysql.ts';
import { postgresqlInC } from '../../../src/database/engines/postgresql.ts';
import { createDatabase, type ServerDatabase } from '../../support/server-database.ts';
import type { Beside, ServerName } from '../../support/test-engine.ts';
import {
  modelIn,
  relationsIn,
  scalarsIn,
  tablesIn,
  type ModelShape,
  type ScalarShape,
  type ScalarType,
  type Shape,
} from './shape.ts';
import { storedValue } from './stored-value.ts';
import type { WorldStore } from './stored-world.ts';
import { rowsOf, type Value, type World } from './world.ts';

interface Dialect {
  readonly engine: Engine;
  readonly types: Record<Exclude<ScalarType, 'Enum'>, string>;
  /** Of texts that stand in keys. */
  readonly keyText: string;
  enumType(name: string, words: string): string;
  /** What has to be there before the tables. */
  createEnum(name: string, words: string): string[];
  readonly clear: (tables: readonly string[]) => string[];
  place(at: number): string;
  asText(column: string, type: ScalarType): string;
}

/** Columns as Prisma's migrations have them. */
const dialects: Record<ServerName, Dialect> = {
  mysql: {
    engine: mysql,
    types: {
      String: 'LONGTEXT',
      Int: 'INTEGER',
      BigInt: 'BIGINT',
      Float: 'DOUBLE',
      Decimal: 'DECIMAL(65, 30)',
      Boolean: 'BOOLEAN',
      DateTime: 'DATETIME(3)',
      Date: 'DATETIME(3)',
      Json: 'LONGTEXT',
      Bytes: 'LONGBLOB',
    },
    keyText: 'VARCHAR(255)',
    enumType: (_, words) => `ENUM(${words})`,
    createEnum: () => [],
    clear: (tables) => (tables.length > 0 ? [`DROP TABLE ${tables.join(', ')}`] : []),
    place: () => '?',
    asText: (column, type) => (type === 'Bytes' ? `hex(${column})` : `cast(${column} as char)`),
  },
  postgresql: {
    engine: postgresqlInC,
    types: {
      String: 'TEXT',
      Int: 'INTEGER',
      BigInt: 'BIGINT',
      Float: 'DOUBLE PRECISION',
      Decimal: 'DECIMAL(65, 30)',
      Boolean: 'BOOLEAN',
      DateTime: 'TIMESTAMP(3)',
      Date: 'TIMESTAMP(3)',
      Json: 'JSON',
      Bytes: 'BYTEA',
    },
    keyText: 'TEXT',
    enumType: (name) => quoted(name),
    createEnum: (name, words) => [`CREATE TYPE ${quoted(name)} AS ENUM (${words})`],
    clear: () => ['DROP SCHEMA public CASCADE', 'CREATE SCHEMA public'],
    place: (at) => `$${at + 1}`,
    asText: (column) => `${column}::text`,
  },
};

interface Place {
  readonly database: ServerDatabase;
  readonly beside: Beside;
}

const none = 'datasource db {\n  provider = "sqlite"\n}';

/** Databases that no world stands in at the moment: to make one takes longer than to fill it. */
const free: Record<ServerName, Place[]> = { mysql: [], postgresql: [] };

async function takePlace(engine: ServerName): Promise<Place> {
  const known = free[engine].pop();
  if (known) return known;
  const database = await createDatabase(engine, none);
  return { database, beside: await database.server.connect(database.name) };
}

/** Of those who are done: nobody else drops what a process that goes on has made. */
export async function dropPlaces(): Promise<void> {
  for (const { database, beside } of Object.values(free).flatMap((places) => places.splice(0))) {
    await beside.close();
    await database.drop();
  }
}

/** A database for as long as it is needed, without the tables of the world before. */
export async function storeOnServer(shape: Shape, name: ServerName): Promise<WorldStore> {
  const dialect = dialects[name];
  const tables = [...shape.models.map((model) => tableOf(model)), ...tablesIn(shape).map((it) => linkTable(it, shape))];
  const place = await takePlace(name);
  const { database, beside } = place;
  for (const statement of createTables(shape, tables, dialect)) await beside.run(statement);
  return {
    url: database.url,
    async write(world) {
      await beside.run('BEGIN');
      for (const table of tables) {
        await beside.run(`DELETE FROM ${quoted(table.name)}`);
        const rows = table.rowsIn(world);
        if (rows.length === 0) continue;
        const width = table.columns.length;
        const values = rows.flatMap((row) =>
          row.map((value, at) => storedValue(value, table.columns[at]!, shape, dialect.engine)),
        );
        const places = rows.map(
          (_, at) => `(${table.columns.map((_column, nth) => dialect.place(at * width + nth)).join(', ')})`,
        );
        await beside.run(
          `INSERT INTO ${quoted(table.name)} (${namesOf(table.columns)}) VALUES ${places.join(', ')}`,
          values,
        );
      }
      await beside.run('COMMIT');
      for (const statement of database.server.learning) await beside.run(statement);
    },
    async dump() {
      const lines: string[] = [];
      for (const { name: table, columns } of tables) {
        const list = columns.map(({ column, type }) => dialect.asText(quoted(column), type)).join(', ');
        for (const row of await beside.run(`SELECT ${list} FROM ${quoted(table)}`)) {
          lines.push(`${table} ${JSON.stringify(row)}`);
        }
      }
      return lines;
    },
    async [Symbol.asyncDispose]() {
      for (const statement of dialect.clear(tables.map((table) => quoted(table.name)))) await beside.run(statement);
      free[name].push(place);
    },
  };
}

interface Table {
  readonly name: string;
  readonly columns: readonly ScalarShape[];
  readonly keys: readonly (readonly string[])[];
  /** Columns of keys and of relations: a text there has to have an end. */
  readonly short: ReadonlySet<string>;
  rowsIn(world: World): (readonly Value[])[];
}

function tableOf(model: ModelShape): Table {
  const columns = scalarsIn(model);
  const columnOf = (name: string) => columns.find((it) => it.name === name)!.column;
  const keys = [model.key, ...model.uniques].map((names) => names.map(columnOf));
  const led = relationsIn(model).flatMap(({ join }) =>
    join.kind === 'columns' ? join.pairs.map(([here]) => here) : [],
  );
  return {
    name: model.table,
    columns,
    keys,
    short: new Set([...keys.flat(), ...led.map(columnOf)]),
    rowsIn: (world) => rowsOf(world, model.name).map((row) => columns.map(({ name }) => row[name] ?? null)),
  };
}

function linkTable({ table, a, b }: ReturnType<typeof tablesIn>[number], shape: Shape): Table {
  const columns = [a, b].map((name, at) => {
    const model = modelIn(shape, name);
    const key = scalarsIn(model).find((it) => it.name === model.key[0])!;
    return { ...key, column: 'AB'[at]! };
  });
  return {
    name: table,
    columns,
    keys: [['A', 'B']],
    short: new Set(['A', 'B']),
    rowsIn: ({ links }) => [...(links[table] ?? [])],
  };
}

function createTables({ enums }: Shape, tables: readonly Table[], dialect: Dialect): string[] {
  const wordsOf = (name: string) =>
    enums
      .find((it) => it.name === name)!
      .values.map(({ stored }) => `'${stored}'`)
      .join(', ');
  const typeOf = ({ type, enum: name, column }: ScalarShape, { short }: Table) => {
    if (type === 'Enum') return dialect.enumType(name!, wordsOf(name!));
    return type === 'String' && short.has(column) ? dialect.keyText : dialect.types[type];
  };
  return [
    ...enums.flatMap(({ name }) => dialect.createEnum(name, wordsOf(name))),
    ...tables.map((table) => {
      const columns = table.columns.map(
        (it) => `${quoted(it.column)} ${typeOf(it, table)}${it.required ? ' NOT NULL' : ' NULL'}`,
      );
      const [primary, ...uniques] = table.keys.map((key) => key.map(quoted).join(', '));
      const keys = [`PRIMARY KEY (${primary})`, ...uniques.map((key) => `UNIQUE (${key})`)];
      return `CREATE TABLE ${quoted(table.name)} (${[...columns, ...keys].join(', ')})`;
    }),
  ];
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const namesOf = (columns: readonly ScalarShape[]) => columns.map(({ column }) => quoted(column)).join(', ');
