/** The database of a tiny service on an engine that runs as a server. */
import type { GeneratedDatamodel } from '../../src/generated/datamodel.ts';
import { copyDatabase, createDatabase, learn } from './server-database.ts';
import { withServer, type Beside, type ServerName } from './test-engine.ts';
import { shownValue, type TinyStore } from './tiny-store.ts';

type Datamodel = GeneratedDatamodel['datamodel'];

const filled = new Map<string, Promise<string>>();

export async function openOnServer(
  engine: ServerName,
  { schema, datamodel, rows }: { schema: string; datamodel: Datamodel; rows: string },
): Promise<TinyStore> {
  const quoted = quoting(datamodel);
  const design = JSON.stringify([schema, rows]);
  const first = filled.get(design) ?? fill(engine, schema, quoted(rows));
  filled.set(design, first);
  const copy = await copyDatabase(engine, await first);
  const beside = await copy.server.connect(copy.name);
  const tables = await readTables(engine, beside);
  return {
    url: copy.url,
    async sql(text, ...values) {
      let at = 0;
      const placed = engine === 'postgresql' ? text.replaceAll('?', () => `$${++at}`) : text;
      const found = await beside.run(quoted(placed), values);
      return found.map((row) => row.map(plainNumber));
    },
    async everything() {
      const everything = new Map<string, Readonly<Record<string, string>>>();
      for (const { name, columns, key } of tables) {
        for (const row of await beside.run(`select * from "${name}" order by 1`)) {
          const values = Object.fromEntries(columns.map((column, at) => [column, shownValue(plainNumber(row[at]))]));
          everything.set(`${name} ${(key.length > 0 ? key : columns).map((column) => values[column]).join()}`, values);
        }
      }
      return everything;
    },
    async reset() {
      await beside.run('BEGIN');
      for (const { name } of tables) await beside.run(`DELETE FROM "${name}"`);
      for (const statement of statementsOf(quoted(rows))) await beside.run(statement);
      await beside.run('COMMIT');
    },
    async close() {
      await beside.close();
      await copy.drop();
    },
  };
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

async function readTables(engine: ServerName, beside: Beside): Promise<Table[]> {
  const schema = engine === 'postgresql' ? "'public'" : 'database()';
  const found = await beside.run(
    `select c.table_name, c.column_name, max(k.ordinal_position) from information_schema.columns c
     left join (information_schema.table_constraints t join information_schema.key_column_usage k
       on k.constraint_name = t.constraint_name and k.table_schema = t.table_schema and k.table_name = t.table_name
       and t.constraint_type = 'PRIMARY KEY')
     on k.table_schema = c.table_schema and k.table_name = c.table_name and k.column_name = c.column_name
     where c.table_schema = ${schema} group by c.table_name, c.column_name, c.ordinal_position
     order by c.table_name, c.ordinal_position`,
  );
  const tables = new Map<string, { name: string; columns: string[]; key: string[] }>();
  for (const [table, column, place] of found) {
    const it = tables.get(String(table)) ?? { name: String(table), columns: [], key: [] };
    tables.set(it.name, it);
    it.columns.push(String(column));
    if (place !== null) it.key.push(String(column));
  }
  return [...tables.values()];
}

async function fill(engine: ServerName, schema: string, rows: string): Promise<string> {
  const database = await createDatabase(engine, schema);
  await withServer(
    database.server,
    async (beside) => {
      for (const statement of statementsOf(rows)) await beside.run(statement);
    },
    database.name,
  );
  await learn(database);
  return database.name;
}

/** The rows of a design hold no semicolons of their own. */
const statementsOf = (text: string) =>
  text
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .filter((it) => it.trim() !== '');

const plainNumber = (it: unknown) => (typeof it === 'bigint' ? Number(it) : it);

/** Tests write names bare; some are words of an engine's own, and PostgreSQL would take them in lower case. */
function quoting({ models }: Datamodel): (text: string) => string {
  const names = models.flatMap(({ name, dbName, fields }) => [
    dbName ?? name,
    ...fields.flatMap((it) => [it.dbName ?? it.name, ...(it.relationName ? [`_${it.relationName}`] : [])]),
  ]);
  const bare = new RegExp(`'[^']*'|"[^"]*"|\\b(${[...new Set([...names, 'A', 'B'])].join('|')})\\b`, 'g');
  const offset = /(?<='\d{4}-\d\d-\d\dT[\d:.]*)\+00:00(?=')/g;
  return (text) =>
    text.replaceAll(offset, '').replaceAll(bare, (found, name?: string) => (name === undefined ? found : `"${name}"`));
}
