import { join } from 'node:path';
import { badConfig } from '../../errors.ts';
import type { Connector } from './connector.ts';
import { sqliteConnector } from './sqlite-connector.ts';

/** Each kind has a history of its own below `prisma/migrations`. */
export const migrationsFolderFor = (root: string, url: string) => join(root, 'prisma/migrations', kindOf(url));

const kindOf = (url: string) => (url.startsWith('file:') ? 'sqlite' : 'of-no-known-kind');

/** The one place that tells databases apart: the next kind is one more line. Throws BAD_CONFIG. */
export function connectorFor(url: string): Connector {
  if (url.startsWith('file:')) return sqliteConnector(url);
  // What stands after the scheme may hold a password.
  const scheme = /^[\w+]+:/.exec(url)?.[0] ?? 'no scheme';
  throw badConfig(
    `DATABASE_URL is of a kind that cannot be migrated (${scheme}).`,
    'Use file:./data/pergola.db or another file: URL.',
  );
}
