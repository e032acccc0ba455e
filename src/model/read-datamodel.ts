import type { DMMF } from '@prisma/client/runtime/client';
import type { GeneratedDatamodel } from '../generated/datamodel.ts';
import type {
  Default,
  DeleteAction,
  EnumType,
  Field,
  Join,
  Key,
  Model,
  Operation,
  ScalarField,
  ScalarType,
  Schema,
} from './model.ts';

type ModelOperations = GeneratedDatamodel['modelOperations'][number];

/** Turns Prisma's datamodel (full, from our generator) into plain models. Ignored and unsupported fields are left out. */
export function readDatamodel({ datamodel, modelOperations }: GeneratedDatamodel): Schema {
  const enums = new Map(datamodel.enums.map((it) => [it.name, readEnum(it)]));
  const operations = new Map(modelOperations.map((it) => [it['model'], it]));
  const models = datamodel.models.map((model) => readModel(model, datamodel, operations.get(model.name)));
  return { models: new Map(models.map((model) => [model.name, model])), enums };
}

function readEnum(it: DMMF.DatamodelEnum): EnumType {
  return {
    name: it.name,
    storedType: it.dbName ?? it.name,
    values: it.values.map(({ name, dbName }) => ({ name, stored: dbName ?? name })),
    description: it.documentation,
  };
}

function readModel(model: DMMF.Model, datamodel: DMMF.Datamodel, mapping: ModelOperations | undefined): Model {
  const foreignKeys = new Set(model.fields.flatMap((field) => field.relationFromFields ?? []));
  const fields = model.fields
    .filter((field) => field.kind !== 'unsupported')
    .map((field) => readField(field, model, datamodel, foreignKeys));
  const byName = new Map(fields.map((field) => [field.name, field]));
  const uniques = readUniques(model);
  const required = (key: Key) => key.fields.every((name) => byName.get(name)?.required);
  return {
    name: model.name,
    table: model.dbName ?? model.name,
    description: readComment(model.documentation).description,
    fields: byName,
    key: uniques.find(required),
    uniques,
    operations: readOperations(mapping),
  };
}

/** Views have no writes, and a model with a required unsupported column has no create: Prisma's mapping knows. */
function readOperations(mapping: ModelOperations | undefined): Set<Operation> {
  const names = ['create', 'update', 'delete'] as const;
  return new Set(names.filter((name) => mapping?.[`${name}One`]));
}

function readUniques(model: DMMF.Model): Key[] {
  const compound = (key: DMMF.PrimaryKey | DMMF.uniqueIndex | null): Key[] =>
    key ? [{ name: key.name ?? key.fields.join('_'), fields: key.fields }] : [];
  const single = (of: 'isId' | 'isUnique') =>
    model.fields.filter((field) => field[of]).map(({ name }): Key => ({ name, fields: [name] }));
  return [
    ...single('isId'),
    ...compound(model.primaryKey),
    ...single('isUnique'),
    ...model.uniqueIndexes.flatMap(compound),
  ];
}

function readField(
  field: DMMF.Field,
  model: DMMF.Model,
  datamodel: DMMF.Datamodel,
  foreignKeys: ReadonlySet<string>,
): Field {
  const { directives, description } = readComment(field.documentation);
  if (field.kind !== 'object') {
    const scalar: ScalarField = {
      kind: 'scalar',
      name: field.name,
      column: field.dbName ?? field.name,
      type: field.kind === 'enum' ? 'Enum' : directives.has('date') ? 'Date' : (field.type as ScalarType),
      enum: field.kind === 'enum' ? field.type : undefined,
      list: field.isList,
      required: field.isRequired,
      default: readDefault(field.default),
      managed: field.isUpdatedAt === true || (directives.has('version') && field.type === 'Int'),
      foreignKey: foreignKeys.has(field.name),
      description,
    };
    return scalar;
  }
  const opposite = oppositeOf(field, model, datamodel);
  return {
    kind: 'relation',
    name: field.name,
    target: field.type,
    list: field.isList,
    required: field.isRequired,
    owning: (field.relationFromFields?.length ?? 0) > 0,
    opposite: opposite?.name,
    join: readJoin(field, model, opposite),
    onDelete: readDeleteAction(field),
    description,
  };
}

/** Prisma's defaults where the schema says nothing. */
function readDeleteAction({ relationFromFields, relationOnDelete, isRequired }: DMMF.Field): DeleteAction | undefined {
  if (!relationFromFields?.length) return undefined;
  return (relationOnDelete as DeleteAction | undefined) ?? (isRequired ? 'Restrict' : 'SetNull');
}

function readDefault(it: DMMF.Field['default']): Default | undefined {
  if (it === undefined || it === null) return undefined;
  if (typeof it === 'object' && 'name' in it) return { kind: 'function', name: it.name, args: it.args };
  return { kind: 'value', value: it };
}

/** Undefined when the other end is ignored. */
function oppositeOf(field: DMMF.Field, model: DMMF.Model, datamodel: DMMF.Datamodel): DMMF.Field | undefined {
  const target = datamodel.models.find(({ name }) => name === field.type);
  return target?.fields.find(
    (other) => other.relationName === field.relationName && !(target.name === model.name && other.name === field.name),
  );
}

function readJoin(field: DMMF.Field, model: DMMF.Model, opposite: DMMF.Field | undefined): Join {
  const pair = (from: readonly string[], to: readonly string[]) => from.map((name, at) => [name, to[at]!] as const);
  const from = field.relationFromFields ?? [];
  if (from.length > 0) return { kind: 'columns', pairs: pair(from, field.relationToFields ?? []) };
  const oppositeFrom = opposite?.relationFromFields ?? [];
  if (oppositeFrom.length > 0) return { kind: 'columns', pairs: pair(opposite?.relationToFields ?? [], oppositeFrom) };
  // Prisma names the columns of an implicit many-to-many by the order of the model names, then of the field names.
  const self = model.name === field.type;
  const first = self ? field.name < (opposite?.name ?? '') : model.name < field.type;
  return { kind: 'table', table: `_${field.relationName}`, near: first ? 'A' : 'B', far: first ? 'B' : 'A' };
}

/** A `///` comment may begin a line with a directive such as `@date`; the rest describes the field. */
function readComment(comment: string | undefined): { directives: Set<string>; description: string | undefined } {
  const directives = new Set<string>();
  const text = (comment ?? '').replace(/^@(\w+)[ \t]*/gm, (_, name: string) => {
    directives.add(name);
    return '';
  });
  return { directives, description: text.trim() || undefined };
}
