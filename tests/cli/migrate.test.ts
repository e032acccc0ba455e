/** `pergola migrate` by its exit codes, and what `/readyz` makes of it: a history that does not match is never a success. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addMigrate } from '../../src/cli/commands/migrate.ts';
import { readinessChecks } from '../../src/cli/readiness-checks.ts';
import { readConfig } from '../../src/config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  vi.stubEnv('DATABASE_URL', `file:${join(folder, 'it.db')}`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function migrate(...args: string[]) {
  const program = new Command().exitOverride();
  addMigrate(program);
  let output = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  process.exitCode = undefined;
  await program.parseAsync(['migrate', ...args], { from: 'user' }).finally(() => write.mockRestore());
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { code, output };
}

it('ends with 3 until the database is as the folder has it, and the server is not ready until then', async () => {
  const ready = () => readinessChecks({ database: { ping: async () => {} } }, readConfig())['migrations']!();
  const { code, output } = await migrate('plan', '--json');
  const plan = JSON.parse(output) as { pending: { name: string; statements: { sql: string; risks: [] }[] }[] };
  expect([code, plan.pending[0]]).toEqual([
    3,
    {
      name: expect.stringMatching(/_init$/),
      statements: expect.arrayContaining([expect.objectContaining({ risks: [] })]),
    },
  ]);
  expect(await migrate('status')).toMatchObject({ code: 3, output: expect.stringContaining('applied: none') });
  expect(await ready()).toMatch(/^\d not applied$/);

  expect(await migrate('deploy')).toMatchObject({ code: 0, output: expect.stringMatching(/^applied \d+_init$/m) });
  expect(await migrate('plan')).toEqual({ code: 0, output: '-- Nothing is pending.\n' });
  expect((await migrate('status')).code).toBe(0);
  expect(await ready()).toBe('ok');

  const client = createClient({ url: readConfig().databaseUrl });
  await client.execute("UPDATE _prisma_migrations SET checksum = 'of another text' WHERE migration_name LIKE '%_init'");
  client.close();
  expect(await migrate('status')).toMatchObject({ code: 3, output: expect.stringMatching(/edited: \d+_init/) });
  expect(await migrate('plan')).toMatchObject({ code: 3, output: expect.stringMatching(/^-- \d+_init is applied/) });
  expect(await ready()).toBe('1 edited since applied');
});
