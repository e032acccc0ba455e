/** Deployments that are killed between any two statements, and two at once (case 125). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployMigrations, migrationStatus } from '../../src/database/schema-engine/migrations.ts';
import { withDatabase } from '../../src/database/server-url.ts';
import { deployProgram, migrationsFolder, openCuttingProxy } from '../support/deploying.ts';
import { dropDatabase } from '../support/drop-database.ts';
import { requirement } from '../support/requirements.ts';
import { servers, withServer, type ServerName } from '../support/test-engine.ts';
import { createClient } from '@libsql/client';

const create = `CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL);
INSERT INTO a VALUES (1, 1), (2, 2);
`;
const change = `${create}ALTER TABLE a ADD COLUMN m INTEGER NULL;
UPDATE a SET n = n + 10; -- twice would be 20
`;
/** As Prisma changes a table that SQLite cannot alter; with foreign keys on, it would take the rows of \`b\` along. */
const redefine = `${create}CREATE TABLE b (a_id INTEGER NOT NULL REFERENCES a (id) ON DELETE CASCADE);
INSERT INTO b VALUES (1), (2);
PRAGMA foreign_keys=OFF;
CREATE TABLE new_a (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL, m INTEGER);
INSERT INTO new_a (id, n) SELECT a.id, n + 10 FROM a JOIN b ON a.id = a_id;
DROP TABLE a;
ALTER TABLE new_a RENAME TO a;
DELETE FROM b WHERE a_id NOT IN (SELECT id FROM a);
INSERT INTO a (id, n) SELECT a_id + 2, 20 FROM b;
PRAGMA foreign_keys=ON;`;
const changed = [
  [1, 11, null],
  [2, 12, null],
];
const redefined = [...changed, [3, 20, null], [4, 20, null]];
const query = 'SELECT id, n, m FROM a ORDER BY id';

const isDeep = process.env.MIGRATION_KILLS === 'all';

let program: Awaited<ReturnType<typeof deployProgram>>;
beforeAll(async () => {
  program = await deployProgram();
});
afterAll(() => program[Symbol.asyncDispose]());

interface Engine {
  readonly name: string;
  readonly needed: object;
  readonly script: string;
  readonly rows: unknown[][];
  /** Of the places to be killed at, which are tried: all by `npm run test:migration-kills`. */
  readonly stride: number;
  /** Deploys in a process that is killed at the nth of its statements, and tells whether it was. */
  deployAndKill(url: string, folder: string, at: number): Promise<boolean>;
  url(folder: Awaited<ReturnType<typeof migrationsFolder>>, name: string): string;
  read(url: string): Promise<unknown[][]>;
  drop(url: string): Promise<void>;
}

const serverEngine = (name: ServerName): Engine => ({
  name,
  needed: requirement(name).needed,
  script: change,
  rows: changed,
  // It commits at each statement: all its places are different.
  stride: isDeep || name === 'mysql' ? 1 : 3,
  async deployAndKill(url, folder, at) {
    let kill = () => {};
    await using proxy = await openCuttingProxy(Number(new URL(url).port), {
      words: /INSERT INTO \W*_prisma_migrations/,
      at,
      cut: () => kill(),
    });
    const near = new URL(url);
    near.port = String(proxy.port);
    const child = program.start(near.href, folder);
    kill = child.kill;
    const { signal, errors, code } = await child.ended;
    expect(code === 0 || signal === 'SIGKILL', errors).toBe(true);
    return signal === 'SIGKILL';
  },
  url: (_, database) => withDatabase(requirement(name).location, `pergola_kills_${process.pid}_${database}`),
  read: (url) => withServer(servers[name], (beside) => beside.run(query), new URL(url).pathname.slice(1)),
  drop: dropDatabase,
});

const sqlite: Engine = {
  name: 'sqlite',
  needed: {},
  script: redefine,
  rows: redefined,
  stride: isDeep ? 1 : 3,
  async deployAndKill(url, folder, at) {
    const { signal, errors, code } = await program.start(url, folder, String(at)).ended;
    expect(code === 0 || signal === 'SIGKILL', errors).toBe(true);
    return signal === 'SIGKILL';
  },
  url: (folder, name) => folder.file(`${name}.db`),
  async read(url) {
    const client = createClient({ url });
    const result = await client.execute(query).finally(() => client.close());
    return result.rows.map((row) => Object.values(row));
  },
  drop: async () => {},
};

describe.each([sqlite, serverEngine('mysql'), serverEngine('postgresql')])('a deployment on $name', (engine) => {
  it('that is killed before any of its statements is finished by the next one (case 125)', engine.needed, async () => {
    await using folder = await migrationsFolder({ '1_it': engine.script });
    let kills = 0;
    for (let at = 0, wasKilled = true; wasKilled; at += engine.stride) {
      const options = { url: engine.url(folder, `at_${at}`), migrationsFolder: folder.path };
      await engine.drop(options.url);
      wasKilled = await engine.deployAndKill(options.url, folder.path, at);
      const before = await migrationStatus(options);
      const told = `killed at ${at}: ${JSON.stringify(before)}`;
      const { applied } = await deployMigrations(options);
      expect(applied, told).toEqual(before.applied.length > 0 ? [] : ['1_it']);
      expect(await engine.read(options.url), told).toEqual(engine.rows);
      expect(await migrationStatus(options), told).toEqual({ applied: ['1_it'], pending: [], failed: [], edited: [] });
      await engine.drop(options.url);
      if (wasKilled) kills++;
    }
    console.log(`${engine.name} killed deployments ${kills}`);
    expect(kills).toBeGreaterThan(15 / engine.stride / 3);
  });

  it('is made once when two begin together (case 125)', engine.needed, async () => {
    await using folder = await migrationsFolder({ '1_it': engine.script });
    const url = engine.url(folder, 'together');
    await engine.drop(url);
    const both = await Promise.all([1, 2].map(() => program.start(url, folder.path).ended));
    const applied = both.map(({ output, errors }) => {
      expect(errors).toBe('');
      return (JSON.parse(output) as { applied: string[] }).applied.length;
    });
    expect(applied.reduce((a, b) => a + b)).toBe(1);
    expect(await engine.read(url)).toEqual(engine.rows);
    await engine.drop(url);
  });
});
