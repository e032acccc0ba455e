/** Rows that many requests ask for at once, such as their sessions, are found by few statements, and none is older than its question. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;
/** The statements that have begun, and how to let the first one of them go on. */
let begun: string[] = [];
let release: (() => void) | undefined;
let held: Promise<void> | undefined;

beforeAll(async () => {
  platform = await openTestPlatform({
    trace: {
      guard: (_, run) => run(),
      async statement({ sql }, run) {
        begun.push(sql);
        await held;
        return run();
      },
      transaction: (run) => run((act) => act()),
    },
  });
});
afterAll(() => platform[Symbol.asyncDispose]());
beforeEach(() => {
  begun = [];
  held = new Promise((resolve) => (release = resolve));
});

/** One object, as `auth/` keeps it. */
const select = { name: true, email: true, roles: { select: { role: true } } } as const;
const user = (email: string) => platform.database.unguarded.user.findUnique({ where: { email }, select });
const emails = ['alice@example.test', 'bob@example.test', 'root@example.test'];

/** What was asked once finds its statement again. */
beforeAll(async () => {
  await user('nobody@example.test');
});

it('asks for all that came meanwhile by one statement, and gives each their own', async () => {
  const first = user(emails[0]!);
  await Promise.resolve();
  const others = [...emails, 'nobody@example.test', ...emails].map(user);
  release!();
  const rows = [await first, ...(await Promise.all(others))];
  expect(rows.map((row) => row?.email)).toEqual([emails[0], ...emails, undefined, ...emails]);
  expect(rows.at(-1)).toEqual({ name: expect.any(String), email: emails.at(-1), roles: expect.any(Array) });
  expect(begun).toHaveLength(2);
});

it('begins after the question: what is changed before it is seen', async () => {
  const [alice] = emails as [string];
  const before = user(alice);
  await Promise.resolve();
  const { name } = (await platform.database.unguarded.user.findFirst({ where: { email: alice } }))!;
  await platform.database.unguarded.user.updateMany({ where: { email: alice }, data: { name: 'Somebody else' } });
  const after = user(alice);
  release!();
  await before;
  expect((await after)?.name).toBe('Somebody else');
  await platform.database.unguarded.user.updateMany({ where: { email: alice }, data: { name } });
});

it('tells all who wait that the database has failed, and looks up again for the next', async () => {
  const first = user(emails[0]!);
  const failing = Promise.reject(new Error('The database is away.'));
  held = failing;
  await failing.catch(() => {});
  const others = emails.map((email) => user(email).catch((error: unknown) => String(error)));
  release!();
  await first;
  expect(await Promise.all(others)).toEqual(emails.map(() => 'Error: The database is away.'));
  held = undefined;
  expect((await user(emails[0]!))?.email).toBe(emails[0]);
});

it('does not wait for a statement that does not end', async () => {
  const stuck = user(emails[0]!);
  const stuckUntil = release!;
  await new Promise((resolve) => setTimeout(resolve, 120));
  held = undefined;
  expect((await user(emails[1]!))?.email).toBe(emails[1]);
  stuckUntil();
  expect((await stuck)?.email).toBe(emails[0]);
});
