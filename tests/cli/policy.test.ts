/** `pergola policy`: what a review reads, and what CI goes by. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockDifference } from '../../src/policy/lock-difference.ts';
import { parseLock } from '../../src/policy/lock.ts';
import { gitBeside, root } from '../support/ref-of-file.ts';

const lock = readFileSync(join(root, 'policy.lock'), 'utf8');

describe('the difference between two locks', () => {
  const between = (before: string, after: string) => lockDifference(parseLock(before), parseLock(after));

  it.each([
    ['Note.text read guest=never', 'Note.text read guest=always', 'Note.text becomes readable by guest'],
    [
      'Note.text read guest=always',
      'Note.text read guest=never',
      'Note.text is no longer readable by guest (was: always)',
    ],
    ['Note read ed=never', 'Note read ed="their own"', 'Note becomes readable by ed where: their own'],
    ['Note read ed="their own"', 'Note read ed=always', 'Note becomes readable by ed always (was: their own)'],
    ['', 'Note delete ed=always', 'Note becomes deletable by ed'],
    ['Note delete ed=always', '', 'Note is no longer deletable by ed (was: always)'],
    ['platform explain guest=never', 'platform explain guest=always', 'guest gets the right explain'],
    ['platform schema:read ed=always', 'platform schema:read ed=never', 'ed no longer has the right schema:read'],
  ])('%s > %s', (before, after, sentence) => {
    expect(between(before, after)).toEqual([sentence]);
  });

  it('is nothing for one and the same', () => {
    expect(between(lock, lock)).toEqual([]);
  });
});

describe('the command', () => {
  const git = gitBeside();
  afterAll(() => git[Symbol.dispose]());
  const pergola = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words], {
      cwd: root,
      encoding: 'utf8',
      env: git.env,
    });
    return { status, stdout, stderr };
  };

  it('says in words what changes since a git ref, and exits with 3', () => {
    const before = lock.replace(/^(Tag update .*guest=)never$/m, '$1always');
    expect(before).not.toBe(lock);
    const ref = git.refOf('policy.lock', before);
    const sentence = 'Tag is no longer updatable by guest (was: always)';
    expect(pergola('policy', 'diff', ref)).toEqual({ status: 3, stdout: `${sentence}\n`, stderr: '' });
  });

  it('finds the committed lock current', () => {
    expect(pergola('policy', 'diff')).toEqual({ status: 0, stdout: 'Nothing changes.\n', stderr: '' });
  });

  it('shows the rights on one model', () => {
    const { status, stdout } = pergola('policy', 'show', 'Tag', '--json');
    const { lines } = JSON.parse(stdout) as { lines: { model: string; verb: string; grants: object }[] };
    expect([status, new Set(lines.map(({ model }) => model))]).toEqual([0, new Set(['Tag'])]);
    expect(lines[0]).toMatchObject({ verb: 'read', grants: { guest: 'always' } });
  });
});
