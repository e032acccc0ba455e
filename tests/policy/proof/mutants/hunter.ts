/**
 * A process that hunts in one weakened build after the other. Each build is a folder of its own and brings its own
 * proof; the packages, which cost the most to load, are loaded once.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EngineName } from '../../../support/test-engine.ts';
import type * as hunting from './hunt.ts';

export interface Order extends hunting.HuntOptions {
  readonly folder: string;
  readonly engine: EngineName;
}

process.on('message', ({ folder, engine, ...options }: Order) => {
  // Each build reads it as it is loaded.
  process.env['PROOF_ENGINES'] = engine;
  void huntIn(folder, options).then((it) => process.send!(it));
});

/** What it throws nothing catches: the process ends, and whoever waits for it hears of that. */
async function huntIn(folder: string, options: hunting.HuntOptions): Promise<hunting.Hunt> {
  const file = join(folder, 'tests/policy/proof/mutants/hunt.ts');
  const { hunt } = (await import(pathToFileURL(file).href)) as typeof hunting;
  return hunt(options);
}
