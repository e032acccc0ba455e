import { resolve } from 'node:path';
import { defineConfig } from 'prisma/config';

const root = resolve(import.meta.dirname, '..');

// Prisma would download its schema engine; ours is the same one from npm. One that the user names wins.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= resolve(root, 'scripts/schema-engine.mjs');

const url = process.env.DATABASE_URL ?? 'file:./data/pergola.db';

export default defineConfig({
  schema: resolve(root, 'prisma/schema.prisma'),
  migrations: { path: resolve(root, 'prisma/migrations/sqlite') },
  // Relative to the project, as for the server: from another folder, Prisma would take it as relative to this file.
  datasource: { url: url.replace(/^file:(?![/:])(.*)/, (_, path) => `file:${resolve(root, path)}`) },
});
