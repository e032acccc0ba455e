import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { EngineMethods, EngineOptions } from './connector.ts';
import { runScript, takeUp, type ScriptKind } from './noted-script.ts';

export interface WasmEngineOptions extends EngineOptions {
  adapters: SqlMigrationAwareDriverAdapterFactory;
  scripts: ScriptKind;
}

/** An engine of its own: it keeps the shadow schema of the last migration list it saw. */
export async function openWasmEngine({
  adapters,
  scripts,
  datamodels,
  log = () => {},
}: WasmEngineOptions): Promise<EngineMethods> {
  await load();
  let connection: SqlDriverAdapter | undefined;
  const connect = async () => {
    const opened = await adapters.connect();
    connection = opened;
    return { ...opened, executeScript: (script: string) => runScript(opened, script, scripts) };
  };
  const bound = bindMigrationAwareSqlAdapterFactory({ ...adapters, connect });
  const engine = await glue.SchemaEngine.new({ datamodels }, log, bound);
  const applyMigrations: EngineMethods['applyMigrations'] = async (input) => {
    const resumed = connection ? await takeUp(connection, input.migrationsList, scripts) : [];
    const { appliedMigrationNames } = await glue.SchemaEngine.prototype.applyMigrations.call(engine, input);
    return { appliedMigrationNames: [...resumed, ...appliedMigrationNames] };
  };
  return Object.defineProperties(engine, {
    release: { value: async () => connection?.dispose() },
    applyMigrations: { value: applyMigrations },
  }) as glue.SchemaEngine & Pick<EngineMethods, 'release'>;
}

/** The commit of prisma-engines that the engine was built from. */
export async function engineVersion(): Promise<string> {
  await load();
  return glue.version();
}

/** TypeScript knows it only together with a browser's DOM. */
declare const WebAssembly: {
  instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

let loading: Promise<void> | undefined;

/** Once a process, and only when wanted: 40 ms and 30 MB. */
function load(): Promise<void> {
  loading ??= instantiate();
  return loading;
}

/** By hand, because Node imports `.wasm` files only behind a flag. */
async function instantiate(): Promise<void> {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const bytes = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...glue } });
  // A panicking engine looks here for somebody to tell, then stops in the middle of its promise, which never settles.
  Reflect.set(globalThis, 'PRISMA_WASM_PANIC_REGISTRY', { set_message: panic });
  const { __wbg_set_wasm: connect } = glue;
  connect(instance.exports);
  const { __wbindgen_start: start } = instance.exports;
  if (typeof start === 'function') start();
}

function panic(message: string): never {
  throw new Error(`Prisma's schema engine panicked: ${message}`);
}
