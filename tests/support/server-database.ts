/** Databases on the servers, made for tests and thrown away: their tables are those that Pergola's own migrations would make. */
import { pushSchema } from '../../src/database/schema-engine/migrations.ts';
import { servers, withServer, type Beside, type ServerName, type TestServer } from './test-engine.ts';

let made = 0;
/** The process is part of the name, so that what a killed one has left can be told and dropped. */
const newDatabaseName = () => `pergola_test_${process.pid}_${++made}`;

/** Drops what processes that are gone have left: templates that live as long as their process, and all of a killed one. */
export async function dropLeftovers(engine: ServerName): Promise<void> {
  const server = servers[engine];
  const list = engine === 'postgresql' ? 'select datname from pg_database' : 'show databases';
  await withServer(server, async (beside) => {
    for (const [name] of await beside.run(list)) {
      const [, owner] = /^pergola_test_(\d+)_\d+$/.exec(String(name)) ?? [];
      if (owner && !isRunning(Number(owner))) await beside.run(server.drop(String(name)));
    }
  });
}

function isRunning(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
}

export interface ServerDatabase {
  readonly name: string;
  readonly url: string;
  readonly server: TestServer;
  drop(): Promise<void>;
}

/** @param schema a Prisma schema, written for whichever engine. */
export async function createDatabase(
  engine: ServerName,
  schema: string,
  server = servers[engine],
): Promise<ServerDatabase> {
  const database = databaseOn(server);
  await pushSchema({ url: database.url, schema });
  await onServer(server, server.arrangements, database.name);
  return database;
}

/** Once it is filled, so that it is asked as a database in use would be. */
export const learn = ({ server, name }: ServerDatabase) => onServer(server, server.learning, name);

function databaseOn(server: TestServer): ServerDatabase {
  const name = newDatabaseName();
  return { name, url: server.url(name), server, drop: () => onServer(server, [server.drop(name)]) };
}

/** The name of a database that is yet to be made, by a server that is started on it. */
export const databaseToCome = (engine: ServerName): ServerDatabase => databaseOn(servers[engine]);

/** A database with the tables and rows of another. Nobody may be connected to that one. */
export async function copyDatabase(engine: ServerName, filled: string): Promise<ServerDatabase> {
  const server = servers[engine];
  const copy = databaseOn(server);
  if (engine === 'postgresql') {
    await onServer(server, [`CREATE DATABASE "${copy.name}" TEMPLATE "${filled}"`]);
    return copy;
  }
  const tables = await tablesOf(filled);
  await onServer(server, [
    `CREATE DATABASE "${copy.name}" CHARACTER SET utf8mb4 /*M! COLLATE utf8mb4_nopad_bin */ /*!80017 COLLATE utf8mb4_0900_bin */`,
  ]);
  const statements = tables.flatMap(({ name, create }) => [
    create,
    `INSERT INTO "${name}" SELECT * FROM "${filled}"."${name}"`,
  ]);
  await onServer(server, statements, copy.name);
  return copy;
}

interface Table {
  readonly name: string;
  readonly create: string;
}

const known = new Map<string, Promise<Table[]>>();

/** What makes the tables of a MySQL database, foreign keys included: asked once, because a filled one is copied often. */
function tablesOf(database: string): Promise<Table[]> {
  const tables = known.get(database) ?? withServer(servers.mysql, readTables, database);
  known.set(database, tables);
  return tables;
}

async function readTables(beside: Beside): Promise<Table[]> {
  const tables: Table[] = [];
  for (const [first] of await beside.run('show tables')) {
    const name = String(first);
    const [[, create] = []] = await beside.run(`show create table "${name}"`);
    tables.push({ name, create: String(create) });
  }
  return tables;
}

async function onServer(server: TestServer, statements: readonly string[], database?: string): Promise<void> {
  const runAll = async (beside: Beside) => {
    for (const statement of statements) await beside.run(statement);
  };
  await withServer(server, runAll, database);
}
