/** `npm run build`: what comes out of it runs by itself, from few files. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Inside the project, as `dist` is: packages that are not built in are found from there.
const built = join(root, 'node_modules/.cache', `pergola-build-${process.pid}`);
const folder = mkdtempSync(join(tmpdir(), 'pergola-built-'));
/** Every module that a process loads. */
const loaded = join(folder, 'loaded.txt');
const noteModules = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(loaded)}, url + '\\\\n');
      return next(url, context);
    }\`));`)}`;

const { PATH = '', HOME = '' } = process.env;
const env = {
  PATH,
  HOME,
  PERGOLA_SAMPLE_DATA: 'off',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'silent',
  METRICS_TOKEN: 'a-token-of-sixteen-characters',
  DATABASE_URL: `file:${join(folder, 'built.db')}`,
};

let server: ChildProcess;
let url: string;
beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.mjs', '--outdir', built], { cwd: root });
  const withPort = { ...env, PORT: String(40_000 + (process.pid % 20_000)) };
  url = `http://127.0.0.1:${withPort.PORT}`;
  server = spawn(process.execPath, ['--import', noteModules, join(built, 'main.js')], { cwd: folder, env: withPort });
  await once(server.stdout!, 'data');
}, 60_000);
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(built, { recursive: true });
  rmSync(folder, { recursive: true });
});

const get = async (path: string, headers = {}) => {
  const response = await fetch(`${url}${path}`, { headers });
  return [response.status, await response.text()] as const;
};

it('answers operations, probes, pages and figures', async () => {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ countries { totalCount } }"}',
  });
  expect(await answer.json()).toMatchObject({ data: { countries: { totalCount: 0 } } });
  // What is not loaded yet holds up the event loop, which `/readyz` says for a second.
  await expect
    .poll(() => get('/readyz'), { timeout: 10_000 })
    .toEqual([200, expect.stringContaining('"database":"ok"')]);
  expect(await get('/graphql', { accept: 'text/html' })).toEqual([200, expect.stringContaining('id="graphiql"')]);
  expect(await get('/', { accept: 'text/html' })).toEqual([200, expect.stringContaining('<h1>')]);
  expect(await get('/metrics', { authorization: `Bearer ${env.METRICS_TOKEN}` })).toEqual([
    200,
    expect.stringContaining('pergola_operations_total'),
  ]);
});

it('loads a few files, and no driver of another engine', () => {
  const modules = readFileSync(loaded, 'utf8')
    .split('\n')
    .filter((module) => module.startsWith('file:'));
  // One by one they were 1,300, which took longer to read than all the rest of a start.
  expect(modules.length).toBeLessThan(120);
  expect(modules.filter((module) => /mariadb|mysql|postgres/.test(module))).toEqual([]);
});

it('has the command line, which works from any folder', () => {
  const output = execFileSync(process.execPath, [join(built, 'cli/main.js'), 'migrate', 'status', '--json'], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(JSON.parse(output)).toMatchObject({ pending: [], failed: [] });
});

it('ends with 0 when it is told to stop', async () => {
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
