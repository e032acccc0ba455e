import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Edit, Mutant } from './mutant.ts';

const root = join(import.meta.dirname, '../../../..');
/** All that the proof needs to run. */
const copied = ['package.json', 'src', 'prisma', 'tests/policy/proof', 'tests/support'];

/** A copy of the house and of its proof. */
export interface WeakenedBuild extends Disposable {
  readonly folder: string;
}

/** @throws Error for a mutant whose text does not stand exactly once in its file. */
export function weakenedBuild(mutant: Mutant): WeakenedBuild {
  const folder = mkdtempSync(join(tmpdir(), 'pergola-mutant-'));
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const edit of mutant.edits) {
    const path = join(folder, 'src', edit.file);
    writeFileSync(path, edited(readFileSync(path, 'utf8'), edit, mutant));
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

function edited(text: string, { file, find, replace }: Edit, { name }: Mutant): string {
  const count = text.split(find).length - 1;
  if (count === 1) return text.replace(find, () => replace);
  throw new Error(`The mutant "${name}" looks for a text that stands ${count} times in src/${file}:\n${find}`);
}
