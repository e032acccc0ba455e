import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'prisma/config';
import { migrationsFolderFor, providerFor } from '../src/database/schema-engine/connector-for.ts';
import { deriveSchema } from '../src/database/schema-engine/derive-schema.ts';

const root = resolve(import.meta.dirname, '..');
const { DATABASE_URL, DATABASE_URL_FILE } = process.env;

// Prisma would download its schema engine; ours is the same one from npm. One that the user names wins.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ||= resolve(root, 'scripts/schema-engine.mjs');

const url =
  DATABASE_URL || (DATABASE_URL_FILE ? readFileSync(DATABASE_URL_FILE, 'utf8').trim() : 'file:./data/pergola.db');

/** The canonical schema, or what is derived from it for the kind of database that the URL names. */
function schemaFile(): string {
  const canonical = resolve(root, 'prisma/schema.prisma');
  const text = readFileSync(canonical, 'utf8');
  const derived = deriveSchema(text, providerFor(url));
  if (derived === text) return canonical;
  const file = resolve(root, `prisma/derived-${providerFor(url)}.prisma`);
  // Whole or not at all: another command may read it.
  writeFileSync(`${file}.${process.pid}`, derived);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

export default defineConfig({
  schema: schemaFile(),
  migrations: { path: migrationsFolderFor(root, url) },
  // Relative to the project, as for the server: from another folder, Prisma would take it as relative to this file.
  datasource: { url: url.replace(/^file:(?![/:])(.*)/, (_, path: string) => `file:${resolve(root, path)}`) },
});
