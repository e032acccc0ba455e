/**
 * The typed client of `api.graphql`, by GraphQL Code Generator: `npm run codegen` writes src/sdk/generated;
 * `-- <api> <folder>` that of another API somewhere else.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import type { CodegenPlugin } from '@graphql-codegen/plugin-helpers';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse, type GraphQLSchema } from 'graphql';
import { clientModels, type ClientModel, type ClientOperation } from './src/graphql/client-operations.ts';
import { decodeTreeOf, introspectionType, scalarPaths } from './src/graphql/client-types.ts';

const root = dirname(fileURLToPath(import.meta.url));

export interface CodegenOptions {
  /** The text of the API. */
  readonly api: string;
  /** Where the files go; everything in it is replaced. */
  readonly folder: string;
}

const scalars = {
  BigInt: { input: 'bigint | number | string', output: 'bigint' },
  Bytes: { input: 'Uint8Array | string', output: 'Uint8Array' },
  Date: { input: 'string', output: 'string' },
  DateTime: { input: 'Date | string', output: 'Date' },
  Decimal: { input: 'string | number', output: 'string' },
  Json: { input: 'unknown', output: 'unknown' },
};

/** Types by GraphQL Code Generator; modules by operation, the manifest and the types of custom documents by us. */
export async function generateClient({ api, folder }: CodegenOptions): Promise<{ files: number; operations: number }> {
  const schema = buildSchema(api);
  const models = clientModels(schema);
  const operations = models.flatMap((model) => model.operations);
  const documents = operations.map(({ name, document }) => ({ location: name, document: parse(document) }));
  // Its core, not its command line, which takes longer to load than this takes.
  const generated = (filename: string, plugin: CodegenPlugin) =>
    codegen({
      filename,
      schema: parse(api),
      schemaAst: schema,
      documents: plugin === typescript ? [] : documents,
      plugins: [{ plugin: {} }],
      pluginMap: { plugin },
      config: {
        scalars,
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
        skipTypename: true,
        immutableTypes: true,
        maybeValue: 'T | null',
        inputMaybeValue: 'T | null | undefined',
        avoidOptionals: { field: true },
        importExtension: '.ts',
        // Inputs once: two declarations of a filter are compared field by field, through all models that it reaches.
        ...(plugin === typescriptOperations && { importSchemaTypesFrom: './types.ts' }),
      },
    });
  const files = new Map([
    ['types.ts', await generated('types.ts', typescript)],
    ['operation-types.ts', await generated('operation-types.ts', typescriptOperations)],
  ]);
  for (const model of models) {
    for (const operation of model.operations) {
      files.set(`operations/${operation.name}.ts`, operationModule(schema, operation));
    }
  }
  files.set(
    'operations.ts',
    operations.map(({ name }) => `export { ${name} } from './operations/${name}.ts';\n`).join(''),
  );
  files.set('models.ts', modelsModule(models));
  files.set('introspection.ts', introspectionType(schema));
  files.set('scalar-paths.ts', `export const scalarPaths = ${JSON.stringify(scalarPaths(schema))} as const;\n`);
  files.set('manifest.json', `${JSON.stringify(manifestOf(operations), null, 2)}\n`);
  files.set('api-hash.ts', `export const apiHash = '${sha256(api)}';\n`);
  for (const [name, content] of tadaTypes()) files.set(name, content);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'operations'), { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return { files: files.size, operations: operations.length };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Documents that a server may be told to trust: by the hash that a client sends instead of the text. */
const manifestOf = (operations: readonly ClientOperation[]) =>
  Object.fromEntries(
    operations.map(({ document }) => [sha256(document), document] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

const typeName = ({ name, kind }: ClientOperation) => {
  // Code Generator's own way from an operation to its types.
  const pascal = name.charAt(0).toUpperCase() + name.slice(1);
  return `${pascal}${kind === 'query' ? 'Query' : 'Mutation'}`;
};

function operationModule(schema: GraphQLSchema, operation: ClientOperation): string {
  const { kind, name, field, document } = operation;
  const type = typeName(operation);
  const decode = decodeTreeOf(schema, parse(document))[field] ?? {};
  return [
    `import type { Operation } from '../../operation.ts';`,
    `import type { ${type}, ${type}Variables } from '../operation-types.ts';`,
    '',
    // Declared under a name of its own: that of the operation may be a word of the language, such as `import`.
    `const operation: Operation<${type}['${field}'], ${type}Variables> = {`,
    `  kind: '${kind}',`,
    `  name: '${name}',`,
    `  field: '${field}',`,
    `  text: ${JSON.stringify(document)},`,
    `  decode: ${JSON.stringify(decode)},`,
    '};',
    '',
    `export { operation as ${name} };`,
    '',
  ].join('\n');
}

function modelsModule(models: readonly ClientModel[]): string {
  const types = models.flatMap(({ name, type, operations }) => [
    `  /** ${type} */`,
    `  readonly ${name}: {`,
    ...operations.map((it) =>
      it.verb === 'page'
        ? `    readonly all: Pages<typeof operations.${it.name}>;`
        : `    readonly ${it.verb}: Call<typeof operations.${it.name}>;`,
    ),
    '  };',
  ]);
  const values = models.flatMap(({ name, operations }) => [
    `  ${name}: {`,
    ...operations.map((it) =>
      it.verb === 'page'
        ? `    all: pagesOf(run, operations.${it.name}),`
        : `    ${it.verb}: bind(run, operations.${it.name}),`,
    ),
    '  },',
  ]);
  return [
    `import { bind, pagesOf, type Call, type Pages, type Run } from '../bind.ts';`,
    `import * as operations from './operations.ts';`,
    '',
    'export interface Models {',
    ...types,
    '}',
    '',
    'export const modelsOf = (run: Run): Models => ({',
    ...values,
    '});',
    '',
  ].join('\n');
}

/** gql.tada reads documents in the type system. Its types come along, so that a client installs nothing else. */
function tadaTypes(): [string, string][] {
  const read = (path: string) => readFileSync(join(root, 'node_modules', path), 'utf8');
  const web = read('@0no-co/graphql.web/dist/graphql.web.d.ts');
  const names = [...new Set([...web.matchAll(/GraphQL\.(\w+)/g)].map((match) => match[1]))];
  const declared = `declare namespace GraphQL {\n${names.map((name) => `  type ${name} = any;\n  const ${name}: any;`).join('\n')}\n}`;
  const notice = (name: string, path: string) =>
    `// From ${name}, which is under this licence:\n${read(path).trim().replace(/^/gm, '// ')}\n`;
  return [
    [
      'graphql-web.d.ts',
      `${notice('@0no-co/graphql.web', '@0no-co/graphql.web/LICENSE.md')}${web.replace(/^import \* as GraphQL from 'graphql';$/m, declared)}`,
    ],
    [
      'tada.d.ts',
      `${notice('gql.tada', 'gql.tada/LICENSE.md')}${read('gql.tada/dist/chunks/index-chunk.d.ts').replace("'@0no-co/graphql.web'", "'./graphql-web.js'")}`,
    ],
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from = join(root, 'api.graphql'), folder = join(root, 'src/sdk/generated')] = process.argv.slice(2);
  const { files, operations } = await generateClient({ api: readFileSync(from, 'utf8'), folder });
  console.error(`${folder}: ${operations} operations in ${files} files.`);
}
