/** `scripts/init.mjs`: a project without the example. `npm run test:getting-started` does all that the page says. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { readPage, writeBlock } from './page.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pergola-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

const init = (...names: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/init.mjs', ...names], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, said: `${stdout}${stderr}` };
};
const project = join(folder, 'books');
const read = (path: string) => readFileSync(join(project, path), 'utf8');
const modelsIn = (schema: string) => [...schema.matchAll(/^model (\w+)/gm)].map(([, name]) => name!);

it('makes a project with the models that Pergola itself needs, and with no word of the others', () => {
  expect(init(project)).toEqual({ status: 0, said: expect.stringContaining('books is made.') });
  const schema = read('prisma/schema.prisma');
  const example = modelsIn(readFileSync(join(root, 'prisma/schema.prisma'), 'utf8'));
  const gone = example.filter((name) => !modelsIn(schema).includes(name));
  expect(gone).toEqual(expect.arrayContaining(['Country', 'Survey', 'Observation']));
  expect(modelsIn(schema)).toEqual(expect.arrayContaining(['User', 'Session', 'ApiToken', 'Import']));
  const application = readdirSync(join(project, 'src/app'), { recursive: true, encoding: 'utf8' });
  const text = [schema, ...application.filter((name) => name.endsWith('.ts')).map((name) => read(`src/app/${name}`))];
  // Comments may take the example for an example.
  const code = text.join('\n').replace(/\/\/.*|\/\*[^]*?\*\//g, '');
  expect(code).not.toMatch(new RegExp(String.raw`\b(${gone.join('|')})\b`));
  expect(existsSync(join(project, 'src/generated'))).toBe(false);
});

it('has no script that runs what is not there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  expect(scripts).toHaveProperty('start');
  expect(Object.values(scripts).filter((script) => /tests|bench|knip/.test(script))).toEqual([]);
});

it('fits what the page changes in it', () => {
  for (const block of readPage().filter(({ file }) => file !== '' && file !== 'main.ts')) writeBlock(block, project);
  expect(read('src/app/policies/index.ts')).toContain('[book, user, platform]');
});

it.each([
  [[], 2, 'Name a new folder'],
  [['--help'], 2, 'Name a new folder'],
  [[join(root, 'src')], 1, 'is not empty'],
  [[join(root, 'books')], 1, 'lies inside this project'],
])('refuses %j', (names, status, said) => {
  expect(init(...names)).toEqual({ status, said: expect.stringContaining(said) });
});
