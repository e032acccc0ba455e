import { get_dmmf } from '@prisma/prisma-schema-wasm';
import type { GraphQLSchema } from 'graphql';
import type { GeneratedDatamodel } from '../../../src/generated/datamodel.ts';
import type { buildApi } from '../../../src/graphql/build-api.ts';
import type { Schema } from '../../../src/model/model.ts';
import { allocateNames, type Names } from '../../../src/model/naming.ts';
import { readDatamodel } from '../../../src/model/read-datamodel.ts';
import type { Document } from './document.ts';
import type { PolicyTexts, ViewerText } from './policy-text.ts';
import { schemaText } from './schema-text.ts';
import type { Shape } from './shape.ts';

/** The real thing: the API over the guarded database, with the policies of a case. */
export interface Service extends AsyncDisposable {
  readonly api: GraphQLSchema;
  readonly names: Names;
  readonly policies: PolicyTexts;
  ask(document: Document, viewer: ViewerText): Promise<Answer>;
}

export interface Answer {
  /** The body, byte by byte. */
  readonly text: string;
  /** What was behind the errors of which callers are told nothing. */
  readonly causes: readonly string[];
  /** What another engine said instead. */
  readonly elsewhere?: string;
}

export type OpenService = (urls: readonly string[], design: Design, policies: PolicyTexts) => Promise<Service>;

/** What Prisma and Pothos make of a shape; costly, so once for all policies. */
export interface Design {
  readonly schema: Schema;
  readonly names: Names;
  readonly datamodel: Parameters<typeof buildApi>[3];
}

export function designOf(shape: Shape): Design {
  const dmmf = JSON.parse(
    get_dmmf(JSON.stringify({ prismaSchema: [['schema.prisma', schemaText(shape)]], noColor: true })),
  );
  const { datamodel, mappings } = dmmf as {
    datamodel: GeneratedDatamodel['datamodel'];
    mappings: Pick<GeneratedDatamodel, 'modelOperations'>;
  };
  const schema = readDatamodel({ datamodel, modelOperations: mappings.modelOperations });
  return { schema, names: allocateNames(schema), datamodel: { datamodel } as never };
}
