/** One schema is written by hand; those of the other kinds of database follow from it, and so must their histories. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { migrationsFolderFor } from '../../src/database/schema-engine/connector-for.ts';
import { deriveSchema } from '../../src/database/schema-engine/derive-schema.ts';
import { readMigrationsFolder } from '../../src/database/schema-engine/migrations-folder.ts';
import { pushSchema } from '../../src/database/schema-engine/migrations.ts';
import { openSchemaEngine } from '../../src/database/schema-engine/schema-engine.ts';
import { withDatabase } from '../../src/database/server-url.ts';
import { dropDatabase } from '../support/drop-database.ts';
import { requirement } from '../support/requirements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const canonical = readFileSync(`${root}/prisma/schema.prisma`, 'utf8');

describe('a schema for another kind of database', () => {
  const schema = `datasource db {
  provider = "sqlite"
}

generator client {
  provider = "prisma-client"
  output   = "../src/generated/sqlite"
}

generator other {
  provider = "other"
}

model Paper {
  id       Int     @id
  /// String, as a comment has it
  title    String  @unique
  text     String? // no key
  a        String
  b        String
  c        String
  d        String
  settings Json
  digest   Bytes   @unique
  author   Author  @relation(fields: [authorId], references: [id])
  authorId String

  @@unique([a, b, c, d])
}

model Author {
  id     String  @id
  papers Paper[]
}
`;
  const fieldsIn = (text: string) =>
    [...text.matchAll(/^ {2}(\w+ .*@db.*)$/gm)].map(([, line]) => line!.replaceAll(/ +/g, ' '));

  it('has room for any text on MySQL, but in keys, which have 3072 bytes', () => {
    const derived = deriveSchema(schema, 'mysql');
    expect(fieldsIn(derived)).toEqual([
      'title String @db.VarChar(255) @unique',
      'text String? @db.LongText // no key',
      'a String @db.VarChar(192)',
      'b String @db.VarChar(192)',
      'c String @db.VarChar(192)',
      'd String @db.VarChar(192)',
      'digest Bytes @db.VarBinary(255) @unique',
      'authorId String @db.VarChar(255)',
      'id String @db.VarChar(255) @id',
    ]);
    expect(derived).toContain('provider = "mysql"');
    expect(derived).toContain('output   = "../src/generated/mysql"');
    expect(derived).not.toContain('generator other');
  });

  it('keeps Json as it was written on PostgreSQL', () => {
    expect(fieldsIn(deriveSchema(schema, 'postgresql'))).toEqual(['settings Json @db.Json']);
  });

  it('is the same text for the kind that it is written for', () => {
    expect(deriveSchema(schema, 'sqlite')).toBe(schema);
    expect(deriveSchema(deriveSchema(schema, 'mysql'), 'mysql')).toBe(deriveSchema(schema, 'mysql'));
  });
});

describe.each([
  ['mysql', requirement('mysql')],
  ['postgresql', requirement('postgresql')],
] as const)('the history of %s', (kind, server) => {
  it('makes what the schema says', server.needed, async () => {
    const url = withDatabase(server.location, `pergola_history_${process.pid}`);
    await pushSchema({ url, schema: canonical });
    const engine = openSchemaEngine({ url });
    const migrations = await readMigrationsFolder(migrationsFolderFor(root, url));
    const difference = await engine.diff({
      from: { tag: 'migrations', ...migrations },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: deriveSchema(canonical, kind) }] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    await dropDatabase(url);
    const remedy = `Run DATABASE_URL=${kind}://… npx prisma migrate dev --name <name>.`;
    expect(difference, remedy).toMatchObject({ exitCode: 0 });
  });
});
