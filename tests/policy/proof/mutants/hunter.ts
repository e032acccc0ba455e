/**
 * A process that hunts in one weakened build after the other. Each build is a folder of its own and brings its own
 * proof; the packages, which cost the most to load, are loaded once.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as hunting from './hunt.ts';

export interface Order {
  readonly folder: string;
  readonly seed: number;
  readonly mostRuns: number;
}

process.on('message', ({ folder, seed, mostRuns }: Order) => {
  const file = join(folder, 'tests/policy/proof/mutants/hunt.ts');
  void import(pathToFileURL(file).href)
    .then(({ hunt }: typeof hunting) => hunt(seed, mostRuns))
    // Thrown where nothing catches it: the process ends, and whoever waits for it hears of that.
    .then(
      (it) => process.send!(it),
      (error: unknown) =>
        queueMicrotask(() => {
          throw error;
        }),
    );
});
