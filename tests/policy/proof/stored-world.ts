import { testEngine, type EngineName } from '../../support/test-engine.ts';
import type { World } from './world.ts';
import { storeInFile } from './world-in-file.ts';
import { storeOnServer } from './world-on-server.ts';

/** What is asked: this run's engine, or the ones that PROOF_ENGINES lists (`sqlite,mysql,postgresql`). */
const provedOn = (process.env['PROOF_ENGINES']?.split(',') ?? [testEngine]) as readonly EngineName[];

/** The tables of a shape on one engine. They have no foreign keys, so an optional relation may dangle. */
export interface WorldStore extends AsyncDisposable {
  readonly url: string;
  /** Puts these rows in the place of all others. */
  write(world: World): Promise<void>;
  /** All rows as they are stored, a line each. */
  dump(): Promise<string[]>;
}

/** One world on every engine that is asked. */
export interface StoredWorld extends AsyncDisposable {
  readonly urls: readonly string[];
  write(world: World): Promise<void>;
  dump(): Promise<string>;
}

export async function storeWorld(world: World): Promise<StoredWorld> {
  const stores = await Promise.all(
    provedOn.map((engine) => (engine === 'sqlite' ? storeInFile(world.shape) : storeOnServer(world.shape, engine))),
  );
  const write = async (it: World) => void (await Promise.all(stores.map((store) => store.write(it))));
  await write(world);
  return {
    urls: stores.map(({ url }) => url),
    write,
    async dump() {
      const lines = await Promise.all(stores.map((store) => store.dump()));
      return lines.flatMap((them, at) => them.toSorted().map((line) => `${provedOn[at]} ${line}`)).join('\n');
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store[Symbol.asyncDispose]();
    },
  };
}
