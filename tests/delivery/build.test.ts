/** `npm run build`: what comes out of it runs by itself, from few files. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
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

it('loads a few files, no driver of another engine, and nothing that makes spans', () => {
  const modules = readFileSync(loaded, 'utf8')
    .split('\n')
    .filter((module) => module.startsWith('file:'));
  // One by one they were 1,300, which took longer to read than all the rest of a start.
  expect(modules.length).toBeLessThan(120);
  expect(modules.filter((module) => /mariadb|mysql|postgres|opentelemetry|tracing/.test(module))).toEqual([]);
});

it('has the command line, which works from any folder', () => {
  const output = execFileSync(process.execPath, [join(built, 'cli/main.js'), 'migrate', 'status', '--json'], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(JSON.parse(output)).toMatchObject({ pending: [], failed: [] });
});

it('sends spans to the collector that the environment names', async () => {
  const collector = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      response.end();
      collector.emit('spans', request.url, request.headers['content-type'], body.toString('latin1'));
    })();
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const otel = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_SERVICE_NAME: 'surveys' };
  const traced = spawn(process.execPath, [join(built, 'main.js')], { cwd: folder, env: { ...env, ...otel } });
  // To count the rows for what it prints, it asks the database: a span.
  await Promise.race([once(traced.stdout, 'data'), once(traced, 'exit')]);
  const sent = once(collector, 'spans', { signal: AbortSignal.timeout(15_000) });
  // What has not been sent is sent at the end.
  traced.kill('SIGTERM');
  const [[path, type, body], [code]] = await Promise.all([sent, once(traced, 'exit')]);
  collector.close();
  expect([path, type, code]).toEqual(['/v1/traces', 'application/x-protobuf', 0]);
  expect(body).toMatch(/surveys[^]*statement[^]*select /);
});

it('ends with 0 when it is told to stop', async () => {
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
