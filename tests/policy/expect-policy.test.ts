import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { application } from '../../src/app/index.ts';
import { personas } from '../../src/app/personas.ts';
import { policyExpectations } from '../../src/policy/expect-policy.ts';
import { designOf } from '../../src/server/platform.ts';

const expectPolicy = policyExpectations(designOf(application), personas);

describe('an expectation that is not met', () => {
  it.each([
    [
      () => expectPolicy('guest').on('Observation').canRead('internalNote'),
      'guest should have the right Observation.internalNote read: it is "never", not "at least sometimes".',
    ],
    [
      () => expectPolicy('member').on('Survey').canRead(undefined, { when: 'public' }),
      'member should have the right Survey read: it is "public or members of its organization", not "public".',
    ],
    [
      () => expectPolicy('admin').on('Survey').cannotDelete(),
      'admin should not have the right Survey delete: it is "always", not "never".',
    ],
    [
      () => expectPolicy('guest').on('Observation').canFilterBy('internalNote'),
      'guest should have the right Observation.internalNote filter: it is "never", not "at least sometimes".',
    ],
  ])('says the right, what is granted, and what was expected', (expectation, message) => {
    expect(expectation).toThrow(expect.objectContaining({ name: 'AssertionError', message }));
  });

  it('stops those that follow', () => {
    expect(() => expectPolicy('guest').on('Survey').cannotCreate().canDelete().cannotRead()).toThrow('Survey delete');
  });
});

describe('what does not compile', () => {
  it('is a model, a field or a persona that is misspelt', () => {
    // @ts-expect-error misspelt
    expect(() => expectPolicy('guest').on('Observatoin').canRead()).toThrow('There is no right Observatoin read');
    // @ts-expect-error misspelt
    expect(() => expectPolicy('guest').on('Observation').canRead('valeu')).toThrow('Observation.valeu');
    // @ts-expect-error misspelt
    expect(() => expectPolicy('geust').on('Observation').canRead('value')).toThrow('of geust');
  });
});

describe('pergola policy test', () => {
  const run = async (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'policy', 'test', ...args]).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );

  it('runs the tests of the app', async () => {
    const { code, stdout } = await run('--json', 'tests/app/policies.test');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ passed: 5, failed: 0, failures: [] });
  });

  it('says when there are none', async () => {
    const { code, stderr } = await run('no-such-file');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no test under tests/ whose path holds "no-such-file".');
  });
});
