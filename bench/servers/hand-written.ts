/** The API as a team would write it by hand, served as the documentation of Yoga and Prisma shows it. */
import { createServer } from 'node:http';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { createYoga } from 'graphql-yoga';
import { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { buildSchema } from './hand-written-schema.ts';

const { DATABASE_URL = '', HOST, PORT } = process.env;
const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: DATABASE_URL, intMode: 'bigint', timeout: 5000 }) });
await prisma.$connect();

const yoga = createYoga({ schema: buildSchema(prisma), context: { prisma } });
createServer((request, response) => void yoga(request, response)).listen(Number(PORT), HOST);
