/** The small Prisma schemas of `tests/schemas`, read as `prisma generate` would read them. */
import { readFileSync } from 'node:fs';
import schemaWasm from '@prisma/prisma-schema-wasm';
import type { GeneratedDatamodel } from '../../src/generated/datamodel.ts';
import type { Schema } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';

/** @param name of a file in `tests/schemas`, without `.prisma`. */
export function tinySchema(name: string): Schema {
  const text = readFileSync(new URL(`../schemas/${name}.prisma`, import.meta.url), 'utf8');
  const prismaSchema = [[`${name}.prisma`, `datasource db {\n  provider = "sqlite"\n}\n${text}`]];
  const { datamodel, mappings } = JSON.parse(schemaWasm.get_dmmf(JSON.stringify({ prismaSchema }))) as {
    datamodel: GeneratedDatamodel['datamodel'];
    mappings: { modelOperations: GeneratedDatamodel['modelOperations'] };
  };
  return readDatamodel({ datamodel, modelOperations: mappings.modelOperations });
}
