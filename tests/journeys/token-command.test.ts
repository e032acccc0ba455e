/** `pergola token`: what an operator does for a script. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function pergola(url: string, ...words: string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words], {
    cwd: root,
    env: { PATH, HOME, DATABASE_URL: url },
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'close')) as [number];
  const [out, errors] = await output;
  return { code, out, errors };
}

it('makes a token that is printed once, lists it and ends it; and refuses in one line what cannot be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  const url = `file:${join(folder, 'new.db')}`;
  const run = (...words: string[]) => pergola(url, ...words);
  await run('user', 'create', '--email', 'ed@example.test', '--role', 'editor');

  const owner = ['--email', 'ed@example.test'];
  const created = await run('token', 'create', ...owner, '--name', 'nightly', '--scope', 'City:read,create', '*:read');
  expect(created).toEqual({ code: 0, out: expect.stringMatching(/^pgl_[0-9a-f]{16}_[0-9a-f]{64}\n$/), errors: '' });
  const id = created.out.split('_')[1] ?? '';
  expect(await run('token', 'list', ...owner)).toEqual({
    code: 0,
    out: expect.stringMatching(
      `^${id}  ed@example\\.test  nightly  \\*:read City:create City:read  expires [^ ]+, never used\n$`,
    ),
    errors: '',
  });
  expect(await run('token', 'revoke', id)).toEqual({ code: 0, out: `${id} is revoked.\n`, errors: '' });
  expect(await run('token', 'create', ...owner, '--name', 'x', '--scope', 'Citty:read')).toEqual({
    code: 1,
    out: '',
    errors:
      'pergola: The scope "Citty:read" names no model. Write Model:verb,verb or *:verb, or one of schema:read, explain, documents:write.\n',
  });
  await rm(folder, { recursive: true });
}, 60_000);
