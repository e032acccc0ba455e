/** A backup that is made while everybody writes, by the commands of docs/operations.md, and put back (case 131). */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { pushSchema } from '../../src/database/schema-engine/migrations.ts';
import { withDatabase } from '../../src/database/server-url.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { system, type Viewer } from '../../src/policy/viewer.ts';
import { dropDatabase } from '../support/drop-database.ts';
import { requirement } from '../support/requirements.ts';
import { tinyParts } from '../support/tiny-service.ts';

const models = `
model Account {
  id      Int @id
  balance Int
}
model Entry {
  id    Int    @id
  pair  Int
  owner String
}`;
const { schema, drafts } = tinyParts({
  prisma: models,
  policies: { Entry: ({ owner }) => ({ read: owner('owner') }) },
});
const policies = checkPolicies(schema, drafts);
const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const named = (id: string): Viewer => ({ kind: 'user', id, roles: [] });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-backup-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Kind {
  readonly name: string;
  readonly needed: object;
  url(name: string): string;
  drop(url: string): Promise<void>;
  /** How the commands of the page for this kind begin. */
  readonly backup: readonly string[];
  readonly restore: readonly string[];
}

const server = (name: 'mysql' | 'postgresql', commands: Pick<Kind, 'backup' | 'restore'>): Kind => {
  const { needed, location } = requirement(name);
  const program = `/usr/bin/${commands.backup[0]}`;
  return {
    name,
    // Whoever has the server elsewhere need not have its programs here.
    needed: { ...needed, skip: needed.skip || !existsSync(program) },
    url: (database) => withDatabase(location, `pergola_backup_${process.pid}_${database}`),
    drop: dropDatabase,
    ...commands,
  };
};

const kinds: Kind[] = [
  {
    name: 'sqlite',
    needed: {},
    url: (name) => `file:${join(folder, `${name}.db`)}`,
    drop: async () => {},
    backup: ['node -e'],
    restore: ['rm -f data/pergola.db'],
  },
  server('mysql', { backup: ['mariadb-dump'], restore: ['mariadb -e', 'mariadb pergola'] }),
  server('postgresql', { backup: ['pg_dump'], restore: ['createdb', 'pg_restore'] }),
];

/** Runs the command of the page that begins so, about another database and without asking for a password. */
async function runOfPage(beginning: string, url: string): Promise<void> {
  const line = page.split('\n').find((text) => text.startsWith(`${beginning} `) || text.startsWith(`${beginning}-`));
  expect(line, `docs/operations.md has no command that begins with: ${beginning}`).toBeDefined();
  const at = url.startsWith('file:') ? undefined : new URL(url);
  const [host, port, user] = [at?.hostname ?? '', at?.port ?? '', at?.username ?? ''];
  const password = at?.password ?? '';
  const command = line!
    .replaceAll('data/pergola.db', url.slice('file:'.length))
    .replaceAll(/\bpergola\b/g, at?.pathname.slice(1) ?? 'pergola')
    .replaceAll(/\bbackup\.\w+/g, (name) => join(folder, name))
    .replace(/^mariadb(-dump)?/, (program) => `${program} -h${host} -P${port} -u${user}`);
  const login = { PGHOST: host, PGPORT: port, PGUSER: user, PGPASSWORD: password, MYSQL_PWD: password };
  await promisify(execFile)('bash', ['-c', command], { cwd: root, env: { ...process.env, ...login } });
}

/** One transaction: money moves, and two entries say so. */
function writers(database: Database) {
  let pair = 0;
  const stopped = new AbortController();
  const done = new Set<number>();
  const rows = database.as(system);
  const write = async () => {
    while (!stopped.signal.aborted) {
      const number = ++pair;
      await rows.write(async (writer) => {
        await writer.create('Entry', { id: number * 2, pair: number, owner: 'alice' });
        await writer.create('Entry', { id: number * 2 + 1, pair: number, owner: 'bob' });
        await writer.update('Account', { id: 1 + (number % 2) }, { balance: number });
        await writer.update('Account', { id: 2 - (number % 2) }, { balance: 100 - number });
      });
      done.add(number);
    }
  };
  const all = Promise.all([write(), write()]);
  return {
    done,
    begun: () => pair,
    stop: async () => {
      stopped.abort();
      await all;
    },
  };
}

describe.each(kinds)('a backup of $name', ({ needed, url, drop, backup, restore }) => {
  it('under load is of one moment, and the policies hold for what is put back (131)', needed, async () => {
    const [live, restored] = [url('live'), url('restored')];
    for (const one of [live, restored]) await drop(one);
    await pushSchema({ url: live, schema: `datasource db {\n  provider = "sqlite"\n}${models}` });
    const database = await openDatabase(live, schema, policies);
    await database.as(system).write(async (writer) => {
      for (const id of [1, 2]) await writer.create('Account', { id, balance: 50 });
    });
    const under = writers(database);
    await vi.waitFor(() => expect(under.done.size).toBeGreaterThan(10), 10_000);
    const before = new Set(under.done);
    for (const beginning of backup) await runOfPage(beginning, live);
    const begun = under.begun();
    await vi.waitFor(() => expect(under.done.size).toBeGreaterThan(before.size), 10_000);
    await under.stop();
    await database.close();
    for (const beginning of restore) await runOfPage(beginning, restored);

    const again = await openDatabase(restored, schema, policies);
    const rowsOf = async (viewer: Viewer, model: string) => {
      // Its types know the models of the example alone.
      const client = again.as(viewer).client as unknown as Record<
        string,
        { findMany(): Promise<Record<string, number>[]> }
      >;
      return client[model]!.findMany();
    };
    // By a viewer to whom the policy gives their own, and by one of the two that nobody may read all of.
    const [alices, bobs] = [await rowsOf(named('alice'), 'entry'), await rowsOf(named('bob'), 'entry')];
    const accounts = await rowsOf(system, 'account');
    await again.close();
    const pairs = new Set(alices.map(({ pair }) => pair!));
    expect(accounts.reduce((sum, { balance }) => sum + balance!, 0)).toBe(100);
    expect(new Set(bobs.map(({ pair }) => pair!))).toEqual(pairs);
    expect(alices.every(({ owner }) => String(owner) === 'alice')).toBe(true);
    expect([...before].filter((pair) => !pairs.has(pair))).toEqual([]);
    expect([...pairs].filter((pair) => pair > begun)).toEqual([]);
    expect(pairs.size).toBeLessThan(under.done.size);
    for (const one of [live, restored]) await drop(one);
  });
});
