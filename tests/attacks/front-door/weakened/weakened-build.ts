/** A build of the server that lacks one part, and the ways to make one. */
import type { Engine } from '../../../../src/database/engine.ts';
import { mysql } from '../../../../src/database/engines/mysql.ts';
import { mysql8 } from '../../../../src/database/engines/mysql8.ts';
import { postgresql, postgresqlInC } from '../../../../src/database/engines/postgresql.ts';
import { sqlite } from '../../../../src/database/engines/sqlite.ts';
import type { Context } from '../../../../src/graphql/context.ts';
import type { LimitChanges } from '../../../../src/limits/limits.ts';
import type { listen, Listening } from '../../../../src/server/listen.ts';
import type { Weaken } from '../../../support/served.ts';
import { testEngine, type EngineName } from '../../../support/test-engine.ts';

export interface WeakenedBuild extends LimitChanges {
  readonly weaken?: Weaken;
  /** For what is a constant: puts another in its place, and back. */
  readonly replace?: () => () => void;
  readonly statementSeconds?: number;
  /** In the place of the server's own. */
  readonly listen?: (...asked: Parameters<typeof listen>) => Promise<Listening>;
  /** JavaScript that runs before a server in a process of its own. */
  readonly before?: string;
}

type Parts = Parameters<Weaken>[0];
export type Behind = Parameters<Weaken>[1];
export type PluginName = keyof Parts['plugins'];

export const without = (...names: PluginName[]): WeakenedBuild => ({
  weaken: ({ yoga, plugins }) => {
    const rest = Object.entries(plugins).filter(([name]) => !names.some((it) => it === name));
    return { yoga, plugins: Object.fromEntries(rest) };
  },
});

export const unlimited = (...names: (keyof NonNullable<LimitChanges['operations']>)[]): WeakenedBuild => ({
  operations: Object.fromEntries(names.map((name) => [name, Infinity])),
});

/** Other plugins, which run after those of the server. */
export const withPlugins = (plugins: (behind: Behind) => ReturnType<Weaken>['plugins']): WeakenedBuild => ({
  weaken: (parts, behind) => ({ yoga: parts.yoga, plugins: { ...parts.plugins, ...plugins(behind) } }),
});

type Initial = Parameters<Parts['yoga']['context']>[0];

/** What resolvers share is another. */
export const withContext = (
  change: (own: Context, initial: Initial, behind: Behind) => Partial<Context>,
): WeakenedBuild => ({
  weaken: ({ yoga, plugins }, behind) => {
    const context: typeof yoga.context = async (initial) => {
      const own = await yoga.context(initial);
      return { ...own, ...change(own, initial, behind) };
    };
    return { yoga: { ...yoga, context }, plugins };
  },
});

/** Who is signed in, found in another way. */
export const withSessions = (
  change: (sessions: Behind['platform']['sessions'], behind: Behind) => void,
): WeakenedBuild => ({
  weaken: (parts, behind) => {
    change(behind.platform.sessions, behind);
    return parts;
  },
});

/** Whichever of them a server turns out to be. */
const dialects: Record<EngineName, readonly Engine[]> = {
  sqlite: [sqlite],
  mysql: [mysql, mysql8],
  postgresql: [postgresql, postgresqlInC],
};

/** The engine of this run with other ways of its own. */
export const engineWith = (changes: Partial<Engine>): WeakenedBuild => ({
  replace: () => {
    const before = dialects[testEngine].map((engine) => ({ engine, own: Object.getOwnPropertyDescriptors(engine) }));
    for (const { engine } of before) Object.defineProperties(engine, Object.getOwnPropertyDescriptors(changes));
    return () => {
      for (const { engine, own } of before) Object.defineProperties(engine, own);
    };
  },
});
