/** Ways to let a database fail in its own words, on any engine. */
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { testEngine, type EngineName } from './test-engine.ts';

type Client = Pick<PrismaClient, '$executeRawUnsafe'>;

/** A name as this run's engine quotes it. */
const quoted = (name: string) => (testEngine === 'mysql' ? `\`${name}\`` : `"${name}"`);

/** What the engine says of a table that is not there. */
export const noTable: Record<EngineName, string> = {
  sqlite: 'no such table',
  mysql: "doesn't exist",
  postgresql: 'does not exist',
};

const rename = (client: Client, from: string, to: string) =>
  // Prisma has no word for it.
  client.$executeRawUnsafe(`ALTER TABLE ${quoted(from)} RENAME TO ${quoted(to)}`);

/** Takes a table away, until it is mended. */
export async function breakTable(client: Client, table: string): Promise<void> {
  await rename(client, table, 'Gone');
}

export async function mendTable(client: Client, table: string): Promise<void> {
  await rename(client, 'Gone', table);
}

/** Takes a table away for as long as something runs. */
export async function withoutTable<T>(client: Client, table: string, act: () => Promise<T>): Promise<T> {
  await breakTable(client, table);
  try {
    return await act();
  } finally {
    await mendTable(client, table);
  }
}

const triggers: Record<EngineName, (table: string, verb: string) => string[]> = {
  sqlite: (table, verb) => [
    `CREATE TRIGGER refuses BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'not now'); END`,
  ],
  mysql: (table, verb) => [
    `CREATE TRIGGER refuses BEFORE ${verb} ON ${table} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'`,
  ],
  postgresql: (table, verb) => [
    `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$`,
    `CREATE TRIGGER refuses BEFORE ${verb} ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`,
  ],
};

/** From now on the database refuses to insert or to update rows of the table. Undone by what is returned. */
export async function refuseWrites(client: Client, table: string, verb: 'INSERT' | 'UPDATE') {
  // Nor for triggers; the names are those of the test.
  for (const statement of triggers[testEngine](quoted(table), verb)) await client.$executeRawUnsafe(statement);
  const on = testEngine === 'postgresql' ? ` ON ${quoted(table)}` : '';
  return () => client.$executeRawUnsafe(`DROP TRIGGER refuses${on}`);
}
