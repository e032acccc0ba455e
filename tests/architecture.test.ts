/** What design.md, section 3, says of the house, checked on every file under src. Each failure says the remedy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf, type Token, tokenize } from './support/tokens.ts';

interface Floor {
  /** Paths inside src; a folder ends in a slash. */
  holds: string[];
  /** Of the floors after it, only these. */
  importedOnlyBy?: string[];
  /** Packages that would bring in what the floor is free of. */
  withoutPackages?: RegExp;
}

/** From the ground up: a floor imports itself and floors before it, types included. */
const floors: Floor[] = [
  { holds: ['errors.ts', 'config.ts'] },
  { holds: ['generated/'] },
  { holds: ['model/'] },
  { holds: ['policy/'], withoutPackages: /^(graphql|kysely|@pothos\/.*|@prisma\/.*)$/ },
  { holds: ['database/'] },
  { holds: ['auth/'] },
  { holds: ['limits/'] },
  { holds: ['import/'] },
  { holds: ['graphql/'] },
  {
    holds: ['app/'],
    importedOnlyBy: ['main.ts', 'index.ts', 'cli/'],
  },
  { holds: ['server/'] },
  { holds: ['cli/'] },
  { holds: ['main.ts', 'index.ts'] },
];
/** Knows only api.graphql: imports nothing of the house, and nothing of the house imports it. */
const outsideTheHouse = 'sdk/';

const exampleModels = words(
  'Country Language Currency City Organization Membership Survey Site Observation Comment Tag',
);
const platformModels = words(
  'User RoleGrant Session ApiToken MailedLink TotpSecret RecoveryCode AuditEntry IdempotencyRecord Import',
);
const namesExampleModels = ['app/'];
const namesPlatformModels = [
  'app/',
  'auth/',
  'database/write/audit.ts',
  'database/write/idempotency.ts',
  'import/import-log.ts',
];

const namesEngines = ['database/', 'config.ts'];
/** May import a generated client by its path, which holds an engine's name. */
const importsGeneratedClients = ['graphql/builder.ts'];
/** The SDK runs where there is no configuration of ours; it asks for NODE_ENV, which bundlers fill in. */
const readsEnvironment = ['config.ts', 'sdk/warn-of-drift.ts'];
/** In one file at most. */
const sendsRawText = 'database/';
const maxLines = 350;

describe('the house', () => {
  const house = sourceFiles(fileURLToPath(new URL('../src', import.meta.url)));

  it('imports only downwards', () => {
    expect(house.flatMap(wrongImports)).toEqual([]);
  });
  it('names a model of the example app in src/app only', () => {
    expect(house.flatMap(namedModels)).toEqual([]);
  });
  it('names an engine in src/database and src/config.ts only', () => {
    expect(house.flatMap(namedEngines)).toEqual([]);
  });
  it('reads the environment in src/config.ts only', () => {
    expect(house.flatMap(environmentReads)).toEqual([]);
  });
  it('sends raw SQL text from one file at most', () => {
    expect(rawStatements(house)).toEqual([]);
  });
  it('has no file that hides a noun', () => {
    expect(house.flatMap(longFiles)).toEqual([]);
  });
  it('lists every model of prisma/schema.prisma as one of the example app or of the platform', () => {
    const schema = readFileSync(new URL('../prisma/schema.prisma', import.meta.url), 'utf8');
    const models = [...schema.matchAll(/^(?:model|view) (\w+)/gm)].map((match) => match[1]);
    const remedy = 'Add the model to one of the two lists at the top of this file.';
    expect(new Set(models), remedy).toEqual(new Set([...exampleModels, ...platformModels]));
  });
  it('keeps type tests where vitest looks for them', () => {
    const tests = readdirSync(fileURLToPath(new URL('.', import.meta.url)), { recursive: true, encoding: 'utf8' });
    const strays = tests.filter((path) => path.endsWith('.test-d.ts') && !path.startsWith(`types${sep}`));
    expect(strays, 'Move it to tests/types: elsewhere nothing runs it.').toEqual([]);
  });
});

describe('the checks', () => {
  it.each([
    ['model/a.ts', "import { b } from '../graphql/b.ts';", 'imports src/graphql/b.ts'],
    ['model/a.ts', "\n\nimport type { B } from '../graphql/b.ts';", 'src/model/a.ts:3 imports src/graphql/b.ts'],
    ['limits/a.ts', "export * from '../server/b.ts';", 'imports src/server/b.ts'],
    ['auth/a.ts', "const b = await import('../cli/b.ts');", 'imports src/cli/b.ts'],
    ['server/a.ts', "import '../app/personas.ts';", 'imports src/app/personas.ts'],
    ['sdk/a.ts', "import '../errors.ts';", 'imports src/errors.ts'],
    ['cli/a.ts', "import '../sdk/client.ts';", 'imports src/sdk/client.ts'],
    [
      'policy/a.ts',
      "import type { Decimal } from '@prisma/client/runtime/client';",
      'imports @prisma/client/runtime/client',
    ],
    ['utils/a.ts', '', 'stands on no floor'],
    ['graphql/a.ts', 'type City = 1;', 'names the model City'],
    ['graphql/a.ts', "f('City.name');", 'names the model City'],
    ['graphql/a.ts', 'f(`${x ? `a${{}}` : City}`);', 'names the model City'],
    ['server/a.ts', 'database.apiToken.findMany();', 'names the model ApiToken'],
    ['server/a.ts', 'let a: User;', 'names the model User'],
    ['import/a.ts', "if (engine === 'postgresql') f();", 'names the engine "postgresql"'],
    ['cli/a.ts', "import type { C } from '../generated/sqlite/client.ts';", 'names the engine'],
    ['server/a.ts', 'process.env.PORT;', 'reads the environment'],
    ['server/a.ts', 'const { env } = process;', 'reads the environment'],
    ['server/a.ts', "import { env } from 'node:process';", 'reads the environment'],
    ['import/a.ts', 'db.$queryRawUnsafe(text);', 'uses $queryRawUnsafe'],
  ])('find what is wrong in %s: %j', (path, text, expected) => {
    expect(problemsOf(path, text)).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ['graphql/a.ts', "import type { Model } from '../model/model.ts';\nimport { b } from './b.ts';\nimport 'kysely';"],
    [
      'app/policies/a.ts',
      "import { policy } from '../../policy/policy.ts';\nimport { builder } from '../../graphql/builder.ts';",
    ],
    ['cli/a.ts', "import { personas } from '../app/personas.ts';"],
    ['database/a.ts', "import { PrismaClient } from '../generated/sqlite/client.ts';\nclient.$queryRawUnsafe(sqlite);"],
    ['graphql/builder.ts', "import type { Prisma } from '../generated/sqlite/client.ts';"],
    ['auth/a.ts', "import type { Session, User } from 'lucia';\nclient.session.create();"],
    ['config.ts', 'process.env.DATABASE_URL;'],
    [
      'server/a.ts',
      "// City, sqlite\n/* process.env */\nconst a = 'Session expired'; const cityName = a.replace(/['\"`]/g, '');\nimport.meta.env;",
    ],
  ])('find nothing in %s: %j', (path, text) => {
    expect(problemsOf(path, text)).toEqual([]);
  });

  it('find a file of 351 lines', () => {
    expect(problemsOf('import/a.ts', 'a;\n'.repeat(350))).toEqual([]);
    expect(problemsOf('import/a.ts', 'a;\n'.repeat(351))).toEqual([expect.stringContaining('has 351 lines')]);
  });

  it('find the second file that sends raw text', () => {
    const files = ['database/a.ts', 'database/b.ts'].map((path) => sourceFile(path, 'db.$executeRawUnsafe(text);'));
    expect(rawStatements(files)).toEqual([expect.stringContaining('src/database/b.ts:1')]);
  });
});

interface SourceFile {
  /** Inside src, with forward slashes. */
  path: string;
  lines: number;
  tokens: Token[];
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, inside: relative(folder, path).split(sep).join('/') }))
    .filter(({ inside }) => !/(^|\/)generated\//.test(inside))
    .map(({ path, inside }) => sourceFile(inside, readFileSync(path, 'utf8')));
}

function sourceFile(path: string, text: string): SourceFile {
  return { path, lines: text.replace(/\n$/, '').split('\n').length, tokens: tokenize(text) };
}

function problemsOf(path: string, text: string): string[] {
  const file = sourceFile(path, text);
  const checks = [wrongImports, namedModels, namedEngines, environmentReads, longFiles];
  return [...checks.flatMap((check) => check(file)), ...rawStatements([file])];
}

function wrongImports(file: SourceFile): string[] {
  const own = floorOf(file.path);
  if (own === -1 && !isIn(file.path, [outsideTheHouse])) {
    return [
      problem(
        file,
        1,
        'stands on no floor',
        'Move it to the floor it belongs to, or add its folder to the floors here.',
      ),
    ];
  }
  return importsOf(file.tokens).flatMap(({ text, line }) => {
    if (!text.startsWith('.')) {
      const unwanted = floors[own]?.withoutPackages?.test(text);
      return unwanted ? [problem(file, line, `imports ${text}`, 'Hand it plain data from a later floor instead.')] : [];
    }
    const target = posix.join(posix.dirname(file.path), text);
    // What lies beside src is no floor; the compiler's rootDir keeps it out.
    if (target.startsWith('..')) return [];
    const reason = whyNot(file.path, target);
    return reason === undefined ? [] : [problem(file, line, `imports src/${target}`, reason)];
  });
}

/** The reason and the remedy, or undefined when one may import the other. */
function whyNot(from: string, to: string): string | undefined {
  const [leaves, enters] = [from, to].map((path) => isIn(path, [outsideTheHouse]));
  if (leaves && enters) return undefined;
  if (leaves) return 'The SDK knows only api.graphql: copy what it needs, or generate it with codegen.ts.';
  if (enters) return 'The SDK is published on its own: use what it is generated from.';
  const [own, other] = [floorOf(from), floorOf(to)];
  const otherFloor = floors[other];
  if (own === other) return undefined;
  if (other > own)
    return 'That floor comes later: move what is shared to the earlier one, or pass it in as an argument.';
  if (otherFloor?.importedOnlyBy && !isIn(from, otherFloor.importedOnlyBy)) {
    return `Only ${otherFloor.importedOnlyBy.join(', ')} may: take it as an argument from there.`;
  }
  return undefined;
}

const delegateMethods = /^(find|create|update|upsert|delete|count$|aggregate$|groupBy$)/;

function namedModels(file: SourceFile): string[] {
  const forbidden = [
    ...(isIn(file.path, namesExampleModels) ? [] : exampleModels),
    ...(isIn(file.path, namesPlatformModels) ? [] : platformModels),
  ];
  const delegates = new Map(forbidden.map((name) => [name.charAt(0).toLowerCase() + name.slice(1), name]));
  return file.tokens.flatMap(({ kind, text, line }, index) => {
    // A sentence may begin with such a word; a path such as "City.name" may not.
    const parts = kind === 'string' ? (/^[\w$.]+$/.test(text) ? text.split('.') : []) : [text];
    const method =
      file.tokens[index - 1]?.text === '.' && file.tokens[index + 1]?.text === '.' && file.tokens[index + 2]?.text;
    const delegate = method && delegateMethods.test(method) ? delegates.get(text) : undefined;
    const name = delegate ?? forbidden.find((model) => parts.includes(model));
    const remedy = 'Take the model from the datamodel or as an argument; what is about one model belongs to src/app.';
    return name ? [problem(file, line, `names the model ${name}`, remedy)] : [];
  });
}

function namedEngines(file: SourceFile): string[] {
  if (isIn(file.path, namesEngines)) return [];
  const imports = isIn(file.path, importsGeneratedClients) ? importsOf(file.tokens) : [];
  return file.tokens.flatMap((token) => {
    if (!/sqlite|libsql|mysql|mariadb|postgres/i.test(token.text)) return [];
    if (imports.includes(token) && token.text.includes('/generated/')) return [];
    return [
      problem(file, token.line, `names the engine "${token.text}"`, 'Ask src/database for a capability instead.'),
    ];
  });
}

function environmentReads(file: SourceFile): string[] {
  if (isIn(file.path, readsEnvironment)) return [];
  const imports = new Set(importsOf(file.tokens));
  return file.tokens.flatMap((token, index) => {
    const reads =
      (token.text === 'process' && file.tokens[index - 1]?.text === '=') ||
      (token.text === 'process' && file.tokens.slice(index + 1, index + 4).some(({ text }) => text === 'env')) ||
      (imports.has(token) && /^(node:)?process$/.test(token.text));
    return reads
      ? [problem(file, token.line, 'reads the environment', 'Add the setting to src/config.ts and take it from there.')]
      : [];
  });
}

function rawStatements(files: SourceFile[]): string[] {
  const uses = files.flatMap((file) => {
    const use = file.tokens.find(({ text }) => /^\$(query|execute)RawUnsafe$/.test(text));
    return use ? [{ file, use }] : [];
  });
  const allowed = uses.find(({ file }) => isIn(file.path, [sendsRawText]));
  return uses
    .filter((use) => use !== allowed)
    .map(({ file, use }) =>
      problem(
        file,
        use.line,
        `uses ${use.text}`,
        `Call ${allowed ? `src/${allowed.file.path}` : 'the one file of src/database that may'}.`,
      ),
    );
}

function longFiles(file: SourceFile): string[] {
  return file.lines > maxLines
    ? [problem(file, file.lines, `has ${file.lines} lines`, 'Ask which noun it hides, and give that its own file.')]
    : [];
}

function problem(file: SourceFile, line: number, fact: string, remedy: string): string {
  return `src/${file.path}:${line} ${fact}. ${remedy}`;
}

function floorOf(path: string): number {
  return floors.findIndex((floor) => isIn(path, floor.holds));
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));
}

function words(list: string): string[] {
  return list.split(' ');
}
