/** Prisma's own commands, run offline on our stand-in for its schema engine, and the same work in process. */
import { existsSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { createClient } from '@libsql/client';
import { describe, expect, it } from 'vitest';
import { deployMigrations, migrationStatus } from '../../src/database/schema-engine/migrations.ts';
import { openProject, schema } from '../support/prisma-project.ts';

const createAuthor = 'CREATE TABLE "Author" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL);\n';
const createBook = `CREATE TABLE "Book" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "authorId" INTEGER NOT NULL,
  CONSTRAINT "Book_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "Author" ("id") ON DELETE CASCADE ON UPDATE CASCADE);\n`;
const twoMigrations = { '1_author': createAuthor, '2_book': createBook };

describe.concurrent('the CLI', { timeout: 480_000 }, () => {
  it('makes a first migration, applies it, and then finds nothing to do', async () => {
    await using project = await openProject();
    expect(await project.prisma('migrate dev --name init')).toMatchObject({ code: 0 });
    expect(await readdir(project.path('prisma/migrations/sqlite'))).toEqual([
      expect.stringMatching(/^\d{14}_init$/),
      'migration_lock.toml',
    ]);
    expect(await project.tables()).toEqual(['Author', 'Book', '_prisma_migrations']);
    expect(await project.prisma('migrate dev')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Already in sync'),
    });
  });

  it('makes a further migration on a database that has none of the first ones yet', async () => {
    await using project = await openProject({ migrations: twoMigrations });
    const shortened = schema.replace('name  String', 'name  String\n  born  Int?');
    await project.write({
      'prisma/schema.prisma': shortened.replace('Int    @id\n', 'Int    @id @default(autoincrement())\n'),
    });
    expect(await project.prisma('migrate dev --name born')).toMatchObject({ code: 0 });
    expect(await project.tables()).toEqual(['Author', 'Book', '_prisma_migrations']);
    expect(await readdir(project.path('prisma/migrations/sqlite'))).toContainEqual(expect.stringMatching(/_born$/));
  });

  it('applies what is pending once, and says so by its exit code', async () => {
    await using project = await openProject({ migrations: twoMigrations });
    await deployMigrations(project);
    await project.write({ 'prisma/migrations/sqlite/3_view/migration.sql': 'CREATE VIEW "V" AS SELECT 1; SELECT 1;' });
    expect(await project.prisma('migrate status')).toMatchObject({
      code: 1,
      output: expect.stringContaining('3_view'),
    });
    expect(await project.prisma('migrate deploy')).toMatchObject({
      code: 0,
      output: expect.stringContaining('3_view/'),
    });
    expect(await project.prisma('migrate deploy')).toMatchObject({
      code: 0,
      output: expect.stringContaining('No pending migrations'),
    });
    expect(await project.prisma('migrate status')).toMatchObject({
      code: 0,
      output: expect.stringContaining('up to date'),
    });
  });

  it('pushes a schema, and keeps the children of a table that it has to rebuild', async () => {
    await using project = await openProject();
    expect(await project.prisma('db push')).toMatchObject({ code: 0 });
    await project.sql(`INSERT INTO "Author" VALUES (1, 'Ada'); INSERT INTO "Book" VALUES (7, 1);`);
    await project.write({ 'prisma/schema.prisma': schema.replace('name  String', 'name  String?') });
    expect(await project.prisma('db push')).toMatchObject({ code: 0 });
    expect(
      await project.rows('SELECT "Author"."name", "Book"."id" FROM "Author" JOIN "Book" ON "authorId" = "Author"."id"'),
    ).toEqual([['Ada', 7]]);
    expect(await project.prisma('db pull --print')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/name +String\?/),
    });
  });

  it('prints a difference as SQL without a database', async () => {
    await using project = await openProject();
    const { code, output } = await project.prisma(
      'migrate diff --from-empty --to-schema prisma/schema.prisma --script',
    );
    expect(code).toBe(0);
    expect(output).toContain('CREATE TABLE "Book"');
    expect(existsSync(project.path('data'))).toBe(false);
  });

  it('compares the database with the schema, and exits with 2 when they differ', async () => {
    await using project = await openProject({ migrations: twoMigrations });
    await deployMigrations(project);
    await project.sql('CREATE TABLE "Stray" ("id" INTEGER PRIMARY KEY)');
    const command = 'migrate diff --from-config-datasource --to-schema prisma/schema.prisma --exit-code';
    expect(await project.prisma(command)).toMatchObject({ code: 2, output: expect.stringContaining('Stray') });
  });

  it('resets to what the migrations make, whatever else there was', async (test) => {
    await using project = await openProject({ migrations: twoMigrations });
    await deployMigrations(project);
    await project.sql(`INSERT INTO "Author" VALUES (41, 'Ada'); INSERT INTO "Book" VALUES (7, 41);
      CREATE VIEW "Names" AS SELECT "name" FROM "Author"; CREATE VIRTUAL TABLE "Words" USING fts5("word");
      CREATE TRIGGER "Log" AFTER INSERT ON "Book" BEGIN DELETE FROM "Words"; END;`);
    const { code, output } = await project.prisma('migrate reset --force');
    test.skip(output.includes('Prisma Migrate detected that it was invoked by'), 'Prisma wants a consent from agents.');
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(await project.tables()).toEqual(['Author', 'Book', '_prisma_migrations']);
    await project.sql(`INSERT INTO "Author" ("name") VALUES ('Grace')`);
    expect(await project.rows('SELECT * FROM "Author"')).toEqual([[1, 'Grace']]);
  });

  it('answers -v', async () => {
    await using project = await openProject();
    const { code, output } = await project.prisma('-v');
    expect(code).toBe(0);
    expect(output).toMatch(/Schema Engine +: schema-engine-cli [0-9a-f]{40} /);
  });

  it('says in one line where a database cannot be', async () => {
    await using project = await openProject({ migrations: twoMigrations });
    await project.write({ data: 'a file where the folder belongs' });
    const { code, output } = await project.prisma('migrate deploy');
    expect(code).toBe(1);
    expect(output.split('\n').filter((line) => line.startsWith('Error'))).toEqual([
      `Error: BAD_CONFIG: The database ${project.path('data/test.db')} cannot be read (ENOTDIR). ` +
        'Set DATABASE_URL to a SQLite file that the user who runs Pergola may read.',
    ]);
  });

  it('lets an engine that the user names win', async () => {
    await using project = await openProject();
    await project.write({ 'engine.sh': '#!/bin/sh\necho "schema-engine-cli of-the-user"\n' });
    await chmod(project.path('engine.sh'), 0o755);
    const { output } = await project.prisma('-v', { PRISMA_SCHEMA_ENGINE_BINARY: project.path('engine.sh') });
    expect(output).toContain('schema-engine-cli of-the-user');
  });

  it('takes up again after a migration that failed', async () => {
    await using project = await openProject({
      migrations: { ...twoMigrations, '3_bad': 'INSERT INTO "Nowhere" VALUES (1);' },
    });
    expect(await project.prisma('migrate deploy')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/P3018[^]+3_bad[^]+no such table: Nowhere/),
    });
    expect(await project.prisma('migrate resolve --rolled-back 3_bad')).toMatchObject({ code: 0 });
    await project.write({ 'prisma/migrations/sqlite/3_bad/migration.sql': 'SELECT 1;' });
    expect(await deployMigrations(project)).toEqual({ applied: ['3_bad'], total: 3 });
  });
});

describe.concurrent('in process', { timeout: 240_000 }, () => {
  it('makes the same database and the same history as the CLI', async () => {
    await using ours = await openProject({ migrations: twoMigrations });
    await using prismas = await openProject({ migrations: twoMigrations });
    expect(await deployMigrations(ours)).toEqual({ applied: ['1_author', '2_book'], total: 2 });
    expect(await deployMigrations(ours)).toEqual({ applied: [], total: 2 });
    expect(await prismas.prisma('migrate deploy')).toMatchObject({ code: 0 });
    const history =
      'SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count, typeof(finished_at) FROM _prisma_migrations';
    expect(await ours.rows(history)).toEqual(await prismas.rows(history));
    const tables = 'SELECT type, name, sql FROM sqlite_schema ORDER BY name';
    expect(await ours.rows(tables)).toEqual(await prismas.rows(tables));
  });

  it('tells applied, pending, failed and edited migrations apart, and creates nothing', async () => {
    await using project = await openProject({ migrations: twoMigrations });
    expect(await migrationStatus(project)).toEqual({
      applied: [],
      pending: ['1_author', '2_book'],
      failed: [],
      edited: [],
    });
    expect(existsSync(project.path('data'))).toBe(false);
    await deployMigrations(project);
    await project.write({
      'prisma/migrations/sqlite/1_author/migration.sql': `${createAuthor}-- edited`,
      'prisma/migrations/sqlite/2_book/migration.sql': createBook.replaceAll('\n', '\r\n'),
      'prisma/migrations/sqlite/3_bad/migration.sql': 'CREATE TABLE "Author" ("id" INTEGER);',
      'prisma/migrations/sqlite/4_later/migration.sql': 'SELECT 1;',
    });
    await expect(deployMigrations(project)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      fact: 'The migration 3_bad failed: table "Author" already exists.',
      remedy: expect.stringContaining('npx prisma migrate resolve --rolled-back 3_bad'),
    });
    expect(await migrationStatus(project)).toEqual({
      applied: ['1_author', '2_book'],
      pending: ['4_later'],
      failed: ['3_bad'],
      edited: ['1_author'],
    });
  });

  it('refuses what it cannot migrate, and names the remedy', async () => {
    await using project = await openProject({ migrations: twoMigrations });
    const { migrationsFolder } = project;
    await project.write({ 'text.db': 'This is no database, though its name says so.' });
    const refusals: [string, string, string][] = [
      [
        `file:${project.path('text.db')}`,
        'BAD_CONFIG',
        `The file ${project.path('text.db')} is not a SQLite database.`,
      ],
      ['file:/proc/pergola/a.db', 'BAD_CONFIG', 'The database folder /proc/pergola cannot be created (ENOENT).'],
      ['file::memory:', 'BAD_CONFIG', 'The database URL file::memory: names no file.'],
      ['oracle://user:secret@host', 'BAD_CONFIG', 'DATABASE_URL is of a kind that cannot be migrated (oracle:).'],
    ];
    for (const [url, code, fact] of refusals) {
      await expect(deployMigrations({ url, migrationsFolder })).rejects.toMatchObject({
        code,
        fact,
        remedy: expect.stringContaining('.'),
      });
    }
    await project.sql('CREATE TABLE "Stray" ("id" INTEGER)');
    await expect(deployMigrations(project)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      fact: expect.stringContaining('no history'),
    });
    await expect(
      deployMigrations({ url: project.url, migrationsFolder: project.path('nowhere') }),
    ).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      fact: `The migrations folder ${project.path('nowhere')} cannot be read.`,
    });
  });

  it('applies each migration once when processes start together', async () => {
    const slow = `CREATE TABLE "Number" ("n" INTEGER);
      WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 300000) INSERT INTO "Number" SELECT n FROM up;`;
    await using project = await openProject({ migrations: { ...twoMigrations, '3_slow': slow } });
    const answers = await Promise.all([
      project.deployElsewhere().answer(),
      project.deployElsewhere().answer(),
      deployMigrations(project),
    ]);
    expect(answers.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([0, 0, 3]);
    expect(await project.rows('SELECT migration_name, applied_steps_count FROM _prisma_migrations')).toEqual([
      ['1_author', 1],
      ['2_book', 1],
      ['3_slow', 1],
    ]);
  });

  it('leaves the locks of open connections alone', async () => {
    await using project = await openProject({ migrations: twoMigrations });
    await project.sql('PRAGMA journal_mode = DELETE; CREATE TABLE "Held" ("id" INTEGER)');
    const client = createClient({ url: project.url });
    const transaction = await client.transaction('write');
    await migrationStatus(project);
    const { output } = project.program(`
      import { createClient } from '@libsql/client';
      const client = createClient({ url: ${JSON.stringify(project.url)} });
      console.log(await client.transaction('write').then(() => 'got in', ({ code }) => code));`);
    expect(await output()).toBe('SQLITE_BUSY\n');
    transaction.close();
    client.close();
  });
});
