import type { DMMF } from '@prisma/client/runtime/client';
import { PergolaError } from '../../../errors.ts';
import { readDmmf, type SchemaFile } from '../read-dmmf.ts';
import { columnDefault, columnType } from './column-type.ts';
import type { Column, ForeignKey, Index, Table } from './table.ts';

const nameBytes = 64;

/** The tables of a schema whose provider is mysql. Throws MIGRATION_FAILED for what is not covered. */
export function describeSchema(files: readonly SchemaFile[]): Table[] {
  const text = files.map(({ content }) => content).join('\n');
  const unsupported = /^\s*\w+\s+Unsupported\(/m.exec(text)?.[0];
  if (unsupported) throw refused(`The field ${unsupported.trim().split(/\s/)[0]} is Unsupported("…")`);
  // Prisma Client ignores these models and fields; their tables and columns exist all the same.
  const all = files.map(({ path, content }) => ({ path, content: content.replace(/(?<=\s)@@?ignore\b/g, '') }));
  const { datamodel } = readDmmf(all);
  const views = new Set([...text.matchAll(/^view (\w+)/gm)].map(([, name]) => name));
  const models = datamodel.models.filter(({ name }) => !views.has(name));
  const withoutForeignKeys = /^\s*relationMode\s*=\s*"prisma"/m.test(text);
  const design = { ...datamodel, models, constraintNames: constraintNames(text), withoutForeignKeys };
  return [...models.map((model) => describeModel(model, design)), ...joinTables(design)].map(withIndexesOfForeignKeys);
}

interface Design extends Omit<DMMF.Datamodel, 'models'> {
  readonly models: DMMF.Model[];
  readonly constraintNames: ReadonlyMap<string, string>;
  readonly withoutForeignKeys: boolean;
}

const tableOf = (model: DMMF.Model) => model.dbName ?? model.name;
const columnOf = (field: DMMF.Field) => field.dbName ?? field.name;

function describeModel(model: DMMF.Model, design: Design): Table {
  const name = tableOf(model);
  const columnNamed = (fieldName: string) => columnOf(fieldOf(model, fieldName));
  const columns = model.fields.filter(({ kind }) => kind !== 'object').map((field) => describeColumn(field, design));
  const indexes = design.indexes
    .filter((index) => index.model === model.name)
    .map((index): Index => {
      const kind = index.type === 'id' ? 'primary' : index.type;
      const parts = index.fields.map((field) => ({
        name: columnNamed(field.name),
        ...(field.length && { length: field.length }),
        ...(field.sortOrder === 'desc' && { descending: true }),
      }));
      const suffix = kind === 'unique' ? '_key' : '_idx';
      const given = kind === 'primary' ? 'PRIMARY' : index.dbName;
      return {
        name:
          given ??
          constraintName(
            name,
            parts.map((part) => part.name),
            suffix,
          ),
        kind,
        columns: parts,
      };
    });
  const foreignKeys = design.withoutForeignKeys
    ? []
    : model.fields
        .filter(({ relationFromFields }) => relationFromFields && relationFromFields.length > 0)
        .map((field) => describeForeignKey(model, field, design));
  return { name, columns, indexes, foreignKeys };
}

function describeColumn(field: DMMF.Field, design: Design): Column {
  if (field.isList) throw refused(`The field ${field.name} is a list of ${field.type}, and MySQL has no lists`);
  const values = design.enums.find(({ name }) => name === field.type)?.values ?? [];
  const mapped = (value: string) => values.find(({ name }) => name === value)?.dbName ?? value;
  const enums = new Map(design.enums.map((it) => [it.name, it.values.map((value) => value.dbName ?? value.name)]));
  const type = columnType(field, enums);
  const name = columnOf(field);
  const counts = isFunction(field.default, 'autoincrement');
  const extra = counts ? 'AUTO_INCREMENT' : field.type === 'Json' ? `CHECK (json_valid(\`${name}\`))` : undefined;
  return {
    name,
    type,
    nullable: !field.isRequired,
    default: counts ? undefined : columnDefault(field, type, mapped),
    extra,
  };
}

const isFunction = (value: unknown, name: string) =>
  typeof value === 'object' && value !== null && 'name' in value && value.name === name;

const actions: Readonly<Record<string, string>> = {
  Cascade: 'CASCADE',
  Restrict: 'RESTRICT',
  NoAction: 'NO ACTION',
  SetNull: 'SET NULL',
};

function describeForeignKey(model: DMMF.Model, field: DMMF.Field, design: Design): ForeignKey {
  const target = design.models.find(({ name }) => name === field.type)!;
  const table = tableOf(model);
  const columns = field.relationFromFields!.map((name) => columnOf(fieldOf(model, name)));
  const action = (name: string | undefined, otherwise: string) =>
    actions[name ?? otherwise] ?? refuseAction(model, field, name);
  const onUpdate = (field as { relationOnUpdate?: string }).relationOnUpdate;
  const required = field.relationFromFields!.every((name) => fieldOf(model, name).isRequired);
  return {
    name: design.constraintNames.get(`${model.name}.${field.name}`) ?? constraintName(table, columns, '_fkey'),
    columns,
    table: tableOf(target),
    references: field.relationToFields!.map((name) => columnOf(fieldOf(target, name))),
    onDelete: action(field.relationOnDelete, required ? 'Restrict' : 'SetNull'),
    onUpdate: action(onUpdate, 'Cascade'),
  };
}

function refuseAction(model: DMMF.Model, field: DMMF.Field, action: string | undefined): never {
  throw refused(`The relation ${model.name}.${field.name} asks for ${action}, which InnoDB does not do`);
}

/** The tables of implicit many-to-many relations, as Prisma names and makes them. */
function joinTables({ models, withoutForeignKeys, enums }: Design): Table[] {
  const ends = models.flatMap((model) =>
    model.fields
      .filter((field) => field.kind === 'object' && field.isList && field.relationFromFields?.length === 0)
      .map((field) => ({ model, field })),
  );
  return [...grouped(ends)].flatMap(([relation, sides]) => {
    if (sides.length !== 2) return [];
    const targets = sides
      .map(({ model }) => model)
      .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    const name = `_${relation}`;
    const sidesOf = (['A', 'B'] as const).map((column, at) => {
      const target = targets[at]!;
      const key = target.fields.find(({ isId }) => isId)!;
      const values = enums.find((it) => it.name === key.type)?.values.map((value) => value.dbName ?? value.name);
      const type = columnType(key, new Map(values && [[key.type, values]]));
      const foreignKey: ForeignKey = {
        name: constraintName(name, [column], '_fkey'),
        columns: [column],
        table: tableOf(target),
        references: [columnOf(key)],
        onDelete: 'CASCADE',
        onUpdate: 'CASCADE',
      };
      return { column: { name: column, type, nullable: false }, foreignKey };
    });
    const indexes: Index[] = [
      { name: constraintName(name, ['AB'], '_unique'), kind: 'unique', columns: [{ name: 'A' }, { name: 'B' }] },
      { name: constraintName(name, ['B'], '_index'), kind: 'normal', columns: [{ name: 'B' }] },
    ];
    const foreignKeys = withoutForeignKeys ? [] : sidesOf.map(({ foreignKey }) => foreignKey);
    return [{ name, columns: sidesOf.map(({ column }) => column), indexes, foreignKeys }];
  });
}

function grouped<T extends { field: DMMF.Field }>(ends: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const end of ends) groups.set(end.field.relationName!, [...(groups.get(end.field.relationName!) ?? []), end]);
  return groups;
}

/** InnoDB makes an index for a foreign key that has none, and names it like the key: said here, it is no surprise later. */
function withIndexesOfForeignKeys(table: Table): Table {
  const indexes = [...table.indexes];
  for (const { name, columns } of table.foreignKeys) {
    const serves = (index: Index) =>
      index.kind !== 'fulltext' &&
      columns.every((column, at) => index.columns[at]?.name === column && index.columns[at].length === undefined);
    if (!indexes.some(serves)) indexes.push({ name, kind: 'normal', columns: columns.map((it) => ({ name: it })) });
  }
  return { ...table, indexes };
}

/** As Prisma names what the schema does not: cut in front of the suffix where MySQL takes no more bytes. */
function constraintName(table: string, columns: readonly string[], suffix: string): string {
  const bytes = Buffer.from(`${table}_${columns.join('_')}`);
  if (bytes.length + suffix.length < nameBytes) return `${bytes.toString()}${suffix}`;
  return `${new TextDecoder().decode(bytes.subarray(0, nameBytes - suffix.length), { stream: true })}${suffix}`;
}

/** The names that `@relation(map: "…")` gives, by `Model.field`: Prisma's datamodel leaves them out. */
function constraintNames(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const [, model, body = ''] of text.matchAll(/^model (\w+) \{\n([^]*?)^\}/gm)) {
    for (const [, field, relation = ''] of body.matchAll(/^\s*(\w+)\s+\w+\S*\s.*?@relation\(([^\n]*)/gm)) {
      const name = /\bmap:\s*"([^"]+)"/.exec(relation)?.[1];
      if (name) names.set(`${model}.${field}`, name);
    }
  }
  return names;
}

function fieldOf(model: DMMF.Model, name: string): DMMF.Field {
  return model.fields.find((field) => field.name === name)!;
}

const refused = (fact: string) =>
  new PergolaError(
    'MIGRATION_FAILED',
    `${fact}.`,
    'Change the schema, or set PRISMA_SCHEMA_ENGINE_BINARY to an engine of Prisma.',
  );
