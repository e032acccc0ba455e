/**
 * `npm run test:getting-started`: does in an empty folder what docs/getting-started.md says, to the last line of the
 * front end. Only the clone is a copy of what is here, and the port one that is free. Ends with lines that a script can read.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-ports.ts';
import { readPage, writeBlock, type Block } from './page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pergola-started-'));
const [project, frontEnd] = [join(folder, 'books'), join(folder, 'front-end')];
const port = await freePort();
const { PATH, HOME } = process.env;
const env = { PATH, HOME, PORT: String(port), npm_config_update_notifier: 'false' };
const began = performance.now();
let server: ChildProcess | undefined;

try {
  const blocks = readPage();
  const at = blocks.findIndex(({ file }) => file === 'main.ts');
  copyRepository();
  for (const block of blocks.slice(0, at)) await follow(block, project);
  writeBlock(onPort(blocks[at]!), frontEnd);
  expectOutput(run(`${process.execPath} --import tsx ${join(frontEnd, 'main.ts')}`, root), 'Dune: ? pages\n');
  console.log(`from clone to SDK in ${Math.round((performance.now() - began) / 1_000)} s`);
} finally {
  server?.kill('SIGTERM');
  if (server && server.exitCode === null) await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

async function follow(block: Block, current: string): Promise<void> {
  if (block.language !== 'sh') return writeBlock(block, current);
  const lines = onPort(block)
    .text.replace(/\\\n\s*/g, ' ')
    .trim()
    .split('\n');
  if (lines.some((line) => line.startsWith('TOKEN='))) return ask(lines);
  for (const line of lines) {
    if (/^(git clone|cd) /.test(line)) continue;
    if (line === 'npm start') await start();
    else if (line.startsWith('npm i @pergola/sdk')) installSdk(line);
    else timed(line, line.includes('scripts/init.mjs') ? folder : current);
  }
}

function onPort(block: Block): Block {
  return { ...block, text: block.text.replaceAll('4000', String(port)) };
}

function ask(lines: readonly string[]): void {
  const said = timed(lines.join('\n'), project, 'the first answers');
  expectOutput(said.slice(0, said.indexOf('}}') + 2), '{"data":{"createBook":{"title":"Dune","notes":"Sand."}}');
  if (!said.includes('"totalCount":1,"nodes":[{"title":"Dune","notes":null}]')) throw new Error(said);
}

async function start(): Promise<void> {
  const since = performance.now();
  server = spawn('npm', ['start'], { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const piece of server.stdout!) {
    printed += String(piece);
    if (printed.includes('Database')) break;
  }
  if (!printed.includes('Database')) throw new Error(`npm start ended.\n${printed}`);
  note('npm start', since);
}

function installSdk(line: string): void {
  mkdirSync(frontEnd);
  writeFileSync(join(frontEnd, 'package.json'), '{ "private": true, "type": "module" }');
  timed(line, frontEnd);
}

function timed(line: string, cwd: string, name = line): string {
  const since = performance.now();
  const said = run(line, cwd);
  note(name, since);
  return said;
}

function run(line: string, cwd: string): string {
  return execFileSync('bash', ['-euc', line], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function note(name: string, since: number): void {
  console.log(`${((performance.now() - since) / 1_000).toFixed(1).padStart(6)} s  ${name}`);
}

function expectOutput(said: string, expected: string): void {
  if (said !== expected) throw new Error(`It says\n${said}\nand not\n${expected}`);
}

/** What git knows, as a clone would have it. */
function copyRepository(): void {
  const names = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const name of names.trim().split('\n')) cpSync(join(root, name), join(folder, 'pergola', name));
}
