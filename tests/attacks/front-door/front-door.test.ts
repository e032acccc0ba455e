/** Every attack is refused by the server as it is, and let through by the weakened build that it names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacks } from './attacks.ts';
import { attempt, openTarget, type Target } from './run.ts';
import { largest } from './values-and-floods.ts';
import { weakenedBuilds } from './weakened-builds.ts';

describe('the server', () => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget();
  });
  afterAll(() => target[Symbol.asyncDispose]());

  it.each(attacks)('withstands case $number: $title', async (attack) => {
    expect(await attempt(attack, target)).toBeUndefined();
  });

  it.each(largest)('takes case $number: $title', async (one) => {
    expect(await attempt(one, target)).toBeUndefined();
  });

  it('answers as before', async () => {
    const body = JSON.stringify({ query: '{ __typename }' });
    const response = await fetch(`${target.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

const builds = [...new Set(attacks.map(({ passes }) => passes))];

describe('a build that', () => {
  it.each(builds)('%s lets its attacks through', async (name) => {
    await using target = await openTarget(weakenedBuilds[name]);
    const survived = [];
    for (const attack of attacks.filter(({ passes }) => passes === name)) {
      if ((await attempt(attack, target)) === undefined) survived.push(attack.number);
    }
    expect(survived).toEqual([]);
  });
});
