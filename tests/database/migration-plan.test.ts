/** `pergola migrate plan`: what each pending statement risks, against rows that are there. */
import { describe, expect, it } from 'vitest';
import { deployMigrations, migrationStatus } from '../../src/database/schema-engine/migrations.ts';
import { planMigrations } from '../../src/database/schema-engine/plan/plan-migrations.ts';
import { actionsOf } from '../../src/database/schema-engine/plan/read-statement.ts';
import { withDatabase } from '../../src/database/server-url.ts';
import { migrationsFolder } from '../support/deploying.ts';
import { dropDatabase } from '../support/drop-database.ts';
import { requirement } from '../support/requirements.ts';
import { servers, withServer, type ServerName } from '../support/test-engine.ts';

const create = `CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL, m INTEGER NULL);
CREATE TABLE unused (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL);
INSERT INTO a VALUES (1, 1, 5), (2, 2, NULL);`;

type Folder = Awaited<ReturnType<typeof migrationsFolder>>;
const nameOf = (url: string) => new URL(url).pathname.slice(1);
const urlOn = (name: ServerName) => () => withDatabase(requirement(name).location, `pergola_plan_${process.pid}`);

interface Case {
  readonly engine: string;
  readonly needed: object;
  readonly url: (folder: Folder) => string;
  readonly drop: (url: string) => Promise<void>;
  readonly script: string;
  /** By statement, those without a risk left out. */
  readonly risks: Record<string, string[]>;
}

const cases: Case[] = [
  {
    engine: 'sqlite',
    needed: {},
    url: (folder) => folder.file('plan.db'),
    drop: async () => {},
    script: `CREATE TABLE "new_a" ("id" INTEGER NOT NULL PRIMARY KEY, "n" INTEGER NOT NULL);
INSERT INTO "new_a" ("id", "n") SELECT "id", "n" FROM "a";
DROP TABLE "a";
ALTER TABLE "new_a" RENAME TO "a";
CREATE UNIQUE INDEX "a_n" ON "a"("n");
DROP TABLE "unused";`,
    risks: {
      'INSERT INTO': ['rewrite: a is written anew (2 rows); all writes wait.'],
      'DROP TABLE': [
        'data loss: a.m is dropped with the values (2 rows).',
        'old servers: Servers of the release before fail as soon as they ask for a.m.',
      ],
      'CREATE UNIQUE': [
        'lock: All writes wait while the 2 rows of a are put into the index.',
        'may fail: Rows of a may have the same values.',
      ],
    },
  },
  {
    engine: 'mysql',
    ...requirement('mysql'),
    url: urlOn('mysql'),
    drop: dropDatabase,
    script: `ALTER TABLE \`a\` DROP COLUMN \`m\`,
    ADD COLUMN \`k\` INTEGER NOT NULL,
    MODIFY \`n\` BIGINT NOT NULL;
CREATE UNIQUE INDEX a_n ON a(n);
ALTER TABLE \`unused\` DROP COLUMN \`n\`;
OPTIMIZE TABLE a;`,
    risks: {
      'ALTER TABLE': [
        'data loss: a.m is dropped with its values (2 rows).',
        'brief lock: Reads and writes of a wait for a moment, and for the longest transaction that has used it.',
        'old servers: Servers of the release before fail as soon as they ask for a.m.',
        'brief lock: Reads and writes of a wait for a moment, and for the longest transaction that has used it.',
        "data loss: a.k must have a value and has no default: 2 rows get 0, '' or the first word.",
        'rewrite: a is copied (2 rows), unless only its default or more room for a text is new; writes wait.',
        'may fail: A value of a.n may not be one of the new type, or be null.',
      ],
      'CREATE UNIQUE': [
        'brief lock: a stays readable and writable while its 2 rows are put into the index, but for a moment at both ends.',
        'may fail: Rows of a may have the same values.',
      ],
      'OPTIMIZE TABLE': ['unknown: What this does is not known here: read it, and try it on a copy.'],
    },
  },
  {
    engine: 'postgresql',
    ...requirement('postgresql'),
    url: urlOn('postgresql'),
    drop: dropDatabase,
    script: `ALTER TABLE "a" DROP COLUMN "m", ALTER COLUMN "n" SET DATA TYPE BIGINT;
ALTER TABLE "a" ADD CONSTRAINT "a_self" FOREIGN KEY ("n") REFERENCES "a"("id") ON DELETE CASCADE;
CREATE INDEX "a_n" ON "a"("n");
DELETE FROM "a";
ALTER TABLE "unused" ADD COLUMN "x" INTEGER NOT NULL;`,
    risks: {
      'ALTER TABLE': [
        'data loss: a.m is dropped with its values (2 rows).',
        'brief lock: Reads and writes of a wait for a moment, and for the longest transaction that has used it.',
        'old servers: Servers of the release before fail as soon as they ask for a.m.',
        'rewrite: a is written anew with its indexes (2 rows), unless the new type is the old one with more room; reads and writes wait.',
        'may fail: A value of a.n may not be one of the new type.',
        'lock: Writes of a and of the table it refers to wait while 2 rows are checked.',
        'may fail: A row of a may refer to none.',
      ],
      'CREATE INDEX': ['lock: Writes of a wait while its 2 rows are put into the index.'],
      'DELETE FROM': ['data loss: All of a is deleted: 2 rows.'],
    },
  },
];

describe.each(cases)('a plan on $engine', ({ needed, url: urlIn, drop, script, risks }) => {
  it('says of each statement what it risks, and changes nothing', needed, async () => {
    await using folder = await migrationsFolder({ '1_create': create });
    const options = { url: urlIn(folder), migrationsFolder: folder.path };
    await drop(options.url);
    // Without a database there are no rows, and nothing is at risk.
    const [first] = (await planMigrations(options)).pending;
    expect(first!.statements.flatMap((statement) => statement.risks)).toEqual([]);
    await deployMigrations(options);
    await folder.write('2_change', script);
    const { pending } = await planMigrations(options);
    expect(pending.map(({ name }) => name)).toEqual(['2_change']);
    const found: Record<string, string[]> = {};
    for (const { sql, risks: all } of pending[0]!.statements) {
      const words = sql.split(/\s+/, 2).join(' ');
      const told = all.map(({ kind, fact }) => `${kind}: ${fact}`);
      if (told.length > 0) found[words] = [...(found[words] ?? []), ...told];
    }
    expect(found).toEqual(risks);
    expect(await migrationStatus(options)).toMatchObject({ applied: ['1_create'], pending: ['2_change'] });
    // What it says can be run is run.
    expect(await deployMigrations(options)).toMatchObject({ applied: ['2_change'] });
    await drop(options.url);
  });
});

it(
  'fills a required column without a default with nothing, on MariaDB, as the plan says',
  requirement('mysql').needed,
  async () => {
    await using folder = await migrationsFolder({
      '1_it': `${create}\nALTER TABLE a ADD COLUMN k VARCHAR(9) NOT NULL;`,
    });
    const url = urlOn('mysql')();
    await dropDatabase(url);
    await deployMigrations({ url, migrationsFolder: folder.path });
    const found = withServer(servers.mysql, (beside) => beside.run('SELECT DISTINCT k FROM a'), nameOf(url));
    expect(await found).toEqual([['']]);
    await dropDatabase(url);
  },
);

it('reads clauses, names and lists of statements', () => {
  const texts = (sql: string) => actionsOf(sql).map(({ table, text }) => `${table}| ${text}`);
  expect(texts('alter table if exists only "s"."a b"\n  add check (x in (1, 2)),\n drop "c"')).toEqual([
    'a b| alter table add check (x in (1, 2))',
    'a b| alter table drop "c"',
  ]);
  expect(texts('DROP TABLE IF EXISTS `x`, y CASCADE')).toEqual(['x| DROP TABLE', 'y| DROP TABLE']);
  expect(texts('CREATE INDEX CONCURRENTLY i ON a (b)')).toEqual(['a| CREATE INDEX CONCURRENTLY (b)']);
});

it('does not call a deployment done that has nothing to deploy', async () => {
  await using folder = await migrationsFolder({ '1_it': create });
  await folder.remove('1_it');
  await expect(deployMigrations({ url: folder.file('none.db'), migrationsFolder: folder.path })).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    fact: expect.stringContaining('holds no migration'),
  });
});
