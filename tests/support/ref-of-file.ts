/** A git ref that holds one file with the text given. What is made for git goes beside the repository, not into it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface GitBeside extends Disposable {
  /** For processes that shall know these refs. */
  readonly env: NodeJS.ProcessEnv;
  refOf(file: string, text: string): string;
}

export function gitBeside(): GitBeside {
  const objects = mkdtempSync(join(tmpdir(), 'pergola-'));
  const alternates = execFileSync('git', ['rev-parse', '--path-format=absolute', '--git-path', 'objects'], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
  const env = { ...process.env, GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: alternates };
  const git = (args: string[], input: string) =>
    execFileSync('git', args, { cwd: root, input, encoding: 'utf8', env }).trim();
  return {
    env,
    refOf(file, text) {
      const blob = git(['hash-object', '-w', '--stdin'], text);
      return git(['mktree'], `100644 blob ${blob}\t${file}\n`);
    },
    [Symbol.dispose]: () => rmSync(objects, { recursive: true }),
  };
}
