/** Every snippet of docs/imports.md: its files are written, its commands run in the order of the page, and print what it says. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createUser } from '../../src/auth/sign-in.ts';
import { addExport } from '../../src/cli/commands/export.ts';
import { addImport } from '../../src/cli/commands/import.ts';
import { openHere } from '../../src/cli/house.ts';
import { importRows } from '../../src/import/apply.ts';
import type { Mapping } from '../../src/import/map.ts';
import { recordsOf } from '../../src/import/records.ts';
import { serve, type Served } from '../support/served.ts';

const text = readFileSync(new URL('../../docs/imports.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/(?:^`([\w.]+)`:\n\n)?^```(\w+)\n([^]*?)^```$/gm)].map(
  ([, file, kind = '', body = '']) => ({ file, kind, body }),
);
const commandsOf = (body: string) => body.trimEnd().split('\n');

let folder: string;
let served: Served;
let http: Server;
let address: string;
let token: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pergola-'));
  vi.stubEnv('DATABASE_URL', `file:${join(folder, 'test.db')}`);
  vi.stubEnv('PERGOLA_ADMIN_EMAIL', 'admin@example.test');
  const { database } = await openHere();
  await createUser(database.unguarded, { email: 'admin@example.test', name: 'Admin', roles: ['admin'] });
  await database.close();
  served = await serve();
  http = createServer((request, response) => void served.server(request, response)).listen(0);
  const bound = http.address();
  address = `http://localhost:${typeof bound === 'object' ? bound?.port : 0}`;
  token = (await served.secretOf('editor'))!;
  for (const { file, body } of blocks) if (file) await writeFile(join(folder, file), body);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  process.exitCode = 0;
  http?.close();
  await served?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Files stand in the test's folder, and times are nobody's. */
const here = (word: string) =>
  /^[\w.]+\.(csv|ndjson|json)$/.test(word) ? join(folder, word) : word.replace('http://localhost:4000', address);
const plain = (output: string) =>
  output.replaceAll(`${folder}/`, '').replaceAll(/ in [\d.]+ s \([\d,]+ rows\/s\)/g, ' in some time');
const wordsOf = (command: string) =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => here((quoted ?? word!).replace('$TOKEN', token)));

/** What a command prints. */
async function run(command: string): Promise<string> {
  const words = wordsOf(command.replace('npm run pergola -- ', ''));
  const program = new Command('pergola').enablePositionalOptions().exitOverride();
  addImport(program);
  addExport(program);
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => ((printed += String(part)), true));
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    // Of the import that the page goes on with there is none.
    if (words.includes('resume')) return (error as { code: string }).code;
    throw error;
  } finally {
    write.mockRestore();
  }
  return printed;
}

/** As curl asks it. */
async function ask(command: string): Promise<string> {
  const words = wordsOf(command);
  const valueOf = (option: string) => words[words.indexOf(option) + 1]!;
  const [name = '', value = ''] = valueOf('-H').split(': ');
  const file = words.includes('-T') ? valueOf('-T') : undefined;
  const body = file === undefined ? {} : { method: valueOf('-X'), body: readFileSync(file) };
  const answer = await fetch(words.at(-1)!, { headers: { [name]: value }, ...body });
  return answer.text();
}

it('has no snippet that nothing runs', () => {
  const kinds = blocks.map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['csv', 'json', 'sh', 'text', 'ts']));
  expect(blocks.filter(({ kind, file }) => ['csv', 'json'].includes(kind) && !file)).toEqual([]);
  const starts = blocks.filter(({ kind }) => kind === 'sh').flatMap(({ body }) => commandsOf(body));
  expect(starts.filter((it_) => !/^(npm run pergola -- (import|export)|curl) /.test(it_))).toEqual([]);
});

it('has commands that print what it says', async () => {
  const outputs: { command: string; output: string; said: string | undefined }[] = [];
  for (const [at, { kind, body }] of blocks.entries()) {
    if (kind !== 'sh') continue;
    let output = '';
    for (const command of commandsOf(body))
      output += command.startsWith('curl') ? await ask(command) : await run(command);
    const next = blocks[at + 1];
    outputs.push({ command: body, output: plain(output), said: next?.kind === 'text' ? plain(next.body) : undefined });
  }
  const shown = outputs.filter(({ said }) => said !== undefined);
  expect(shown.length).toBeGreaterThan(4);
  expect(shown.map(({ output }) => output)).toEqual(shown.map(({ said }) => said));
  const outputOf = (part: string) => outputs.find(({ command }) => command.includes(part))!.output;
  expect(outputOf('resume')).toBe('NOT_FOUND');
  expect(outputOf('curl')).toMatch(/^\{"id":.*"created":2,[^]*"code":"fra","name":"French"/);
  expect(outputOf('--url')).toMatch(/^Language: 2 same/);
  // The last file is one that was exported.
  expect(await readFile(join(folder, 'out.csv'), 'utf8')).toContain('nld,Dutch');
  expect(existsSync(join(folder, 'cities.refused.csv'))).toBe(true);
});

it('has a mapping that does what it says', async () => {
  const { body } = blocks.find(({ kind }) => kind === 'ts')!;
  const expression = /^export const stations: Mapping = ([^]*);\n$/.exec(body)![1]!;
  const mapping = runInThisContext(`(${expression})`) as Mapping;
  const { all, platform } = served;
  const admin = await all.user.findUniqueOrThrow({ where: { email: 'admin@example.test' } });
  const { code } = (await all.country.findFirst())!;
  const report = await importRows({
    database: platform.database,
    viewer: { kind: 'user', id: admin.id, roles: ['admin'] },
    model: 'City',
    records: recordsOf([{ name: ' Texel ', pos: { lat: 53.05, lon: '4.80' }, land: code }]),
    mapping,
  });
  expect(report).toMatchObject({ created: 1, errors: [] });
  expect(await all.city.findFirst({ where: { name: { equals: 'Texel' } } })).toMatchObject({
    admin1: 'NH',
    countryCode: code,
  });
});
