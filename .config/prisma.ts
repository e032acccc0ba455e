import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'prisma/config';

const root = resolve(import.meta.dirname, '..');
const { DATABASE_URL, DATABASE_URL_FILE } = process.env;

// Prisma would download its schema engine; ours is the same one from npm. One that the user names wins.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ||= resolve(root, 'scripts/schema-engine.mjs');

const url =
  DATABASE_URL || (DATABASE_URL_FILE ? readFileSync(DATABASE_URL_FILE, 'utf8').trim() : 'file:./data/pergola.db');

export default defineConfig({
  schema: resolve(root, 'prisma/schema.prisma'),
  migrations: { path: resolve(root, 'prisma/migrations/sqlite') },
  // Relative to the project, as for the server: from another folder, Prisma would take it as relative to this file.
  datasource: { url: url.replace(/^file:(?![/:])(.*)/, (_, path: string) => `file:${resolve(root, path)}`) },
});
