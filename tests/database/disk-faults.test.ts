/** Case 123: a disk that fails, as libfiu makes it fail for the calls of a process. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LibsqlConnection } from '../../src/database/engines/libsql-connection.ts';
import { onSqlite, requirement } from '../support/requirements.ts';
import { startSignedIn, type Answer, type SignedInProcess } from '../support/signed-in-process.ts';

const fiu = requirement('fiu');
const here = onSqlite('the disk of a server is its own');
const needed = here.skip ? here : fiu.needed;

const [EIO, ENOSPC] = [5, 28];

let folder: string;
let server: SignedInProcess;

beforeAll(async () => {
  if (needed.skip) return;
  folder = await mkdtemp(join(tmpdir(), 'pergola-fiu-'));
  server = await startSignedIn({
    environment: {
      ...preloaded(),
      DATABASE_URL: `file:${join(folder, 'disk.db')}`,
      PERGOLA_SAMPLE_DATA: 'on',
      PERGOLA_RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
    },
  });
});
afterAll(async () => {
  if (needed.skip) return;
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The environment of a process whose calls can be made to fail. */
const preloaded = () => ({
  LD_PRELOAD: ['fiu_run_preload.so', 'fiu_posix_preload.so']
    .map((name) => join(dirname(fiu.location), '../lib/fiu', name))
    .join(' '),
  FIU_CTRL_FIFO: join(folder, 'control'),
});

/** The one value of a statement, read from the file by a connection of its own. */
function stands(sql: string): unknown {
  const file = new LibsqlConnection(join(folder, 'disk.db'));
  const value = file.value(sql, []);
  file.close();
  return typeof value === 'bigint' ? Number(value) : value;
}

/** While something is done, each of these calls of the process fails with the number of an error. */
async function failing<T>(call: string, error: number, act: () => Promise<T>): Promise<T> {
  const tell = (command: string) =>
    promisify(execFile)(fiu.location, ['-f', join(folder, 'control'), '-c', command, String(server.process.pid)]);
  await tell(`enable name=posix/io/${call},failinfo=${error}`);
  try {
    return await act();
  } finally {
    await tell(`disable name=posix/io/${call}`);
  }
}

const create = (slug: string) =>
  server.run('mutation ($slug: String!) { createTag(data: { slug: $slug, label: "x" }) { slug } }', { slug });
const stored = async (word: string) => {
  const { body } = await server.run(
    'query ($word: String!) { tags(first: 100, where: { slug: { startsWith: $word } }) { nodes { slug } } }',
    { word },
  );
  return body.data.tags.nodes.map(({ slug }: { slug: string }) => slug);
};
const codeOf = ({ body }: Answer) => body.errors[0].extensions.code;

describe('a disk that cannot be written', needed, () => {
  it.each([
    ['sync/fsync', EIO, 'DATABASE_UNAVAILABLE', 503],
    ['rw/pwrite', EIO, 'DATABASE_UNAVAILABLE', 503],
    ['rw/pwrite', ENOSPC, 'DATABASE_FULL', 507],
  ])('123: makes no write that is said to be stored, when %s fails with %i', async (call, error, code, status) => {
    const word = `${call.replace(/\W/g, '-')}-${error}`;
    const answers = await failing(call, error, () =>
      Promise.all(Array.from({ length: 6 }, (_, at) => create(`${word}-${at}`))),
    );
    expect(answers.map((answer) => [answer.status, codeOf(answer)])).toEqual(answers.map(() => [status, code]));
    expect(await stored(word)).toEqual([]);
    expect(await create(`${word}-after`)).toMatchObject({ status: 200, body: { data: { createTag: {} } } });
    expect(await stored(word)).toEqual([`${word}-after`]);
  });
});

it('123: makes no token either, which goes another way', needed, async () => {
  const make = () => server.run('mutation { createApiToken(name: "unwritten", scopes: ["*:read"]) { secret } }');
  const refused = await failing('sync/fsync', EIO, make);
  expect([refused.status, codeOf(refused)]).toEqual([503, 'DATABASE_UNAVAILABLE']);
  const { body } = await server.run('{ viewer { apiTokens { name } } }');
  expect(body.data.viewer.apiTokens).toEqual([]);
});

describe('a disk that cannot be read', needed, () => {
  it('123: is told of, and what is read afterwards is what stands there', async () => {
    const query = '{ city(where: { id: 100000 }) { name } }';
    const during = await failing('rw/pread', EIO, () => server.run(query));
    expect([during.status, codeOf(during)]).toEqual([503, 'DATABASE_UNAVAILABLE']);
    const name = stands('SELECT name FROM "City" WHERE id = 100000');
    expect((await server.run(query)).body).toMatchObject({ data: { city: { name } } });
  });

  it('123: leaves nothing behind on the threads that read either', async () => {
    const program = fileURLToPath(new URL('../support/faulty-readers-process.ts', import.meta.url));
    const given = [join(folder, 'disk.db'), fiu.location, join(folder, 'control')];
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...given], {
      env: { ...process.env, ...preloaded() },
    });
    expect(JSON.parse(stdout)).toEqual({ told: true, read: stands('SELECT count(*) FROM "City"') });
  });

  it('123: says in the log what the disk said', async () => {
    const lines = server.process.errors().split('\n');
    expect(lines.some((line) => /SQLITE_IOERR_FSYNC.*the database failed/.test(line))).toBe(true);
  });
});
