import { PergolaError } from '../errors.ts';
import {
  modelOf,
  relationsOf,
  type Field,
  type Model,
  type RelationField,
  type ScalarField,
  type Schema,
} from '../model/model.ts';
import { connectMany, connectOne, type Part } from './connect.ts';
import { convertValue, type GivenValue } from './convert-value.ts';
import { nearest } from '../model/nearest.ts';
import type { SourceRecord } from './parse.ts';

/** How a file's columns become fields, where their names alone do not say it. */
export interface Mapping {
  /** Column -> field, or `relation.field`; null leaves the column out. */
  readonly columns?: Readonly<Record<string, string | null>>;
  /** Makes other columns of a record, before anything else. */
  readonly prepare?: (record: SourceRecord['record']) => Readonly<Record<string, unknown>>;
}

export interface MappedRow {
  /** As a create takes it. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly line: number;
  /** Which column a field came from. */
  readonly columnOf: ReadonlyMap<string, string>;
}

export interface MapperOptions {
  readonly schema: Schema;
  readonly model: Model;
  readonly mapping: Mapping;
  /** Whether the viewer may write the field at all: what they may not is as unknown as what does not exist. */
  readonly isWritable: (field: string) => boolean;
}

/**
 * Makes the function that turns a record into a create's `data`:
 *
 * - a column named after a scalar field gives its value, typed strictly
 * - `country.code`, an object `{ code }`, or a plain value for a key of one field connects the row that has it
 * - a list of these, or in a text file such values separated by `;`, connects several
 * - a foreign key's own column, such as `countryCode`, is taken for its relation
 *
 * It throws IMPORT_UNKNOWN_COLUMN with the nearest name, BAD_INPUT with the column as its path.
 */
export function createMapper(options: MapperOptions): (source: SourceRecord) => MappedRow {
  const plans = new Map<string, Plan>();
  const { prepare } = options.mapping;
  return ({ record: given, line, text }) => {
    const record = prepare ? prepare(given) : given;
    const columns = Object.keys(record);
    const shape = columns.join('\n');
    let plan = plans.get(shape);
    if (!plan) {
      plan = makePlan(columns, options);
      if (plans.size === maxPlans) plans.clear();
      plans.set(shape, plan);
    }
    const data: Record<string, unknown> = {};
    const value = (column: string): GivenValue => ({ value: record[column], text });
    for (const { field, column } of plan.scalars)
      data[field.name] = convertValue(field, value(column), column, options.schema);
    for (const { relation, parts } of plan.relations) {
      const parted = parts.map(({ name, column }) => ({ name, column, given: value(column) }));
      const written = relation.list
        ? connectMany(relation, parted, options.schema)
        : connectOne(relation, parted, options.schema);
      if (written !== undefined) data[relation.name] = written;
    }
    return { data, line, columnOf: plan.columnOf };
  };
}

/** A file whose records all have other columns must not fill the memory. */
const maxPlans = 100;

/** What the columns of a record mean; records with the same columns share it. */
interface Plan {
  readonly scalars: readonly { readonly field: ScalarField; readonly column: string }[];
  readonly relations: readonly { readonly relation: RelationField; readonly parts: Part[] }[];
  readonly columnOf: Map<string, string>;
}

function makePlan(columns: readonly string[], options: MapperOptions): Plan {
  const scalars: { field: ScalarField; column: string }[] = [];
  const relations = new Map<string, { relation: RelationField; parts: Part[] }>();
  const columnOf = new Map<string, string>();
  for (const column of columns) {
    const renamed =
      options.mapping.columns && Object.hasOwn(options.mapping.columns, column)
        ? options.mapping.columns[column]
        : column;
    if (renamed === null || renamed === undefined) continue;
    const { field, part } = resolve(renamed, column, options);
    if (field.kind === 'scalar') {
      if (columnOf.has(field.name)) throw twice(columnOf.get(field.name)!, column, field.name);
      scalars.push({ field, column });
    } else {
      const known = relations.get(field.name) ?? { relation: field, parts: [] };
      const same = known.parts.find(({ name }) => name === part || name === undefined || part === undefined);
      if (same) throw twice(same.column, column, field.name);
      known.parts.push({ name: part, column });
      relations.set(field.name, known);
    }
    columnOf.set(field.name, columnOf.get(field.name) ?? column);
  }
  return { scalars, relations: [...relations.values()], columnOf };
}

/** The field that a name such as `name`, `country.code` or `countryCode` stands for. */
function resolve(
  name: string,
  column: string,
  { model, schema, isWritable }: MapperOptions,
): { field: Field; part: string | undefined } {
  const [first = '', part, ...more] = name.split('.');
  const field = model.fields.get(first);
  if (field?.kind === 'scalar' && field.foreignKey && part === undefined) {
    const owner = ownerOf(model, first);
    if (owner && isWritable(owner.relation.name)) return { field: owner.relation, part: owner.there };
  }
  const target = field?.kind === 'relation' ? modelOf(schema, field.target) : undefined;
  const partExists = part === undefined || target?.fields.get(part)?.kind === 'scalar';
  if (field && !(field.kind === 'scalar' && field.foreignKey) && isWritable(first) && partExists && more.length === 0)
    return { field, part };
  throw unknownColumn(model, column, nearest(name, namesFor(model, schema, isWritable)));
}

/** Everything that a column may be called. */
function* namesFor(model: Model, schema: Schema, isWritable: (field: string) => boolean): Generator<string> {
  for (const field of model.fields.values()) {
    if (field.kind === 'scalar') {
      const writable = field.foreignKey ? ownerOf(model, field.name)?.relation.name : field.name;
      if (writable !== undefined && isWritable(writable)) yield field.name;
    } else if (isWritable(field.name)) {
      yield field.name;
      for (const { fields } of modelOf(schema, field.target).uniques) yield* fields.map((it) => `${field.name}.${it}`);
    }
  }
}

function ownerOf(model: Model, column: string): { relation: RelationField; there: string } | undefined {
  for (const relation of relationsOf(model)) {
    const pair =
      relation.owning && relation.join.kind === 'columns'
        ? relation.join.pairs.find(([here]) => here === column)
        : undefined;
    if (pair) return { relation, there: pair[1] };
  }
  return undefined;
}

const twice = (one: string, other: string, field: string) =>
  new PergolaError(
    'IMPORT_BAD_FILE',
    `The columns "${one}" and "${other}" are both ${field}.`,
    `Leave one out: columns: { "${other}": null }.`,
  );

/** The file names a column that no writable field answers to. */
const unknownColumn = (model: Model, column: string, name?: string) =>
  new PergolaError(
    'IMPORT_UNKNOWN_COLUMN',
    `${model.name} has no writable field for the column "${column}".`,
    name
      ? `Rename the column to "${name}", or map it: columns: { "${column}": "${name}" }.`
      : 'Remove the column, or map it to a field.',
    column,
  );
