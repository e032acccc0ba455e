import type { DMMF } from '@prisma/client/runtime/client';
import { deriveSchema, providerOf, type Provider } from './derive-schema.ts';
import { readDmmf } from './read-dmmf.ts';

/** A construct that cannot be on a kind of database, or does not mean there what it means elsewhere. */
export interface PortabilityFinding {
  /** Such as `Post.title`. */
  readonly at: string;
  readonly kind: 'impossible' | 'differs';
  readonly fact: string;
  readonly remedy: string;
}

const names: Readonly<Record<Provider, string>> = { mysql: 'MySQL', postgresql: 'PostgreSQL', sqlite: 'SQLite' };
const nameBytes: Partial<Record<Provider, number>> = { mysql: 64, postgresql: 63 };

/** What stands against a schema on a kind of database. Pure. Throws what Prisma says of a schema that is none. */
export function checkPortability(text: string, target: Provider): PortabilityFinding[] {
  const own = providerOf(text) ?? target;
  const bare = withoutComments(text);
  const { datamodel } = readDmmf([{ path: 'schema.prisma', content: bare }]);
  const design: Design = { target, own, datamodel };
  const found = [...findingsInText(bare, design), ...findingsInFields(design), ...findingsInTables(design)];
  if (found.some(({ kind }) => kind === 'impossible')) return found;
  try {
    const derived = readDmmf([{ path: 'schema.prisma', content: deriveSchema(bare, target) }]).datamodel;
    return [...found, ...(target === 'mysql' ? keyLengths(derived) : [])];
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    const fact = /error: (.*)/.exec(withoutColours(told))?.[1] ?? told.split('\n', 1)[0]!;
    return [...found, impossible('schema.prisma', fact, 'Change what Prisma refuses there.')];
  }
}

interface Design {
  readonly target: Provider;
  readonly own: Provider;
  readonly datamodel: DMMF.Datamodel;
}

const impossible = (at: string, fact: string, remedy: string): PortabilityFinding => ({
  at,
  kind: 'impossible',
  fact,
  remedy,
});
const differs = (at: string, fact: string, remedy: string): PortabilityFinding => ({
  at,
  kind: 'differs',
  fact,
  remedy,
});

/** What Prisma's datamodel leaves out, so that only the text has it. */
function findingsInText(text: string, { target, own }: Design): PortabilityFinding[] {
  if (target === own) return [];
  const [here, there] = [names[own], names[target]];
  const found: PortabilityFinding[] = [];
  for (const [, model = '', body = ''] of text.matchAll(/^(?:model|view) (\w+) \{\n([^]*?)^\}/gm)) {
    for (const line of body.split('\n')) {
      const field = /^\s*(\w+)\s+\w/.exec(line)?.[1];
      const at = field ? `${model}.${field}` : model;
      const unsupported = /\bUnsupported\("([^"]*)"\)/.exec(line)?.[1];
      if (unsupported)
        found.push(impossible(at, `${unsupported} is a type of ${here}'s own.`, 'Use a type that Prisma knows.'));
      const native = /@db\.\w+(?:\([^)]*\))?/.exec(line)?.[0];
      if (native && !unsupported)
        found.push(differs(at, `${native} is of ${here}, and is left out on ${there}.`, nativeRemedy(native)));
      const generated = /dbgenerated\(("[^]*?")?\)/.exec(line);
      if (generated)
        found.push(
          differs(
            at,
            `${generated[0]} is SQL of ${here}.`,
            'Use uuid(), now() or another default of Prisma, or none and a preset of the policy.',
          ),
        );
      if (/^\s*@@fulltext/.test(line) && target !== 'mysql')
        found.push(
          differs(
            at,
            `@@fulltext is left out on ${there}.`,
            'Nothing has to be done unless SQL of yours searches by it.',
          ),
        );
      if (/^\s*@@schema\(/.test(line) && target !== 'postgresql')
        found.push(impossible(at, `${there} has no schemas inside of a database.`, 'Keep all models in one.'));
      const index = /^\s*@@(?:index|unique)\(.*\b(type:\s*\w+|ops:\s*\w+)/.exec(line)?.[1];
      if (index)
        found.push(
          impossible(
            at,
            `An index of ${index} is of ${here}.`,
            'Leave it out, and add it by a migration of that kind.',
          ),
        );
    }
  }
  return found;
}

const nativeRemedy = (native: string) =>
  /@db\.(VarChar|Char|Decimal|Date|Time)\b/i.test(native)
    ? 'Say by a rule of the policy or by a check of the front end what it limits.'
    : 'Look whether the type that is taken instead holds your values.';

function findingsInFields({ target, datamodel }: Design): PortabilityFinding[] {
  const there = names[target];
  return datamodel.models.flatMap((model) =>
    model.fields.flatMap((field) => {
      const at = `${model.name}.${field.name}`;
      const found: PortabilityFinding[] = [];
      if (field.isList && field.kind !== 'object' && target !== 'postgresql')
        found.push(impossible(at, `${there} has no lists in a column.`, 'Make a model of its items, or a Json of it.'));
      if (target === 'sqlite' && field.type === 'Decimal')
        found.push(
          differs(
            at,
            'SQLite keeps 15 digits of a Decimal, the others 65. What does not fit is refused.',
            'Stay below 15 digits, or count in the smallest unit as BigInt.',
          ),
        );
      const isSelf = field.type === model.name && (field.relationFromFields?.length ?? 0) > 0;
      const onUpdate = (field as { relationOnUpdate?: string }).relationOnUpdate ?? 'Cascade';
      if (target === 'mysql' && isSelf && ['Cascade', 'SetNull'].includes(onUpdate))
        found.push(
          differs(
            at,
            `${there} does not change a key that rows of the same table refer to: that is a CONFLICT.`,
            'Refer to a key that never changes.',
          ),
        );
      if (target === 'mysql' && [field.relationOnDelete, onUpdate].includes('SetDefault'))
        found.push(impossible(at, 'InnoDB does not do SetDefault.', 'Use SetNull, Restrict or Cascade.'));
      return found;
    }),
  );
}

function findingsInTables({ target, datamodel: { models } }: Design): PortabilityFinding[] {
  const longest = nameBytes[target];
  const found: PortabilityFinding[] = [];
  const tables = new Map<string, string>();
  for (const model of models) {
    const table = model.dbName ?? model.name;
    const other = tables.get(table.toLowerCase());
    if (other && target !== 'postgresql')
      found.push(
        impossible(
          model.name,
          `The tables ${other} and ${table} differ by their case alone.`,
          'Give one another name with @@map.',
        ),
      );
    tables.set(table.toLowerCase(), table);
    const columns = model.fields
      .filter(({ kind }) => kind !== 'object')
      .map((field) => [`${model.name}.${field.name}`, field.dbName ?? field.name]);
    for (const [at, name] of [[model.name, table], ...columns] as [string, string][])
      if (longest !== undefined && Buffer.byteLength(name) > longest)
        found.push(
          impossible(
            at,
            `"${name}" is longer than the ${longest} bytes that ${names[target]} takes for a name.`,
            'Give it a shorter one with @map or @@map.',
          ),
        );
  }
  return found;
}

/** A text of a key or an index has only so much room; every other one has all it likes. What refers is as long as what it refers to. */
const keyLengths = ({ models }: DMMF.Datamodel) =>
  models.flatMap((model) => {
    const references = new Set(model.fields.flatMap(({ relationFromFields }) => relationFromFields ?? []));
    return model.fields.flatMap(({ name, type, nativeType, default: value }) => {
      const [native, [length]] = nativeType ?? ['', []];
      const isMade = typeof value === 'object' && value !== null && 'name' in value;
      if (!/^Var(Char|Binary)$/.test(native) || isMade || references.has(name)) return [];
      const units = type === 'Bytes' ? 'bytes' : 'characters';
      return [
        differs(
          `${model.name}.${name}`,
          `It is in a key or an index, where MySQL takes at most ${length} ${units}: what is longer is refused.`,
          'Stay below it, or take it out of the index.',
        ),
      ];
    });
  });

const withoutComments = (text: string) =>
  text.replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*/g, (_, kept: string | undefined) => kept ?? '');
// oxlint-disable-next-line no-control-regex -- Prisma colours what it says.
const withoutColours = (text: string) => text.replaceAll(/\u001B\[\d+(?:;\d+)*m|\\u001b\[\d+(?:;\d+)*m/g, '');
