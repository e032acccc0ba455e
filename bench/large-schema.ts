import { get_dmmf } from '@prisma/prisma-schema-wasm';
import type { GraphQLSchema } from 'graphql';
import type { GeneratedDatamodel } from '../src/generated/datamodel.ts';
import { buildApi } from '../src/graphql/build-api.ts';
import type { Schema } from '../src/model/model.ts';
import { readDatamodel } from '../src/model/read-datamodel.ts';
import { checkPolicies } from '../src/policy/check.ts';
import type { PolicyDraft } from '../src/policy/policy.ts';

/** A schema that is larger than most: a ring of models with 15 fields each, so that paths through relations never end. */
export function largeSchema(models: number): string {
  const parentOf = (at: number) => (at + models - 1) % models;
  const modelText = (at: number) => `model M${at} {
  id       String    @id
  title    String
  body     String?
  count    Int
  total    BigInt
  amount   Decimal
  flag     Boolean
  at       DateTime
  day      DateTime?
  status   Status
  details  Json?
  ownerId  String
  parentId String
  parent   M${parentOf(at)} @relation("r${at}", fields: [parentId], references: [id])
  children M${(at + 1) % models}[] @relation("r${(at + 1) % models}")
}`;
  return `datasource db {
  provider = "sqlite"
}
generator pergola {
  provider = "node --import tsx src/model/generator.ts"
  output   = "./src/generated"
}
enum Status {
  OPEN
  DONE
}
${Array.from({ length: models }, (_, at) => modelText(at)).join('\n')}`;
}

export interface Dmmf {
  readonly datamodel: GeneratedDatamodel['datamodel'];
  readonly mappings: Pick<GeneratedDatamodel, 'modelOperations'>;
}

export const dmmfOf = (prisma: string): Dmmf =>
  JSON.parse(get_dmmf(JSON.stringify({ prismaSchema: [['schema.prisma', prisma]], noColor: true })));

export function apiOf(
  { datamodel, mappings }: Dmmf,
  draftsOf: (schema: Schema) => readonly PolicyDraft[],
): GraphQLSchema {
  const schema = readDatamodel({ datamodel, modelOperations: mappings.modelOperations });
  // Pothos reads less of a datamodel than it asks for.
  return buildApi(schema, checkPolicies(schema, draftsOf(schema)), [], { datamodel } as never);
}
