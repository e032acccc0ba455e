/** What a Prisma schema says, as plain data: models, fields, relations, keys. No Prisma, no GraphQL. */

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

export interface ScalarField {
  readonly kind: 'scalar';
  readonly name: string;
  /** The column's name in the database. */
  readonly column: string;
  readonly type: ScalarType;
  /** The enum's name, when `type` is `Enum`. */
  readonly enum: string | undefined;
  readonly list: boolean;
  readonly required: boolean;
  readonly default: Default | undefined;
  /** Set on every write: `@updatedAt`, or a number that counts the changes (`/// @version`). */
  readonly managed: boolean;
  /** Part of a relation's own columns: it travels as the relation, see `docs/architecture.md`. */
  readonly foreignKey: boolean;
  readonly description: string | undefined;
}

/** What a column gets when nobody gives it a value: a literal, or what a function of Prisma's schema language yields. */
export type Default =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly unknown[] };

/** How rows of two models meet. Pairs are field names: [of this model, of the target]. */
export type Join =
  | { readonly kind: 'columns'; readonly pairs: readonly (readonly [string, string])[] }
  /** An implicit many-to-many: `near` references this model's key, `far` the target's. */
  | { readonly kind: 'table'; readonly table: string; readonly near: 'A' | 'B'; readonly far: 'A' | 'B' };

export type DeleteAction = 'Cascade' | 'SetNull' | 'SetDefault' | 'Restrict' | 'NoAction';

export interface RelationField {
  readonly kind: 'relation';
  readonly name: string;
  readonly target: string;
  readonly list: boolean;
  readonly required: boolean;
  /** This model holds the foreign key. */
  readonly owning: boolean;
  /** The field on the target that is the other end, unless it is ignored. */
  readonly opposite: string | undefined;
  readonly join: Join;
  /** What the database does to this row when the one that it points at is deleted; for the owning side only. */
  readonly onDelete: DeleteAction | undefined;
  readonly description: string | undefined;
}

export type Field = ScalarField | RelationField;

/** A set of fields that names at most one row. `name` is how Prisma's `where` calls it. */
export interface Key {
  readonly name: string;
  readonly fields: readonly string[];
}

export type Operation = 'create' | 'update' | 'delete';

export interface Model {
  readonly name: string;
  readonly table: string;
  readonly description: string | undefined;
  readonly fields: ReadonlyMap<string, Field>;
  /** The primary key, or else the first unique without nullable columns; without any the model has no single-row access. */
  readonly key: Key | undefined;
  /** Every unique key, the primary one first. */
  readonly uniques: readonly Key[];
  readonly operations: ReadonlySet<Operation>;
}

export interface EnumType {
  readonly name: string;
  /** What the database calls it, where it has types for enums. */
  readonly storedType: string;
  readonly values: readonly { readonly name: string; readonly stored: string }[];
  readonly description: string | undefined;
}

export interface Schema {
  readonly models: ReadonlyMap<string, Model>;
  readonly enums: ReadonlyMap<string, EnumType>;
}

/** Asking for a model that is not there is a bug of ours, never a user's input. */
export function modelOf(schema: Schema, name: string): Model {
  const model = schema.models.get(name);
  if (!model) throw new Error(`No model "${name}" in the schema.`);
  return model;
}

export function scalarOf(model: Model, name: string): ScalarField {
  const field = model.fields.get(name);
  if (field?.kind !== 'scalar') throw new Error(`${model.name} has no scalar field "${name}".`);
  return field;
}

export function relationOf(model: Model, name: string): RelationField {
  const field = model.fields.get(name);
  if (field?.kind !== 'relation') throw new Error(`${model.name} has no relation "${name}".`);
  return field;
}

export function keyOf(model: Model): Key {
  if (!model.key) throw new Error(`${model.name} has no key.`);
  return model.key;
}

/** The field that tells one state of a row from the next: `/// @version`, or else `@updatedAt`. */
export function versionOf(model: Model): ScalarField | undefined {
  const managed = scalarsOf(model).filter((field) => field.managed);
  return managed.find(({ type }) => type === 'Int') ?? managed[0];
}

const scalars = new WeakMap<Model, readonly ScalarField[]>();

/** Found once: every row that is written asks. */
export function scalarsOf(model: Model): readonly ScalarField[] {
  let known = scalars.get(model);
  if (!known) {
    known = [...model.fields.values()].filter((field) => field.kind === 'scalar');
    scalars.set(model, known);
  }
  return known;
}

export function relationsOf(model: Model): RelationField[] {
  return [...model.fields.values()].filter((field) => field.kind === 'relation');
}
