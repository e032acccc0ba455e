/** Our own engine for MySQL: what it changes must equal what it creates, and rows must survive. */
import { afterAll, describe, expect, it } from 'vitest';
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { connectMysql, type MysqlSession } from '../../src/database/schema-engine/mysql/mysql-connection.ts';
import { readStructure } from '../../src/database/schema-engine/mysql/read-structure.ts';
import { splitStatements } from '../../src/database/schema-engine/split-statements.ts';
import { connectorFor } from '../../src/database/schema-engine/connector-for.ts';
import { pushSchema } from '../../src/database/schema-engine/migrations.ts';
import { openSchemaEngine } from '../../src/database/schema-engine/schema-engine.ts';
import { withDatabase } from '../../src/database/server-url.ts';
import { dropDatabase } from '../support/drop-database.ts';
import { randomSchema } from '../support/random-schema.ts';
import { requirement } from '../support/requirements.ts';

const mysql = requirement('mysql');
const made = new Set<string>();
const databaseUrl = (name: string) => {
  const url = withDatabase(mysql.location, `pergola_migrations_${process.pid}_${name}`);
  made.add(url);
  return url;
};

async function inDatabase<T>(url: string, act: (session: MysqlSession) => Promise<T>): Promise<T> {
  const session = await connectMysql(url);
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}

/** New columns and indexes come at the end, as Prisma adds them: the order of lines says nothing. */
const structureOf = (url: string) =>
  inDatabase(url, async ({ run }) =>
    (await readStructure(run)).map((text) =>
      text
        .split('\n')
        .map((line) => line.replace(/,$/, ''))
        .toSorted(),
    ),
  );

const schemaOf = (models: string) => `datasource db {\n  provider = "mysql"\n}\n${models}`;

function list(scripts: Record<string, string>): MigrationList {
  const migrationDirectories = Object.entries(scripts).map(([path, value]) => ({
    path,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
  }));
  const lockfile = { path: 'migration_lock.toml', content: null };
  return { baseDir: '', lockfile, shadowDbInitScript: '', migrationDirectories };
}
const filters = { externalTables: [], externalEnums: [] };

describe('migrating MySQL', { ...mysql.needed, timeout: 900_000 }, () => {
  afterAll(async () => {
    for (const url of made) await dropDatabase(url);
  });

  it('makes of any schema any other one, as if it were new', async () => {
    const runs = Number(process.env.MIGRATION_PAIRS ?? 20);
    const [changed, fresh] = [databaseUrl('changed'), databaseUrl('fresh')];
    for (let seed = 1; seed <= runs; seed++) {
      const [a, b] = [randomSchema(seed), randomSchema(seed + 100_000)];
      const told = `seed ${seed}\n${a}\n${b}`;
      for (const url of [changed, fresh]) await dropDatabase(url);
      await pushSchema({ url: changed, schema: a });
      await pushSchema({ url: changed, schema: b }).catch((error: unknown) => {
        throw new Error(told, { cause: error });
      });
      await pushSchema({ url: fresh, schema: b });
      expect(await structureOf(changed), told).toEqual(await structureOf(fresh));
      const engine = openSchemaEngine({ url: changed });
      const to = { tag: 'schemaDatamodel' as const, files: [{ path: 'schema.prisma', content: b }] };
      const again = await engine.diff({
        from: { tag: 'url', url: changed },
        to,
        script: true,
        exitCode: true,
        filters,
      });
      expect(again.exitCode, `${told}\n${again.stdout}`).toBe(0);
    }
    console.log(`schema pairs ${runs}`);
  });

  it('takes rows over where a change keeps them', async () => {
    const url = databaseUrl('rows');
    const before = `model Thing {
  id     Int     @id @default(autoincrement())
  count  Int
  name   String?
  price  Float
  mood   Mood
  day    DateTime @db.Date
  parts  Part[]
}
model Part {
  id      Int   @id
  thing   Thing @relation(fields: [thingId], references: [id])
  thingId Int
}
enum Mood {
  GOOD
  BAD
}
`;
    await pushSchema({ url, schema: schemaOf(before) });
    await inDatabase(url, async ({ run }) => {
      await run("INSERT INTO Thing VALUES (7, 12, 'a', 2.5, 'BAD', '2024-02-29')");
      await run('INSERT INTO Part VALUES (1, 7)');
    });
    const after = before
      .replace(/Int( +)@id @default\(autoincrement\(\)\)/, 'BigInt$1@id @default(autoincrement())')
      .replace('thingId Int', 'thingId BigInt')
      .replace('count  Int', 'count  String @unique')
      .replace('name   String?', 'name   String @default("none")')
      .replace('price  Float', 'price  Decimal')
      .replace('BAD', 'BAD\n  SO_SO')
      .replace('@db.Date', '');
    await pushSchema({ url, schema: schemaOf(after) });
    const rows = await inDatabase(url, ({ run }) =>
      run(
        'SELECT Thing.id, `count`, name, price, mood, CAST(day AS CHAR), Part.id FROM Thing JOIN Part ON thingId = Thing.id',
      ),
    );
    expect(rows).toEqual([[7, '12', 'a', '2.500000000000000000000000000000', 'BAD', '2024-02-29 00:00:00.000', 1]]);
  });

  it('says what rows stand against a change, and what they would lose, and does nothing', async () => {
    const url = databaseUrl('loss');
    const before = 'model Thing {\n  id Int @id\n  a String?\n  b Int\n}\n';
    await pushSchema({ url, schema: schemaOf(before) });
    await inDatabase(url, ({ run }) => run('INSERT INTO Thing VALUES (1, NULL, 5)'));
    const push = (models: string) =>
      openSchemaEngine({ url }).schemaPush({
        force: false,
        schema: { files: [{ path: 'schema.prisma', content: schemaOf(models) }] },
        filters,
      });
    expect(await push('model Thing {\n  id Int @id\n  a String\n  b Int\n  c Int\n}\n')).toEqual({
      executedSteps: 0,
      warnings: [],
      unexecutable: [
        'Added the required column `c` to the `Thing` table without a default value. There are 1 rows in this table, it is not possible to execute this step.',
        'Made the column `a` on table `Thing` required, but there are 1 existing NULL values.',
      ],
    });
    expect(await push('model Thing {\n  id Int @id\n  a String?\n}\n')).toMatchObject({
      executedSteps: 0,
      warnings: ['You are about to drop the column `b` on the `Thing` table, which still contains 1 non-null values.'],
    });
    expect(await inDatabase(url, ({ run }) => run('SELECT * FROM Thing'))).toEqual([[1, null, 5]]);
  });

  it('refuses what it does not cover, with a sentence', async () => {
    const url = databaseUrl('refused');
    const refusals: [string, string][] = [
      ['model T {\n  id Int @id\n  p Unsupported("point")\n}\n', 'The field p is Unsupported("…").'],
    ];
    for (const [models, fact] of refusals) {
      await expect(pushSchema({ url, schema: schemaOf(models) })).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        fact,
      });
    }
  });

  it('refuses a database that compares texts otherwise, and sets an empty one right', async () => {
    const url = databaseUrl('collation');
    const { pathname } = new URL(url);
    const alter = `ALTER DATABASE ${pathname.slice(1)} COLLATE utf8mb4_general_ci`;
    await connectorFor(url).create();
    await inDatabase(url, ({ run }) => run(alter));
    await pushSchema({ url, schema: schemaOf('model T {\n  id Int @id\n}\n') });
    await inDatabase(url, ({ run }) => run(alter));
    await expect(pushSchema({ url, schema: schemaOf('model T {\n  id BigInt @id\n}\n') })).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      fact: expect.stringContaining('utf8mb4_general_ci'),
    });
  });

  describe('a migration', () => {
    const steps = [
      'CREATE TABLE `A` (`id` INTEGER NOT NULL AUTO_INCREMENT, `n` INTEGER NOT NULL, PRIMARY KEY (`id`))',
      'INSERT INTO `A` (`n`) VALUES (1), (2)',
      'ALTER TABLE `A` ADD COLUMN `m` INTEGER NULL',
      'UPDATE `A` SET `n` = `n` + 10',
      'CREATE TABLE `B` (`id` INTEGER NOT NULL, PRIMARY KEY (`id`))',
    ];
    const script = steps.map((step) => `-- Step\n${step};\n`).join('\n');
    const apply = (url: string, scripts: Record<string, string>) =>
      openSchemaEngine({ url }).applyMigrations({ migrationsList: list(scripts), filters });
    it('says where it stopped when the tables are not as it left them', async () => {
      const url = databaseUrl('strange');
      await connectorFor(url).create();
      await apply(url, { '1_it': script });
      await inDatabase(url, async ({ run }) => {
        await run('ALTER TABLE A DROP COLUMN m, ADD COLUMN other INTEGER');
        await run('UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 2');
      });
      await expect(apply(url, { '1_it': script })).rejects.toMatchObject({
        code: 'P3009',
        message: expect.stringMatching(/died at statement 3 of 5 \(ALTER TABLE `A`[^]*resolve --applied 1_it/),
      });
    });

    it('that fails says which statement, and what remains', async () => {
      const url = databaseUrl('fails');
      await connectorFor(url).create();
      const bad = 'CREATE TABLE `A` (`id` INTEGER PRIMARY KEY);\nINSERT INTO `Nowhere` VALUES (1);';
      await expect(apply(url, { '1_bad': bad })).rejects.toMatchObject({
        code: 'P3018',
        message: expect.stringMatching(/Nowhere' doesn't exist \(statement 2 of 2[^]*the 1 before it did remains/),
      });
      await expect(apply(url, { '1_bad': bad })).rejects.toMatchObject({ code: 'P3009' });
    });
  });
});

it('cuts a script at the semicolons between statements only', () => {
  const script = `-- a; comment
INSERT INTO a VALUES ('x;''y', "z;", \`q;\`); # other; comment
/* and; one */ CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF NEW.x THEN SET NEW.y = 1; END IF; SET NEW.z = CASE WHEN 1 THEN 2 END; END;
SELECT 5--1;`;
  expect(splitStatements(script, 'mysql')).toEqual([
    "INSERT INTO a VALUES ('x;''y', \"z;\", `q;`)",
    'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF NEW.x THEN SET NEW.y = 1; END IF; SET NEW.z = CASE WHEN 1 THEN 2 END; END',
    'SELECT 5--1',
  ]);
  const body = `CREATE FUNCTION f() RETURNS int AS $a$ SELECT ';'; $a$ LANGUAGE sql`;
  expect(splitStatements(`-- it's\n${body};\nSELECT E'a\\';b', 'c\\';`, 'postgresql')).toEqual([
    body,
    "SELECT E'a\\';b', 'c\\'",
  ]);
  const trigger = 'CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END';
  expect(splitStatements(`${trigger};\nSELECT "x;""";`, 'sqlite')).toEqual([trigger, 'SELECT "x;"""']);
});
