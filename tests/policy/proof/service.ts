import { execute, parse, validate, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { get_dmmf } from '@prisma/prisma-schema-wasm';
import { openDatabase } from '../../../src/database/database.ts';
import { buildApi } from '../../../src/graphql/build-api.ts';
import type { GeneratedDatamodel } from '../../../src/generated/datamodel.ts';
import type { Context } from '../../../src/graphql/context.ts';
import { allocateNames, type Names } from '../../../src/model/naming.ts';
import { readDatamodel } from '../../../src/model/read-datamodel.ts';
import type { Schema } from '../../../src/model/model.ts';
import { maskError } from '../../../src/server/mask-error.ts';
import type { Document } from './document.ts';
import { policiesOf } from './policies.ts';
import type { PolicyTexts, ViewerText } from './policy-text.ts';
import { schemaText } from './schema-text.ts';
import type { Shape } from './shape.ts';
import { noAccount } from '../../support/no-account.ts';

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

export interface Answer {
  /** The whole answer, byte by byte. */
  readonly text: string;
  readonly data: unknown;
  readonly errors: readonly {
    readonly path: readonly (string | number)[];
    readonly code: string;
    readonly message: string;
  }[];
}

/** The real thing: the API over the guarded database. */
export interface Service extends AsyncDisposable {
  readonly api: GraphQLSchema;
  readonly names: Names;
  readonly policies: PolicyTexts;
  ask(document: Document, viewer: ViewerText): Promise<Answer>;
  /** Throws for a document that is not valid. */
  validate(document: Document): void;
}

export async function openService(
  url: string,
  { schema, names, datamodel }: Design,
  texts: PolicyTexts,
): Promise<Service> {
  const policies = policiesOf(texts, schema);
  const api = buildApi(schema, policies, [], datamodel);
  const database = await openDatabase(url, schema, policies);
  return {
    api,
    names,
    policies: texts,
    async ask({ text, variables }, viewer) {
      const contextValue: Context = {
        viewer,
        database: database.as(viewer),
        ...noAccount,
      };
      return answerOf(await execute({ schema: api, document: parse(text), variableValues: variables, contextValue }));
    },
    validate({ text }) {
      const [error] = validate(api, parse(text));
      if (error) throw error;
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

function answerOf({ data, errors = [] }: ExecutionResult): Answer {
  const masked = errors.map(maskError);
  return {
    text: JSON.stringify({ data, errors: masked }),
    data,
    errors: masked.map((it) => {
      const code = String(it.extensions['code']);
      // What happened is in the cause, and a failed proof must say it.
      return {
        path: it.path ?? [],
        code,
        message: code === 'INTERNAL' ? String(it.originalError?.message) : it.message,
      };
    }),
  };
}
