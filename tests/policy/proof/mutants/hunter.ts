/**
 * A process that hunts in one weakened build after the other. Each build is a folder of its own and brings its own
 * proof; the packages, which cost the most to load, are loaded once.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as hunting from './hunt.ts';

export interface Order extends hunting.HuntOptions {
  readonly folder: string;
}

process.on('message', ({ folder, ...options }: Order) => {
  void huntIn(folder, options).then((it) => process.send!(it));
});

/** What it throws nothing catches: the process ends, and whoever waits for it hears of that. */
async function huntIn(folder: string, options: hunting.HuntOptions): Promise<hunting.Hunt> {
  const file = join(folder, 'tests/policy/proof/mutants/hunt.ts');
  const { hunt } = (await import(pathToFileURL(file).href)) as typeof hunting;
  return hunt(options);
}
