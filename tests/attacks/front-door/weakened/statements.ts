/** SQL as it should not be written, on the engine of this run. */
import { createRequire } from 'node:module';
import { sql } from 'kysely';
import type { QueryOptions } from 'mariadb';
import { Client, type QueryArrayConfig } from 'pg';
import type { Sql } from '../../../../src/database/engine.ts';
import { LibsqlConnection } from '../../../../src/database/engines/libsql-connection.ts';
import { testEngine, type EngineName } from '../../../support/test-engine.ts';

export function joined(...texts: Sql[]): Sql {
  if (testEngine !== 'mysql') return sql`(${sql.join(texts, sql` || `)})`;
  // What is written here has another collation than what comes as a value.
  return sql`concat(${sql.join(texts.map((text) => sql`${text} collate utf8mb4_bin`))})`;
}

/** What stands in a document where a path of the engine's own language leads. */
export function foundByPath(document: Sql, path: Sql): Sql {
  switch (testEngine) {
    case 'sqlite':
      return sql`json_extract(${document}, ${path})`;
    case 'mysql':
      return sql`json_unquote(json_extract(${document}, ${path}))`;
    case 'postgresql':
      return sql`(jsonb_path_query_first((${document})::text::jsonb, (${path})::jsonpath) #>> '{}')`;
  }
}

/** The values of reads stand in their texts. Undone by what is returned. */
export const inText = (): (() => void) => ways[testEngine]();

const ways: Record<EngineName, () => () => void> = {
  sqlite() {
    const { value } = LibsqlConnection.prototype;
    LibsqlConnection.prototype.value = function (statement, args) {
      return value.call(this, ...written(statement, args));
    };
    return () => void (LibsqlConnection.prototype.value = value);
  },
  mysql() {
    const { execute } = pools;
    pools.execute = function (statement, values) {
      if (typeof statement === 'string' || !areTexts(values)) return execute.call(this, statement, values);
      const [text, none] = written(statement.sql, values);
      return execute.call(this, { ...statement, sql: text }, none);
    };
    return () => void (pools.execute = execute);
  },
  postgresql() {
    const { query } = clients;
    clients.query = function (statement, ...others) {
      if (typeof statement !== 'object' || !areTexts(statement.values)) return query.call(this, statement, ...others);
      const [text, none] = written(statement.text, statement.values);
      // Under its name another text is prepared.
      const { name: _, ...rest } = statement;
      return query.call(this, { ...rest, text, values: none }, ...others);
    };
    return () => void (clients.query = query);
  },
};

/** What all pools of the driver share, which it does not export. */
const pools = (createRequire(import.meta.url)('mariadb/lib/pool-promise.js') as { prototype: Driven }).prototype;
/** The drivers' declarations have a type of rows for each statement. */
interface Driven {
  execute(statement: QueryOptions | string, values?: unknown): Promise<unknown>;
}
const clients = Client.prototype as {
  query(statement: QueryArrayConfig | string, ...others: unknown[]): unknown;
};

const areTexts = (values: unknown): values is readonly unknown[] =>
  Array.isArray(values) && values.every((value) => typeof value === 'string' || typeof value === 'number');

function written(statement: string, values: readonly unknown[]): [string, unknown[]] {
  let next = 0;
  const text = statement.replace(/\?|\$(\d+)/g, (_, place?: string) => {
    const value = values[place === undefined ? next++ : Number(place) - 1];
    return typeof value === 'string' ? `'${value}'` : String(value);
  });
  return [text, []];
}
