import { join } from 'node:path';
import { badConfig } from '../../errors.ts';
import type { Connector } from './connector.ts';
import type { Provider } from './derive-schema.ts';
import { mysqlConnector } from './mysql/mysql-connector.ts';
import { postgresqlConnector } from './postgresql-connector.ts';
import { sqliteConnector } from './sqlite-connector.ts';

/** The one place that tells databases apart: the next kind is a few more lines. */
const providers: Readonly<Record<string, Provider>> = {
  'file:': 'sqlite',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
  'postgresql:': 'postgresql',
  'postgres:': 'postgresql',
};

const connectors: Readonly<Record<Provider, (url: string) => Connector>> = {
  sqlite: sqliteConnector,
  mysql: mysqlConnector,
  postgresql: postgresqlConnector,
};

/** Each kind has a history of its own below `prisma/migrations`. Throws BAD_CONFIG. */
export const migrationsFolderFor = (root: string, url: string) => join(root, 'prisma/migrations', providerFor(url));

/** Throws BAD_CONFIG. */
export const connectorFor = (url: string): Connector => connectors[providerFor(url)](url);

/** Throws BAD_CONFIG. */
export function providerFor(url: string): Provider {
  const scheme = /^[a-z+]+:/i.exec(url)?.[0] ?? 'no scheme';
  const provider = providers[scheme];
  if (provider) return provider;
  // What stands after the scheme may hold a password.
  throw badConfig(
    `DATABASE_URL is of a kind that cannot be migrated (${scheme}).`,
    'Use file:./data/pergola.db, or a URL that begins with mysql:, mariadb: or postgresql:.',
  );
}
