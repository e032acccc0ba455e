import { execFileSync } from 'node:child_process';
import { root } from './house.ts';

/** The text of a file of the repository as it was at a git ref; undefined when there is no such ref or file. */
export function fileAtRef(ref: string, file: string): string | undefined {
  try {
    // What begins with a dash would be an option of git's.
    return execFileSync('git', ['show', '--end-of-options', `${ref}:${file}`], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 100_000_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}
