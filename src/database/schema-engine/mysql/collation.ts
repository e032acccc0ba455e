import { badConfig } from '../../../errors.ts';

type Run = (sql: string) => Promise<unknown[][]>;

/**
 * Compares texts by their bytes, blanks at the end included, as every other kind of database does. It belongs to the
 * database and stands in no migration, because MariaDB and MySQL have it under different names.
 */
export async function collationFor(run: Run): Promise<string> {
  const [[version] = []] = await run('SELECT VERSION()');
  return String(version).includes('MariaDB') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}

/** Sets it where there are no tables yet. Throws BAD_CONFIG where there are some with another one. */
export async function checkCollation(run: Run): Promise<void> {
  const wanted = await collationFor(run);
  const [[present] = []] = await run('SELECT @@collation_database');
  if (present === wanted) return;
  const [[tables] = []] = await run(
    "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
  );
  const set = `ALTER DATABASE CHARACTER SET utf8mb4 COLLATE ${wanted}`;
  if (Number(tables) === 0) {
    await run(set);
    return;
  }
  throw badConfig(
    `The database compares texts by ${String(present)}, and what the API means needs ${wanted}.`,
    `Convert each table (ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE ${wanted}), then ${set}; or start with an empty database.`,
  );
}
