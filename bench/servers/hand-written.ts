/** The API as a team would write it by hand, served as the documentation of Yoga and Prisma shows it. */
import { createServer } from 'node:http';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import { createYoga } from 'graphql-yoga';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { buildSchema } from './hand-written-schema.ts';

const { DATABASE_URL = '', HOST, PORT } = process.env;
const prisma = await clientFor(DATABASE_URL);
await prisma.$connect();

const yoga = createYoga({ schema: buildSchema(prisma), context: { prisma } });
createServer((request, response) => void yoga(request, response)).listen(Number(PORT), HOST);

/** Clients of all engines are alike but for their types. */
async function clientFor(url: string): Promise<PrismaClient> {
  if (url.startsWith('mysql:')) {
    const { PrismaClient: Client } = await import('../../src/generated/mysql/client.ts');
    return new Client({ adapter: new PrismaMariaDb(url.replace('mysql:', 'mariadb:')) }) as unknown as PrismaClient;
  }
  if (url.startsWith('postgresql:')) {
    const { PrismaClient: Client } = await import('../../src/generated/postgresql/client.ts');
    return new Client({ adapter: new PrismaPg({ connectionString: url }) }) as unknown as PrismaClient;
  }
  const { PrismaClient: Client } = await import('../../src/generated/sqlite/client.ts');
  return new Client({ adapter: new PrismaLibSql({ url, intMode: 'bigint', timeout: 5000 }) });
}
