import { afterAll, beforeAll } from 'vitest';
import { openTestPlatform, type TestPlatform } from './platform.ts';
import { requirement } from './requirements.ts';
import type { ServerName } from './test-engine.ts';

/** One application on SQLite and on a server; for tests that have the server's requirement, in a `describe` of theirs. */
export interface SideBySide {
  readonly needed: ReturnType<typeof requirement>['needed'];
  readonly here: TestPlatform;
  readonly there: TestPlatform;
}

/** @param arrange what both begin with. */
export function sideBySide(
  engine: ServerName,
  arrange: (it: TestPlatform) => Promise<void> = async () => {},
): SideBySide {
  const { location, needed } = requirement(engine);
  const open: TestPlatform[] = [];
  beforeAll(async () => {
    if (!location) return;
    for (const name of ['sqlite', engine] as const) {
      const platform = await openTestPlatform({}, name);
      open.push(platform);
      await arrange(platform);
    }
  });
  afterAll(async () => {
    for (const platform of open) await platform[Symbol.asyncDispose]();
  });
  return {
    needed,
    get here() {
      return open[0]!;
    },
    get there() {
      return open[1]!;
    },
  };
}
