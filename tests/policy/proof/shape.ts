/** A random Prisma schema as plain data: it prints as Prisma's language, and the reference evaluator reads it directly. */
export interface Shape {
  readonly models: readonly ModelShape[];
  readonly enums: readonly EnumShape[];
}

export interface ModelShape {
  readonly name: string;
  readonly table: string;
  readonly fields: readonly FieldShape[];
  readonly key: readonly string[];
  /** `@id` and `@@id`, or the first `@unique` of a model that has no id. */
  readonly keyKind: 'id' | 'unique';
  /** Further unique keys. */
  readonly uniques: readonly (readonly string[])[];
}

export type FieldShape = ScalarShape | RelationShape;

export type ScalarType =
  | 'String'
  | 'Int'
  | 'BigInt'
  | 'Float'
  | 'Decimal'
  | 'Boolean'
  | 'DateTime'
  | 'Date'
  | 'Json'
  | 'Bytes'
  | 'Enum';

export interface ScalarShape {
  readonly kind: 'scalar';
  readonly name: string;
  readonly column: string;
  readonly type: ScalarType;
  readonly enum?: string;
  readonly required: boolean;
}

export interface RelationShape {
  readonly kind: 'relation';
  readonly name: string;
  readonly target: string;
  readonly list: boolean;
  readonly required: boolean;
  /** The columns are on this side. */
  readonly owning: boolean;
  /** `@relation("…")`, the same on both sides. */
  readonly relation: string;
  readonly join: JoinShape;
}

export type JoinShape =
  /** [column here, column there] */
  | { readonly kind: 'columns'; readonly pairs: readonly (readonly [string, string])[] }
  /** Of an implicit many-to-many table: the column that holds this model's key. */
  | { readonly kind: 'table'; readonly table: string; readonly near: 'A' | 'B' };

export interface EnumShape {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly stored: string }[];
}

export function modelIn(shape: Shape, name: string): ModelShape {
  const model = shape.models.find((it) => it.name === name);
  if (!model) throw new Error(`The shape has no model ${name}.`);
  return model;
}

export function fieldIn(model: ModelShape, name: string): FieldShape {
  const field = model.fields.find((it) => it.name === name);
  if (!field) throw new Error(`${model.name} has no field ${name}.`);
  return field;
}

export function scalarIn(model: ModelShape, name: string): ScalarShape {
  const field = fieldIn(model, name);
  if (field.kind !== 'scalar') throw new Error(`${model.name}.${name} is no scalar.`);
  return field;
}

export function relationIn(model: ModelShape, name: string): RelationShape {
  const field = fieldIn(model, name);
  if (field.kind !== 'relation') throw new Error(`${model.name}.${name} is no relation.`);
  return field;
}

export const scalarsIn = (model: ModelShape) => model.fields.filter((it) => it.kind === 'scalar');
export const relationsIn = (model: ModelShape) => model.fields.filter((it) => it.kind === 'relation');

/** The relation whose column this is. */
export const relationOfColumn = (model: ModelShape, column: string) =>
  relationsIn(model).find(
    ({ owning, join }) => owning && join.kind === 'columns' && join.pairs.some(([here]) => here === column),
  );

/** The join tables of the implicit many-to-many relations, each once. */
export function tablesIn(shape: Shape): { table: string; a: string; b: string }[] {
  const sides = shape.models.flatMap((model) =>
    relationsIn(model).flatMap((it) =>
      it.join.kind === 'table' && it.join.near === 'A' ? [{ table: it.join.table, a: model.name, b: it.target }] : [],
    ),
  );
  return sides;
}
