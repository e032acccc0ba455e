import type { RowShape, ShapedField } from '../database/write/create-alike.ts';
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
import { converterOf } from './convert-value.ts';
import { nearest } from '../model/nearest.ts';
import { arm, defusedColumn } from './defused.ts';
import { recordMaker, type Mapping } from './map-record.ts';
import type { RawRecord, SourceRecord } from './parse.ts';

export type { Mapping } from './map-record.ts';

/** A row as a file gives it. */
export class MappedRow {
  /** By the plan's places; undefined where the file says nothing. */
  readonly values: readonly unknown[];
  readonly line: number;
  readonly raw: RawRecord | undefined;
  private readonly plan: Plan;

  constructor(plan: Plan, values: readonly unknown[], { line, raw }: Pick<SourceRecord, 'line' | 'raw'>) {
    this.plan = plan;
    this.values = values;
    this.line = line;
    this.raw = raw;
  }

  /** What its values are, where rows with the same columns can be created together. The same object for all of them. */
  get shape(): RowShape | undefined {
    return this.plan.shape;
  }

  /** Which column a field came from. */
  get columnOf(): ReadonlyMap<string, string> {
    return this.plan.columnOf;
  }

  /** As a create takes it. */
  get data(): Readonly<Record<string, unknown>> {
    const data: Record<string, unknown> = {};
    for (const [at, { name, key }] of this.plan.places.entries()) {
      const value = this.values[at];
      if (value === undefined) continue;
      if (key === undefined) data[name] = value;
      else data[name] = value === null ? { disconnect: true } : { connect: { [key]: value } };
    }
    return data;
  }
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
 * Makes the functions that turn a record into a create's `data`:
 *
 * - a column named after a scalar field gives its value, typed strictly
 * - `country.code`, an object `{ code }`, or a plain value for a key of one field connects the row that has it
 * - a list of these, or in a text file such values separated by `;`, connects several
 * - a foreign key's own column, such as `countryCode`, is taken for its relation
 * - where no name fits, one fits that differs in case and separators only
 *
 * They throw IMPORT_UNKNOWN_COLUMN with the nearest name, BAD_INPUT with the column as its path.
 */
export function createMapper(options: MapperOptions) {
  const plans = new Map<string, Plan>();
  const tables = new WeakMap<readonly string[], Plan>();
  const { make, leaves } = recordMaker(options.mapping);

  /** What a record holds once the mapping has changed it; a table that stays as it is has no need of one. */
  function prepared(source: SourceRecord) {
    const { columns } = source;
    if (!columns || !leaves(columns)) {
      const record = make(source.record);
      return { record, plan: planFor(Object.keys(record)) };
    }
    let plan = tables.get(columns);
    if (!plan) tables.set(columns, (plan = planFor(columns)));
    return { record: undefined, plan };
  }

  return {
    map(source: SourceRecord): MappedRow {
      const { record, plan } = prepared(source);
      return new MappedRow(plan, valuesOf(plan, source, record), source);
    },
    /** The fields that the record has columns for. */
    fieldsOf: (source: SourceRecord): ReadonlySet<string> => new Set(prepared(source).plan.columnOf.keys()),
  };

  function planFor(columns: readonly string[]): Plan {
    const names = columns.join('\n');
    let plan = plans.get(names);
    if (!plan) {
      plan = makePlan(columns, options);
      if (plans.size === maxPlans) plans.clear();
      plans.set(names, plan);
    }
    return plan;
  }

  function valuesOf(plan: Plan, source: SourceRecord, record?: SourceRecord['record']): unknown[] {
    const isDefused = source.text && plan.isDefused;
    const given: GivenCell = ({ column, at }) => {
      const cell = record ? record[column] : source.cell?.(at);
      return isDefused ? arm(cell) : cell;
    };
    return plan.places.map((place) => place.read(given, source.text));
  }
}

/** A file whose records all have other columns must not fill the memory. */
const maxPlans = 100;

/** A column of the file, by its name and by where it stands. */
interface Place {
  readonly column: string;
  readonly at: number;
}

/** What the columns of a record mean; records with the same columns share it. */
interface Plan {
  readonly places: readonly PlannedField[];
  readonly columnOf: Map<string, string>;
  readonly isDefused: boolean;
  readonly shape: RowShape | undefined;
}

/** A field, and how its value is made of one or several columns. */
interface PlannedField extends ShapedField {
  read(given: GivenCell, text: boolean): unknown;
}

type GivenCell = (place: Place) => unknown;

function makePlan(columns: readonly string[], options: MapperOptions): Plan {
  const places: PlannedField[] = [];
  const relations = new Map<string, { relation: RelationField; parts: (Part & Place)[] }>();
  const columnOf = new Map<string, string>();
  for (const [at, column] of columns.entries()) {
    if (column === defusedColumn) continue;
    const renamed = fieldNameOf(column, options.mapping);
    if (renamed === null || renamed === undefined) continue;
    const { field, part } = resolve(renamed, column, options);
    if (field.kind === 'scalar') {
      if (columnOf.has(field.name)) throw twice(columnOf.get(field.name)!, column, field.name);
      places.push(columnOfType(field, { column, at }, options));
    } else {
      const known = relations.get(field.name) ?? { relation: field, parts: [] };
      const same = known.parts.find(({ name }) => name === part || name === undefined || part === undefined);
      if (same) throw twice(same.column, column, field.name);
      known.parts.push({ name: part, column, at });
      relations.set(field.name, known);
    }
    columnOf.set(field.name, columnOf.get(field.name) ?? column);
  }
  const linked = [...relations.values()].map(({ relation, parts }) => linkOf(relation, parts, options));
  const all = [...places, ...linked.map(({ place }) => place)];
  const shape = linked.every(({ isPlain }) => isPlain) ? all.map(({ name, key }) => ({ name, key })) : undefined;
  return { places: all, columnOf, isDefused: columns.includes(defusedColumn), shape };
}

/** A value that every row gets stands under the name of its field, whatever becomes of a column of that name. */
function fieldNameOf(column: string, { columns = {}, constants = {} }: Mapping): string | null | undefined {
  return Object.hasOwn(columns, column) && !Object.hasOwn(constants, column) ? columns[column] : column;
}

function columnOfType(field: ScalarField, place: Place, { schema, mapping }: MapperOptions): PlannedField {
  const convert = converterOf(field, schema);
  const isText = isTextOf(place.column, mapping);
  const read: PlannedField['read'] = (given, text) => {
    const value = given(place);
    return value === undefined ? undefined : convert(value, isText(value, text), place.column);
  };
  return { name: field.name, key: undefined, read };
}

/**
 * Whether a value is read as the text of a table. One that every row gets is where it is one, and what a mapping makes a
 * number or a truth value of is none.
 */
function isTextOf(column: string, { constants = {} }: Mapping): (value: unknown, text: boolean) => boolean {
  const isConstant = Object.hasOwn(constants, column);
  return (value, text) => {
    const type = typeof value;
    return type === 'string' ? text || isConstant : text && type !== 'number' && type !== 'boolean';
  };
}

/** A relation. It is plain where one column names one row by a key of one field. */
function linkOf(relation: RelationField, parts: readonly (Part & Place)[], options: MapperOptions) {
  const { name } = relation;
  const { schema, mapping } = options;
  const [part] = parts;
  const key = parts.length === 1 ? part!.name : undefined;
  const field = key === undefined ? undefined : modelOf(schema, relation.target).fields.get(key);
  const isKey = modelOf(schema, relation.target).uniques.some((it) => it.name === key && it.fields.length === 1);
  if (!relation.list && field?.kind === 'scalar' && isKey)
    return { isPlain: true, place: { ...columnOfType(field, part!, options), name, key } };
  const read: PlannedField['read'] = (given, text) => {
    const parted = parts.map((it) => {
      const value = given(it);
      return { ...it, given: { value, text: isTextOf(it.column, mapping)(value, text) } };
    });
    if (parted.some(({ given: { value } }) => value === undefined)) return undefined;
    return relation.list ? connectMany(relation, parted, schema) : connectOne(relation, parted, schema);
  };
  return { isPlain: false, place: { name, key: undefined, read } };
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
