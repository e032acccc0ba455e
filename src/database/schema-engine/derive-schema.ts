import type { DMMF } from '@prisma/client/runtime/client';
import { readDmmf } from './read-dmmf.ts';

/** Kinds of database, by the name that Prisma has for them. */
export const providers = ['sqlite', 'mysql', 'postgresql'] as const;
export type Provider = (typeof providers)[number];

/**
 * The one canonical schema, for another kind of database. Pure. It keeps the generator of Prisma Client, which writes
 * into the folder of that kind; everything else that is generated is made from the canonical schema alone.
 *
 * Native types are decided here: what the schema says of them holds for its own kind of database only. On MySQL a
 * text is as long as it likes unless it is part of a key or an index, where there is room for 3072 bytes. Json is kept
 * as it was written, in the order of its keys.
 */
export function deriveSchema(text: string, provider: Provider): string {
  if ((providerOf(text) ?? provider) === provider) return text;
  const swapped = text
    .replace(/^generator \w+ \{[^}]*\}\n*/gm, (block) => (/"prisma-client"/.test(block) ? block : ''))
    .replace(/^(generator \w+ \{[^}]*?output\s*=\s*"[^"]*?)\/\w+"/m, `$1/${provider}"`)
    .replace(/^(datasource \w+ \{[^}]*?provider\s*=\s*)"\w+"/m, `$1"${provider}"`)
    .replace(/ @db\.\w+(\([^)]*\))?/g, '');
  const { datamodel } = readDmmf([{ path: 'schema.prisma', content: swapped }]);
  return withNativeTypes(swapped, nativeTypes(datamodel, provider));
}

/** The kind of database that a schema is written for; undefined in a file without a datasource. */
export function providerOf(text: string): Provider | undefined {
  const name = /^datasource \w+ \{[^}]*?provider\s*=\s*"(\w+)"/m.exec(text)?.[1];
  return name === 'postgres' ? 'postgresql' : (name as Provider | undefined);
}

/** By `Model.field`. */
type NativeTypes = ReadonlyMap<string, string>;

function nativeTypes(datamodel: DMMF.Datamodel, provider: Provider): NativeTypes {
  const types = new Map<string, string>();
  if (provider === 'sqlite') return types;
  const lengths = provider === 'mysql' ? keyTextLengths(datamodel) : new Map<string, number>();
  for (const model of datamodel.models) {
    for (const { name, type, isList } of model.fields) {
      const field = `${model.name}.${name}`;
      const length = lengths.get(field);
      if (type === 'Json' && provider === 'postgresql' && !isList) types.set(field, '@db.Json');
      if (type === 'Bytes' && length) types.set(field, `@db.VarBinary(${length})`);
      if (type === 'String' && provider === 'mysql')
        types.set(field, length ? `@db.VarChar(${length})` : '@db.LongText');
    }
  }
  return types;
}

const indexBytes = 3072;
const bytesPerCharacter = 4;
const longestKeyText = 255;

/** How many characters the texts in keys and indexes may have, and how many bytes the bytes. A reference is as long as what it refers to. */
function keyTextLengths({ models, indexes }: DMMF.Datamodel): Map<string, number> {
  const typeOf = (model: string, name: string) =>
    models.find((it) => it.name === model)?.fields.find((field) => field.name === name)?.type;
  const isText = (model: string, name: string) => ['String', 'Bytes'].includes(typeOf(model, name) ?? '');
  const references = models.flatMap((model) =>
    model.fields.flatMap(({ type, relationFromFields = [], relationToFields = [] }) =>
      relationFromFields.map((from, at) => [`${model.name}.${from}`, `${type}.${relationToFields[at]}`] as const),
    ),
  );
  const keys = [
    ...indexes.map((index) => index.fields.map(({ name }) => `${index.model}.${name}`)),
    ...references.map(([from]) => [from]),
    ...models.flatMap((model) => model.fields.filter(({ isId }) => isId).map(({ name }) => [`${model.name}.${name}`])),
  ];
  const lengths = new Map<string, number>();
  for (const fields of keys) {
    const [texts, others] = partition(fields, (field) => isText(...(field.split('.') as [string, string])));
    // No other type of a key takes more than the 30 bytes of a Decimal.
    const room = Math.floor((indexBytes - 32 * others.length) / bytesPerCharacter / Math.max(texts.length, 1));
    const length = Math.min(longestKeyText, room);
    for (const field of texts) lengths.set(field, Math.min(lengths.get(field) ?? length, length));
  }
  // Along chains of references too, which are no longer than there are models.
  for (const _ of models) {
    for (const [from, to] of references) {
      const [a, b] = [lengths.get(from), lengths.get(to)];
      if (a === undefined || b === undefined) continue;
      lengths.set(from, Math.min(a, b)).set(to, Math.min(a, b));
    }
  }
  return lengths;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** After the type of each field, so that nothing else of its line needs to be understood. */
function withNativeTypes(text: string, types: NativeTypes): string {
  let model: string | undefined;
  const lines = text.split('\n').map((line) => {
    model = /^(?:model|view) (\w+) \{/.exec(line)?.[1] ?? (line.startsWith('}') ? undefined : model);
    const [, start, field, rest] = /^(\s+(\w+)\s+\w+[?[\]]*)(.*)$/.exec(line) ?? [];
    const type = types.get(`${model}.${field}`);
    return type && model ? `${start} ${type}${rest}` : line;
  });
  return lines.join('\n');
}
