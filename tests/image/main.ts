/**
 * `npm run test:image`: what the Dockerfile says, done without a container engine. Each stage is a folder, the cache of
 * npm is empty, and what comes out runs as another user who may write to the volume only. Needs root for that; without,
 * it runs as whoever calls. Ends with lines that a script can read.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-ports.ts';
import { commandOf, environmentOf, readDockerfile, type Stage, type Step } from './dockerfile.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pergola-image-'));
chmodSync(folder, 0o755);
const asRoot = process.getuid?.() === 0;
/** Who runs the server: `node` in the image, nobody here. */
const user = asRoot ? { uid: 65_534, gid: 65_534 } : {};

try {
  const image = build(readDockerfile(join(root, 'Dockerfile')));
  const megabytes = Math.round(sizeOf(image.files) / 1_000_000);
  console.log(`image contents ${megabytes} MB`);
  const seconds = await probe(image);
  console.log(`first answer after ${seconds.toFixed(2)} s`);
  if (megabytes >= 250) throw new Error('The image holds 250 MB or more beside its base.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Image {
  readonly stage: Stage;
  /** Its root folder. */
  readonly files: string;
}

function build(stages: readonly Stage[]): Image {
  const built = new Map<string, string>();
  let last: Image | undefined;
  for (const [at, stage] of stages.entries()) {
    const files = join(folder, `stage-${at}`);
    const before = built.get(stage.from);
    mkdirSync(join(files, 'app'), { recursive: true });
    if (before) cpSync(before, files, { recursive: true });
    for (const step of stage.steps) run(step, files, built);
    if (stage.name) built.set(stage.name, files);
    last = { stage, files };
  }
  return last!;
}

function run({ keyword, flags, words, text }: Step, files: string, built: ReadonlyMap<string, string>): void {
  if (keyword === 'RUN') {
    console.log(`RUN ${text}`);
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, npm_config_cache: join(folder, 'npm-cache'), npm_config_update_notifier: 'false' };
    execFileSync('sh', ['-c', text], { cwd: join(files, 'app'), env, stdio: ['ignore', 'inherit', 'inherit'] });
  }
  if (keyword !== 'COPY') return;
  const target = words.at(-1)!;
  for (const source of words.slice(0, -1)) {
    const from = flags.get('from');
    const path = from ? join(built.get(from)!, source) : join(context(), source);
    const to = join(files, target.startsWith('/') ? target : join('app', target));
    const isFile = statSync(path).isFile();
    cpSync(path, isFile && target.endsWith('/') ? join(to, source.split('/').at(-1)!) : to, { recursive: true });
    if (flags.has('chown') && asRoot) chownSync(to, user.uid!, user.gid!);
  }
}

/** What an engine would be sent: what git knows, less what .dockerignore leaves out. */
function context(): string {
  const contextFolder = join(folder, 'context');
  if (existsSync(contextFolder)) return contextFolder;
  mkdirSync(contextFolder);
  const lines = execFileSync('sh', ['-c', "grep -v '^#' .dockerignore | grep -v '^$'"], {
    cwd: root,
    encoding: 'utf8',
  });
  const names = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const name of names.trim().split('\n')) {
    if (isSent(name, lines.trim().split('\n'))) cpSync(join(root, name), join(contextFolder, name));
  }
  return contextFolder;
}

/** The last line that is about the file decides. */
function isSent(name: string, lines: readonly string[]): boolean {
  const about = lines.findLast((line) => {
    const pattern = line.replace(/^!/, '');
    return pattern === '*' || name === pattern || name.startsWith(`${pattern}/`);
  });
  return about === undefined || about.startsWith('!');
}

/** Starts it, asks what the image itself asks, tells it to stop, and says how long the first answer took. */
async function probe({ stage, files }: Image): Promise<number> {
  const port = await freePort();
  const { PATH } = process.env;
  const declared = environmentOf(stage);
  const env = {
    ...declared,
    PATH,
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: declared['DATABASE_URL']!.replace('/data/', `${join(files, 'data')}/`),
    PERGOLA_SDK_FOLDER: declared['PERGOLA_SDK_FOLDER']!.replace('/data/', `${join(files, 'data')}/`),
  };
  const options = { cwd: join(files, 'app'), env, ...user };
  const [program = '', ...parameters] = commandOf(stage, 'CMD');
  // The first start makes the database; what is measured is the next one.
  let seconds = 0;
  for (const start of ['first', 'second']) {
    const secret = start === 'second' ? createToken(options) : undefined;
    const began = performance.now();
    const server = spawn(program, parameters, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
    await answering(port, server);
    seconds = (performance.now() - began) / 1_000;
    console.log(`${start} start ${seconds.toFixed(2)} s`);
    const [check = '', ...rest] = commandOf(stage, 'HEALTHCHECK');
    execFileSync(check, rest, options);
    await ask(port);
    if (secret !== undefined) await installable(port, secret);
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`SIGTERM ended it with ${code}.`);
  }
  const status = execFileSync('node', ['scripts/pergola.mjs', 'migrate', 'status', '--json'], {
    ...options,
    encoding: 'utf8',
  });
  console.log(`pergola migrate status: ${status.trim()}`);
  if (asRoot) refusesWrites(options);
  return seconds;
}

/** Beside the volume nothing can be written by who runs it, as with a read-only root. */
function refusesWrites(options: object): void {
  const write = "require('node:fs').writeFileSync('dist/x', '')";
  try {
    execFileSync('node', ['-e', write], { ...options, stdio: 'ignore' });
  } catch {
    return;
  }
  throw new Error('The user of the image can write to its programs.');
}

async function answering(port: number, server: ChildProcess): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end;) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}.`);
    try {
      if ((await fetch(`http://127.0.0.1:${port}/readyz`)).ok) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error('The server does not answer.');
}

async function ask(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ countries { totalCount } }"}',
  });
  const text = await response.text();
  if (text !== '{"data":{"countries":{"totalCount":0}}}') throw new Error(`It answers ${text}`);
}

/** For who may read the design of the API. */
function createToken(options: object): string {
  const parameters = ['--email', 'admin@example.test', '--name', 'image', '--scope', 'schema:read', '--json'];
  const created = execFileSync('node', ['scripts/pergola.mjs', 'token', 'create', ...parameters], {
    ...options,
    encoding: 'utf8',
  });
  // What `token create --json` prints.
  return (JSON.parse(created) as { secret: string }).secret;
}

/** In production the SDK is there for who shows a token. */
async function installable(port: number, secret: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/-/npm/@pergola%2fsdk`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  // A packument, or an error without tags.
  const { 'dist-tags': tags } = (await response.json()) as { 'dist-tags'?: { latest: string } };
  if (tags?.latest !== '1.0.0') throw new Error(`The registry of the SDK answers ${response.status}.`);
  console.log(`@pergola/sdk ${tags.latest} is served`);
}

function sizeOf(path: string): number {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.reduce((sum, entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) return sum + sizeOf(inside);
    return sum + (entry.isFile() ? statSync(inside).size : 0);
  }, 0);
}
