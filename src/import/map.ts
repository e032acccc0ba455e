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
import { arm, defusedColumn } from './defused.ts';
import { recordMaker, type Mapping } from './map-record.ts';
import type { RawRecord, SourceRecord } from './parse.ts';

export type { Mapping } from './map-record.ts';

export interface MappedRow {
  /** As a create takes it. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly line: number;
  readonly raw: RawRecord | undefined;
  /** Which column a field came from. */
  readonly columnOf: ReadonlyMap<string, string>;
}

export interface MapperOptions {
  readonly schema: Schema;
  readonly model: Model;
  readonly mapping: Mapping;
  /** Whether the viewer may write the field at all: what they may not is as unknown as what does not exist. */
  readonly isWritable: (field: string) => boolean;
  /** Told of each column that is taken for a field of another spelling. */
  readonly onForgiven?: (column: string, field: string) => void;
}

/**
 * Makes the function that turns a record into a create's `data`:
 *
 * - a column named after a scalar field gives its value, typed strictly
 * - `country.code`, an object `{ code }`, or a plain value for a key of one field connects the row that has it
 * - a list of these, or in a text file such values separated by `;`, connects several
 * - a foreign key's own column, such as `countryCode`, is taken for its relation
 * - where no name fits, one fits that differs in case and separators only
 *
 * It throws IMPORT_UNKNOWN_COLUMN with the nearest name, BAD_INPUT with the column as its path.
 */
export function createMapper(options: MapperOptions): (source: SourceRecord) => MappedRow {
  const plans = new Map<string, Plan>();
  const { constants = {} } = options.mapping;
  const prepare = recordMaker(options.mapping);
  return ({ record: given, line, text, raw }) => {
    const record = prepare(given);
    const columns = Object.keys(record);
    const shape = columns.join('\n');
    let plan = plans.get(shape);
    if (!plan) {
      plan = makePlan(columns, options);
      if (plans.size === maxPlans) plans.clear();
      plans.set(shape, plan);
    }
    const isDefused = text && Object.hasOwn(record, defusedColumn);
    const value = (column: string): GivenValue => {
      const cell = isDefused ? arm(record[column]) : record[column];
      return { value: cell, text: text || (Object.hasOwn(constants, column) && typeof cell === 'string') };
    };
    const data: Record<string, unknown> = {};
    for (const { field, column } of plan.scalars) {
      const cell = value(column);
      if (cell.value !== undefined) data[field.name] = convertValue(field, cell, column, options.schema);
    }
    for (const { relation, parts } of plan.relations) {
      const parted = parts.map(({ name, column }) => ({ name, column, given: value(column) }));
      if (parted.some(({ given: part }) => part.value === undefined)) continue;
      const written = relation.list
        ? connectMany(relation, parted, options.schema)
        : connectOne(relation, parted, options.schema);
      if (written !== undefined) data[relation.name] = written;
    }
    return { data, line, columnOf: plan.columnOf, raw };
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
    if (column === defusedColumn) continue;
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
function resolve(name: string, column: string, options: MapperOptions): Resolved {
  const exact = resolveExactly(name, options);
  if (exact) return exact;
  const { model, schema, isWritable } = options;
  const names = [...namesFor(model, schema, isWritable)];
  const similar = names.find((it) => plainName(it) === plainName(name));
  const forgiven = similar === undefined ? undefined : resolveExactly(similar, options);
  if (!forgiven) throw unknownColumn(model, column, nearest(name, names));
  options.onForgiven?.(column, similar!);
  return forgiven;
}

interface Resolved {
  readonly field: Field;
  readonly part: string | undefined;
}

/** Without case and separators. */
const plainName = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function resolveExactly(name: string, { model, schema, isWritable }: MapperOptions): Resolved | undefined {
  const [first = '', part, ...more] = name.split('.');
  const field = model.fields.get(first);
  if (field?.kind === 'scalar' && field.foreignKey && part === undefined) {
    const owner = ownerOf(model, first);
    if (owner && isWritable(owner.relation.name)) return { field: owner.relation, part: owner.there };
  }
  const target = field?.kind === 'relation' ? modelOf(schema, field.target) : undefined;
  const partExists = part === undefined || target?.fields.get(part)?.kind === 'scalar';
  const isColumn = field && !(field.kind === 'scalar' && field.foreignKey);
  return isColumn && isWritable(first) && partExists && more.length === 0 ? { field, part } : undefined;
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
