/**
 * The program that Prisma's CLI runs as its schema engine: see scripts/schema-engine.mjs.
 *
 *   schema-engine --version
 *   schema-engine --datasource '{"url":"file:./a.db"}' cli can-connect-to-database | create-database
 *   schema-engine --datasource '{"url":"file:./a.db"}' [--datamodels a.prisma]...      then JSON-RPC on stdin and stdout
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connectorFor } from './connector-for.ts';
import { describeError } from './engine-error.ts';
import { serveJsonRpc } from './json-rpc.ts';
import { openSchemaEngine, type SchemaEngine } from './schema-engine.ts';
import { engineVersion } from './wasm-engine.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    datamodels: { type: 'string', multiple: true, default: [] },
    datasource: { type: 'string', default: '{}' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
    version: { type: 'boolean' },
  },
});

if (values.version) process.stdout.write(`schema-engine-cli ${await engineVersion()}\n`);
else if (positionals[0] === 'cli') await runCommand(positionals[1]);
else await serve();

async function runCommand(command: string | undefined): Promise<void> {
  try {
    const connector = connectorFor(databaseUrl());
    await (command === 'create-database' ? connector.create() : connector.check());
  } catch (error) {
    const { message, code } = describeError(error);
    // The CLI skips the first line, and reads each other one as JSON.
    logError({ message: `${command} failed.` });
    logError({ message, error_code: code });
    process.exitCode = 1;
  }
}

async function serve(): Promise<void> {
  // A WebAssembly engine that refuses its parameters, or panics, throws past its promise, which then never settles.
  // The request must be answered all the same: from an engine that only ends, `migrate diff` takes success.
  const failure = new Promise<never>((_, fail) => process.once('uncaughtException', fail));
  let engine: SchemaEngine | undefined;

  await serveJsonRpc({
    input: process.stdin,
    output: process.stdout,
    async answer(method, params, cli) {
      engine ??= openEngine();
      if (!isMethod(engine, method)) throw new Error(`This schema engine has no method ${method}.`);
      // Unchecked: the CLI and the engine are pinned to one version, and the engine itself refuses what it cannot read.
      const result: unknown = await Promise.race([failure, Reflect.apply(engine[method], undefined, [params])]);
      if (!isPrintable(result)) return result;
      // The CLI prints a difference when it is asked to, and not from the answer.
      await cli.request('print', { content: result.stdout });
      return { ...result, stdout: null };
    },
  });
}

function openEngine(): SchemaEngine {
  const datamodels = values.datamodels.map((path): [string, string] => [path, readFileSync(path, 'utf8')]);
  const log = (line: string) => process.stderr.write(line);
  return openSchemaEngine({ url: databaseUrl(), datamodels: datamodels.length > 0 ? datamodels : undefined, log });
}

function isMethod(engine: SchemaEngine, name: string): name is keyof SchemaEngine {
  return Object.hasOwn(engine, name);
}

function isPrintable(result: unknown): result is { stdout: string } {
  return typeof result === 'object' && result !== null && 'stdout' in result && typeof result.stdout === 'string';
}

function databaseUrl(): string {
  const { url = '' }: { url?: string } = JSON.parse(values.datasource);
  return url;
}

/** One line as the native engine logs it. */
function logError(fields: { message: string; error_code?: string | undefined }): void {
  process.stderr.write(`${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}\n`);
}
