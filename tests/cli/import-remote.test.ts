/** `pergola import --url`: a file goes to a server, and its rows are written in the name of the token's owner. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importThere, type RemoteImport } from '../../src/cli/commands/import-remote.ts';
import { timeLeft } from '../../src/import/progress.ts';
import { serve, type Served } from '../support/served.ts';

let served: Served;
let http: Server;
let folder: string;
let given: RemoteImport;
beforeAll(async () => {
  served = await serve();
  http = createServer((request, response) => void served.server(request, response)).listen(0);
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  const file = join(folder, 'tags.csv');
  await writeFile(file, 'slug,label\nurl-1,One\nurl-2,Two\n');
  const editor = await served.all.user.findUniqueOrThrow({ where: { email: 'editor@example.test' } });
  const { secret: token } = await served.platform.sessions.start(editor.id);
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const server = `http://localhost:${port}`;
  given = { file, server, token, model: 'Tag', settings: {}, maxErrors: undefined, anew: undefined };
});
afterAll(async () => {
  http.close();
  await served[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe('a file for a server', () => {
  it('is imported there, by the primary key that it gives', async () => {
    expect(await importThere(given)).toMatchObject({ created: 2, rows: 2, errors: [] });
    expect(await importThere(given)).toMatchObject({ same: 2, rows: 2 });
    const found = await served.all.tag.findMany({ where: { slug: { startsWith: 'url-' } } });
    expect(found.map(({ label }) => label).toSorted()).toEqual(['One', 'Two']);
  });

  it.each<[string, Partial<RemoteImport>, string, RegExp]>([
    ['a token that is none', { token: 'nonsense' }, 'UNAUTHENTICATED', /credentials/],
    ['no token', { token: undefined }, 'BAD_INPUT', /Give --token/],
    ['a server that is none', { server: 'ftp://x' }, 'BAD_INPUT', /no address of a server/],
    ['a server that is not there', { server: 'http://localhost:1' }, 'BAD_INPUT', /did not take tags\.csv/],
    ['a file that is not there', { file: '/nowhere.csv' }, 'BAD_INPUT', /cannot be read/],
    ['a model that is none', { model: 'Nothing' }, 'BAD_INPUT', /There is no model Nothing/],
  ])('%s is refused', async (_, wrong, code, message) => {
    await expect(importThere({ ...given, ...wrong })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

it.each([
  [{ read: 25, total: 100 }, 10, '30 s'],
  [{ read: 1, total: 100 }, 1, '1 min 39 s'],
  [{ read: 5, total: undefined }, 1, '?'],
])('of %j after %d s there is left: %s', (bytes, seconds, left) => {
  expect(timeLeft(bytes, seconds * 1000)).toBe(left);
});
