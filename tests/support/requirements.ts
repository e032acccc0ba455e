/**
 * What some tests need and a bare machine may lack. A missing one leaves its tests out, by name, in the closing
 * lines; one that `TEST_REQUIRE` lists stops the run instead.
 */
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, inject } from 'vitest';
import { servers, testEngine, withServer, type EngineName, type ServerName } from './test-engine.ts';

interface Requirement {
  /** A path or URL, or undefined when there is none. */
  find(): string | undefined | Promise<string | undefined>;
  /** How to get it, to follow its name. */
  remedy: string;
}

const chromiumPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Debian has a folder for each version. */
const postgresPrograms = () => [
  ...(existsSync('/usr/lib/postgresql')
    ? readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin/postgres`)
    : []),
  '/usr/local/bin/postgres',
  '/opt/homebrew/bin/postgres',
];

/** Debian has a folder for each kind of processor. */
const librariesOf = (name: string) =>
  ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((machine) => `/usr/lib/${machine}/${name}`);

const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

type Name = 'chromium' | 'redis' | 'mysql' | 'postgresql' | 'mariadbd' | 'postgres' | 'fiu' | 'faketime';

const requirements: Record<Name, Requirement> = {
  chromium: {
    find: () => [process.env.CHROMIUM ?? chromiumPaths].flat().find((path) => existsSync(path)),
    remedy: 'scripts/services up chromium, or set CHROMIUM to its path',
  },
  redis: {
    find: async () => ((await listens(redisUrl)) ? redisUrl : undefined),
    remedy: 'scripts/services up redis, or set TEST_REDIS_URL',
  },
  mysql: {
    find: () => answering('mysql'),
    remedy: 'scripts/services up mysql, or set TEST_MYSQL_URL',
  },
  mariadbd: {
    find: () =>
      ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd', '/opt/homebrew/bin/mariadbd'].find((path) => existsSync(path)),
    remedy: 'install mariadb-server: tests start one of their own',
  },
  postgres: {
    find: () => postgresPrograms().find((path) => existsSync(path)),
    remedy: 'install postgresql: tests start one of their own',
  },
  postgresql: {
    find: () => answering('postgresql'),
    remedy: 'scripts/services up postgresql, or set TEST_POSTGRES_URL',
  },
  fiu: {
    find: () => ['/usr/bin/fiu-ctrl'].find((path) => existsSync(path)),
    remedy: 'scripts/services up fiu',
  },
  faketime: {
    find: () => librariesOf('faketime/libfaketimeMT.so.1').find((path) => existsSync(path)),
    remedy: 'scripts/services up faketime',
  },
};

export type RequirementName = Name;

/** Where each one is; without the missing ones. */
export type Found = Partial<Record<RequirementName, string>>;

declare module 'vitest' {
  interface ProvidedContext {
    requirements: Found;
  }
  interface TaskMeta {
    requirement?: RequirementName;
    /** Why this engine has no such test. */
    leftOutHere?: string;
    /** What is asserted otherwise of this engine. */
    differsHere?: readonly string[];
  }
}

/**
 * For the test file that needs it:
 *
 *     const chromium = requirement('chromium');
 *     describe('GraphiQL', chromium.needed, () => {
 *       beforeAll(() => launch({ executablePath: chromium.location }));
 */
export function requirement(name: RequirementName) {
  const location = inject('requirements')[name];
  return {
    needed: { skip: location === undefined, meta: { requirement: name } },
    /** Empty when it is missing: what reads it then is skipped. */
    location: location ?? '',
  };
}

/** For a test that has a meaning on these engines only; why, stands in the closing lines of a run on another server. */
export function only(engines: readonly EngineName[], why: string) {
  const here = engines.includes(testEngine);
  return { skip: !here, meta: here || testEngine === 'sqlite' ? {} : { leftOutHere: why } };
}

export const onSqlite = (why: string) => only(['sqlite'], why);

/** What a file asserts of one engine and not of another; why, stands in the closing lines of a run on a server. */
export function byEngine<T>(why: string, expected: Readonly<Record<EngineName, T>>): T {
  if (!isDeepStrictEqual(expected[testEngine], expected.sqlite)) {
    // Vitest reads from these braces that no fixture is wanted.
    // oxlint-disable-next-line no-empty-pattern
    beforeAll(({}, { meta }) => {
      meta.differsHere = [...(meta.differsHere ?? []), why];
    });
  }
  return expected[testEngine];
}

/** Whether the tests may create databases there. */
async function answering(engine: ServerName): Promise<string | undefined> {
  const server = servers[engine];
  try {
    await withServer(server, (beside) => beside.run('SELECT 1'));
    return server.url('');
  } catch {
    return undefined;
  }
}

/** Looks for all of them, once a run, in the main process. */
export async function findRequirements(): Promise<Found> {
  const found: Found = {};
  for (const name of names) {
    const location = await requirements[name].find();
    if (location !== undefined) found[name] = location;
  }
  return found;
}

/** What stands against running with this `TEST_REQUIRE`. */
export function unmetRequirements(found: Found, required = ''): string[] {
  return required
    .split(',')
    .filter(Boolean)
    .flatMap((name) => {
      if (!isName(name)) return [`TEST_REQUIRE names "${name}", which no test knows. Known: ${names.join(', ')}.`];
      return found[name] === undefined
        ? [`TEST_REQUIRE names ${name}, which is missing: ${requirements[name].remedy}.`]
        : [];
    });
}

function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port || 6379), hostname);
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket
      .setTimeout(1_000, () => end(false))
      .once('connect', () => end(true))
      .once('error', () => end(false));
  });
}

export const leftOut = (name: RequirementName) => `left out: ${name} (${requirements[name].remedy})`;

const names = Object.keys(requirements).filter(isName);

function isName(name: string): name is RequirementName {
  return Object.hasOwn(requirements, name);
}
