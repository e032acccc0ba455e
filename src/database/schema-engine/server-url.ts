import { badConfig } from '../../errors.ts';

/** The URL of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const it = new URL(url);
  it.pathname = `/${encodeURIComponent(database)}`;
  return it.href;
}

/** The name of the database in a server's URL. Throws BAD_CONFIG without one. */
export function databaseName(url: string): string {
  const name = decodeURIComponent(parse(url).pathname.slice(1));
  if (name !== '') return name;
  throw badConfig(
    'DATABASE_URL names a server, and no database on it.',
    'Add its name at the end: scheme://user:password@host:port/database.',
  );
}

/** Such as `db.example:5432`. */
export function serverOf(url: string, defaultPort: number): string {
  const { hostname, port } = parse(url);
  return `${hostname}:${port || defaultPort}`;
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // What is in it may be a password.
    throw badConfig(
      'DATABASE_URL is no URL.',
      'Write scheme://user:password@host:port/database, with % codes for special characters of the password.',
    );
  }
}
