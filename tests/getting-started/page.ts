/** docs/getting-started.md as what somebody does who reads it. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Block {
  readonly language: string;
  /** The file that it is about; empty for a command. */
  readonly file: string;
  readonly text: string;
}

export function readPage(): Block[] {
  const page = readFileSync(fileURLToPath(new URL('../../docs/getting-started.md', import.meta.url)), 'utf8');
  return [...page.matchAll(/^```(\w+) ?(\S*)\n([^]*?)^```$/gm)].map(([, language = '', file = '', text = '']) => ({
    language,
    file,
    text,
  }));
}

/** Writes what a block says into the file that it names. */
export function writeBlock({ language, file, text }: Block, folder: string): void {
  const path = join(folder, file);
  if (language !== 'diff') return existsSync(path) ? appendFileSync(path, `\n${text}`) : writeFileSync(path, text);
  const lines = text.trimEnd().split('\n');
  const linesWith = (unwanted: string) =>
    lines.filter((line) => !line.startsWith(unwanted)).map((line) => line.slice(1));
  const before = readFileSync(path, 'utf8');
  const [old, changed] = [linesWith('+').join('\n'), linesWith('-').join('\n')];
  if (!before.includes(old)) throw new Error(`${file} has no\n${old}`);
  writeFileSync(
    path,
    before.replace(old, () => changed),
  );
}
