import { createRequire } from 'node:module';
import type { DMMF } from '@prisma/client/runtime/client';
import { EngineError } from './engine-error.ts';

export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** What a schema says, as data. Throws P1012 with Prisma's own words when it is not valid. */
export function readDmmf(files: readonly SchemaFile[]): DMMF.Document {
  const { get_dmmf: getDmmf } = load();
  const prismaSchema = files.map(({ path, content }) => [path, content]);
  try {
    return JSON.parse(getDmmf(JSON.stringify({ prismaSchema, noColor: true }))) as DMMF.Document;
  } catch (error) {
    const { message } = error as Error;
    throw new EngineError('P1012', message.startsWith('{') ? JSON.parse(message).message : message);
  }
}

/** Read when it is wanted: it compiles 3 MB of WebAssembly. */
function load(): typeof import('@prisma/prisma-schema-wasm') {
  return createRequire(import.meta.url)('@prisma/prisma-schema-wasm');
}
