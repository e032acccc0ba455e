/** `pergola import --url`: a file goes to a server, and its rows are written in the name of the token's owner. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importThere, resumeThere, type RemoteImport } from '../../src/cli/commands/import-remote.ts';
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

  it('leaves the rows that are not written here, to be mended and sent again', async () => {
    const file = join(folder, 'some.csv');
    const refusedPath = join(folder, 'some.refused.csv');
    await writeFile(file, 'slug,label\nsome-1,One\nsome-2,\n"some\n3",\nsome-4,Four\nsome-5\n');
    const sent = { ...given, file, settings: { refusedPath } };
    expect(await importThere(sent)).toMatchObject({ created: 2, refused: 3, refusedFile: refusedPath });
    const [header, ...rows] = (await readFile(refusedPath, 'utf8')).split('\n');
    expect(header).toBe('_line,_column,_code,_message,slug,label');
    expect(rows[0]).toMatch(/^3,label,BAD_INPUT,.*,some-2,$/);
    expect(rows.slice(1, 3).join('\n')).toMatch(/^5,label,BAD_INPUT,[^]*,"some\n3",$/);
    expect(rows[3]).toMatch(/^7,,IMPORT_BAD_FILE,.*,some-5$/);
    const mended = (await readFile(refusedPath, 'utf8'))
      .replace('some-2,', 'some-2,Two')
      .replace('some-5', 'some-5,Five');
    await writeFile(refusedPath, mended);
    const again = { ...sent, file: refusedPath, settings: { refusedPath: `${refusedPath}.again` } };
    expect(await importThere(again)).toMatchObject({ created: 2, refused: 1 });
  });

  it('is gone on with after it was interrupted, and leaves the rows of both runs here', async () => {
    const file = join(folder, 'long.csv');
    const refusedPath = join(folder, 'long.refused.csv');
    // Three of them are a batch.
    const filling = 'x'.repeat(200_000);
    const labels = [filling, '', filling, filling, '', filling];
    await writeFile(file, `slug,label\n${labels.map((label, at) => `long-${at},${label}\n`).join('')}`);
    const sent = { ...given, file, settings: { refusedPath } };
    const stopped: unknown = await importThere({ ...sent, maxErrors: 0 }).catch((error: unknown) => error);
    expect(stopped).toMatchObject({ code: 'IMPORT_TOO_MANY_ERRORS' });
    const written = () => served.all.tag.findMany({ where: { slug: { startsWith: 'long-' } } });
    expect(await written()).toHaveLength(3);
    const interrupted: unknown = await importThere(sent).catch((error: unknown) => error);
    expect(interrupted).toMatchObject({ code: 'IMPORT_INTERRUPTED' });
    const id = /import resume (\S+?)[. ]/.exec((interrupted as Error).message)?.[1] ?? '';
    expect(await resumeThere({ ...sent, id })).toMatchObject({ created: 4, refused: 2, rows: 6 });
    expect(await written()).toHaveLength(4);
    const rows = (await readFile(refusedPath, 'utf8')).split('\n');
    expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(['3', '6', '']);
    await expect(resumeThere({ ...sent, id })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('that is refused is not waited for', async () => {
    const { hostname, port } = new URL(given.server);
    const socket = connect(Number(port), hostname);
    const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
    let answer = '';
    socket.on('data', (part) => (answer += part.toString()));
    socket.write(
      `POST /-/import/Tag?format=csv HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${given.token}\r\ncontent-length: 99999999\r\n\r\nnonsense\n`,
    );
    const sending = setInterval(() => socket.write('x\n'.repeat(1000)), 20);
    await closed;
    clearInterval(sending);
    expect(answer).toContain('HTTP/1.1 422');
    expect(answer).toContain('IMPORT_UNKNOWN_COLUMN');
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
