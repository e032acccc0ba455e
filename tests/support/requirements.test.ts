import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { leftOut, requirement, unmetRequirements } from './requirements.ts';

const chromium = requirement('chromium');

describe('Chromium, where it is not missing', chromium.needed, () => {
  it('runs from the path that the requirement gives', () => {
    const { stdout } = spawnSync(chromium.location, ['--version'], { encoding: 'utf8' });
    expect(stdout).toMatch(/^(Chromium|Google Chrome)/);
  });
});

describe('TEST_REQUIRE', () => {
  it('is met by what was found', () => {
    expect(unmetRequirements({ chromium: '/usr/bin/chromium' }, 'chromium')).toEqual([]);
  });
  it('is met by anything when it is not set', () => {
    expect(unmetRequirements({}, undefined)).toEqual([]);
  });
  it('stands against a run without what it lists', () => {
    expect(unmetRequirements({}, 'chromium')).toEqual([
      'TEST_REQUIRE names chromium, which is missing: scripts/services up chromium, or set CHROMIUM to its path.',
    ]);
  });
  it('stands against a run when it lists what no test knows', () => {
    expect(unmetRequirements({}, 'netscape')).toEqual([
      'TEST_REQUIRE names "netscape", which no test knows. Known: chromium, redis, mysql, mariadbd, postgres, postgresql, fiu, faketime.',
    ]);
  });
});

it('says how to get what was left out', () => {
  expect(leftOut('chromium')).toBe('left out: chromium (scripts/services up chromium, or set CHROMIUM to its path)');
});
