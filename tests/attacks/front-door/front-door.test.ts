/** Every attack is refused by the server as it is, and let through by the weakened build that it names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacks } from './attacks.ts';
import { openTarget } from './open-target.ts';
import { attempt, builds, serverOf, survivorsOf } from './run.ts';
import type { ServerName } from './servers.ts';
import { servers } from './servers.ts';

describe.each(Object.keys(servers) as ServerName[])('the server %s', (name) => {
  let target: Awaited<ReturnType<typeof openTarget>>;
  beforeAll(async () => {
    target = await openTarget(name);
  });
  afterAll(() => target[Symbol.asyncDispose]());

  it.each(attacks.filter((attack) => serverOf(attack) === name))('withstands case $number: $title', async (attack) => {
    expect(await attempt(attack, target)).toBeUndefined();
  });
});

/** Each starts servers of its own: one in four here, and all in `npm run attacks`, which takes two minutes more. */
const someBuilds = builds.filter((_, at) => at % 4 === 0);

describe('a build that', () => {
  it.each(someBuilds)('%s lets its attacks through', async (name) => {
    expect(await survivorsOf(name)).toEqual([]);
  });
});
