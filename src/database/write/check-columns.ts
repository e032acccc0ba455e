import { badInput } from '../../errors.ts';
import { scalarOf, type Model, type ScalarField, type ScalarType, type Schema } from '../../model/model.ts';
import type { Engine } from '../engine.ts';
import { digitsOf } from '../engines/decimal-digits.ts';
import { checkValue, isScalarObject } from '../parse-arguments.ts';

/** Values of one row by field name. */
export type ColumnValues = Readonly<Record<string, unknown>>;

interface CheckContext {
  readonly schema: Schema;
  readonly engine: Engine;
}

/** What no engine may be asked to store, found before it is asked. */
export function checkColumns(model: Model, columns: ColumnValues, { schema, engine }: CheckContext, path: string) {
  for (const [name, value] of Object.entries(columns)) {
    const field = scalarOf(model, name);
    // The others are looked at once more, to say what is wrong.
    if (isStorable(value, field, { schema, engine })) continue;
    const at = `${path}.${name}`;
    checkValue(value, field, at);
    if (value !== null && value !== undefined) checkType(value, field, schema, at);
    if (value === null && field.required)
      throw badInput(`"${at}" is null, and the field is required.`, 'Give a value.', at);
    if (field.type === 'Decimal' && value !== null) checkDigits(value, engine, at);
  }
}

/** Whether the engine can be asked to store it. No for a list, of which each item has to be looked at. */
export function isStorable(value: unknown, field: ScalarField, { schema, engine }: CheckContext): boolean {
  if (value === null) return !field.required;
  if (value === undefined) return false;
  const { type } = field;
  if (field.list || (typeof value === 'string' && value.includes('\0'))) return false;
  if (type === 'Json') return typeof value !== 'number' || Number.isFinite(value);
  if (typeof value === 'object' && !isScalarObject(value)) return false;
  if (type === 'Enum') return schema.enums.get(field.enum ?? '')?.values.some(({ name }) => name === value) === true;
  if (!takes[type](value)) return false;
  // What a Decimal takes was looked at above: a number, a text or an object of digits.
  return type !== 'Decimal' || engine.decimalProblem((value as { toString(): string }).toString()) === undefined;
}

export function checkRequired(model: Model, columns: ColumnValues, path: string) {
  for (const field of model.fields.values()) {
    if (field.kind !== 'scalar' || !field.required || field.default || columns[field.name] !== undefined) continue;
    throw badInput(`"${path}" lacks ${nameForCallers(model, field.name)}.`, 'Give it a value.', path);
  }
}

/** A missing foreign key is a missing relation to callers. */
export function nameForCallers(model: Model, column: string): string {
  for (const field of model.fields.values()) {
    if (
      field.kind === 'relation' &&
      field.owning &&
      field.join.kind === 'columns' &&
      field.join.pairs.some(([here]) => here === column)
    ) {
      return field.name;
    }
  }
  return column;
}

function checkDigits(value: unknown, engine: Engine, path: string) {
  const problem = engine.decimalProblem(String(value));
  if (problem) throw badInput(`"${path}" has ${problem}.`, 'Give fewer digits.', path);
}

/**
 * The API takes no other values, but hand-written fields come past it, and an engine would keep what it can make of
 * them: SQLite the text "x" in a column of numbers, and infinity for 1e400.
 */
function checkType(value: unknown, field: ScalarField, { enums }: Schema, path: string) {
  if (field.list) return;
  const names = enums.get(field.enum ?? '')?.values.map(({ name }) => name);
  if (names ? names.includes(value as string) : takes[field.type](value)) return;
  const shown = String(value).slice(0, 40);
  throw badInput(
    `"${path}" cannot be ${shown}.`,
    `Give ${names ? `one of ${names.join(', ')}` : wanted[field.type]}.`,
    path,
  );
}

const takes: Record<ScalarType, (value: unknown) => boolean> = {
  String: (value) => typeof value === 'string',
  Enum: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => Number.isInteger(value) && BigInt.asIntN(32, BigInt(value as number)) === BigInt(value as number),
  BigInt: (value) =>
    (typeof value === 'bigint' || Number.isSafeInteger(value)) &&
    BigInt.asIntN(64, BigInt(value as number)) === BigInt(value as number),
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  Decimal: isDecimal,
  DateTime: isMoment,
  Date: isMoment,
  Json: () => true,
  Bytes: (value) => value instanceof Uint8Array,
};

const wanted: Record<ScalarType, string> = {
  String: 'a text',
  Enum: 'one of its names',
  Boolean: 'true or false',
  Int: 'a whole number of 32 bits',
  BigInt: 'a whole number of 64 bits',
  Float: 'a finite number',
  Decimal: 'a decimal number within 1e308',
  DateTime: 'a moment of the years 1 to 9999',
  Date: 'a day of the years 1 to 9999',
  Json: 'a JSON value',
  Bytes: 'bytes',
};

/** It becomes a double on SQLite: neither infinite there nor, unless it is, zero. */
function isDecimal(value: unknown): boolean {
  const text = String(value);
  const stored = Number(text);
  return text.trim() !== '' && Number.isFinite(stored) && (stored !== 0 || digitsOf(text) === 0);
}

/** Years of four digits: their text sorts as they do. */
function isMoment(value: unknown): boolean {
  const year = (value instanceof Date ? value : new Date(String(value))).getUTCFullYear();
  return year >= 1 && year <= 9999;
}
