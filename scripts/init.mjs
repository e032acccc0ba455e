/**
 * `node scripts/init.mjs ../books`: a project of one's own, which is this one without the example: its models, policies,
 * sample data, tests and benchmark. Plain Node without a dependency: a fresh clone needs no install for it.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { root } from './root.mjs';

const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined || folder.startsWith('-') || rest.length > 0) {
  console.error('Name a new folder: node scripts/init.mjs ../books');
  process.exit(2);
}
const target = resolve(folder);
if (existsSync(target) && readdirSync(target).length > 0) {
  console.error(`${target} is not empty. Name a folder that is new.`);
  process.exit(1);
}
if (!relative(root, target).startsWith('..')) {
  console.error(`${target} lies inside this project. Name a folder outside of it.`);
  process.exit(1);
}

const copied = `
  src scripts deploy .config/prisma.ts codegen.ts tsconfig.json package.json package-lock.json
  .npmrc .gitignore .editorconfig .oxlintrc.json .oxfmtrc.json LICENSE
  Dockerfile .dockerignore compose.yaml compose.mysql.yaml`
  .trim()
  .split(/\s+/);
const generated = ['src/generated', 'src/sdk/generated', 'src/sdk/dist'].map((path) => join(root, path));
// What of the application is about the example. The rest of it is about the models that Pergola itself needs.
const ofExample = ['policies/atlas.ts', 'policies/membership.ts', 'policies/survey-work.ts', 'fields', 'imports'].map(
  (path) => join(root, 'src/app', path),
);
const left = new Set([...generated, ...ofExample, join(root, 'scripts/init'), join(root, 'scripts/init.mjs')]);

mkdirSync(target, { recursive: true });
for (const path of copied) {
  cpSync(join(root, path), join(target, path), { recursive: true, filter: (source) => !left.has(source) });
}
cpSync(join(root, 'scripts/init/app'), join(target, 'src/app'), { recursive: true });
mkdirSync(join(target, 'prisma'));
writeFileSync(
  join(target, 'prisma/schema.prisma'),
  ownSchema(readFileSync(join(root, 'prisma/schema.prisma'), 'utf8')),
);
writeFileSync(join(target, 'package.json'), ownPackage(readFileSync(join(root, 'package.json'), 'utf8')));

console.log(`${basename(target)} is made. Next: cd ${folder} && npm ci, then docs/getting-started.md.`);

/**
 * Without the sections of the example, and without the relations of other models to them.
 * @param {string} text
 */
function ownSchema(text) {
  const [head = '', ...sections] = text.split(/^(?=\/\/ -{20,} )/m);
  const platform = sections.find((section) => section.includes(' Platform:')) ?? '';
  const gone = sections.filter((section) => section !== platform).join('');
  const models = new Set([...gone.matchAll(/^(?:model|enum) (\w+)/gm)].map(([, name]) => name));
  const lines = platform.split('\n').filter((line) => !models.has(/^ {2}\w+ +(\w+)/.exec(line)?.[1] ?? ''));
  return `${head}${lines.join('\n')}`;
}

/**
 * Without the scripts that run what is not there.
 * @param {string} text
 */
function ownPackage(text) {
  const own = JSON.parse(text);
  delete own.knip;
  for (const [name, command] of Object.entries(own.scripts)) {
    const steps = String(command)
      .split(' && ')
      .filter(
        (step) =>
          !/\btests\/|\bbench\/|\bvitest\b|scripts\/test\.mjs|npm (test|run (test|check:dead))|^knip$/.test(step),
      );
    if (steps.length === 0) delete own.scripts[name];
    else own.scripts[name] = steps.join(' && ');
  }
  return `${JSON.stringify(own, null, 2)}\n`;
}
