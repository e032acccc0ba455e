import { badInput } from '../errors.ts';
import type { ScalarField, ScalarType, Schema } from '../model/model.ts';
import { ExactNumber, plainJson } from './json-record.ts';

/** A value of a file, and whether the file's format has nothing but text. */
export interface GivenValue {
  readonly value: unknown;
  readonly text: boolean;
}

/** Its arguments stand one by one, for it is called for every cell of a file. */
export type Converter = (value: unknown, text: boolean, column: string) => unknown;

/**
 * Reads a file's values as the field's type, strictly: nothing is rounded, cut or guessed. The column is what an error
 * names. It throws BAD_INPUT.
 */
export function converterOf(field: ScalarField, schema: Schema): Converter {
  if (field.list) {
    const convert = converterOf({ ...field, list: false }, schema);
    return (value, text, column) => {
      if (value === null || value === undefined) return null;
      const items = text && typeof value === 'string' ? parseJson(value) : value;
      if (!Array.isArray(items)) throw refused(field.type, value, 'a list', column);
      return items.map((it) => convert(it, text, column));
    };
  }
  const { type } = field;
  if (type === 'Enum') {
    const names = schema.enums.get(field.enum ?? '')?.values.map(({ name }) => name) ?? [];
    return (value, _, column) => {
      if (value === null || value === undefined) return null;
      if (typeof value === 'string' && names.includes(value)) return value;
      throw refused(field.enum ?? 'Enum', value, `one of ${names.join(', ')}`, column);
    };
  }
  const { read, expected } = types[type];
  return (value, text, column) => {
    if (value === null || value === undefined) return null;
    const converted = value instanceof ExactNumber ? readExact(type, value, column) : read(value, text);
    if (converted === undefined) throw refused(type, value, expected, column);
    return converted;
  };
}

/** @throws BAD_INPUT */
export const convertValue = (field: ScalarField, { value, text }: GivenValue, column: string, schema: Schema) =>
  converterOf(field, schema)(value, text, column);

/** A number with more digits than JavaScript's own keep. */
function readExact(type: Exclude<ScalarType, 'Enum'>, number: ExactNumber, column: string): unknown {
  if (type === 'Json') return plainJson(number, column);
  if (type === 'Float') return Number(number.text);
  return type === 'BigInt' || type === 'Decimal' ? types[type].read(number.text, true) : undefined;
}

interface TypeReader {
  /** Undefined for what is not of the type. */
  readonly read: (value: unknown, text: boolean) => unknown;
  readonly expected: string;
}

const whole = /^[+-]?\d{1,19}$/;
const decimal = /^[+-]?\d{1,1000}(\.\d{1,1000})?$/;
const float = /^[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})(e[+-]?\d{1,3})?$/i;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const day = /^\d{4}-\d\d-\d\d$/;
const booleans: Record<string, boolean | undefined> = { true: true, false: false, 1: true, 0: false };

const types: Record<Exclude<ScalarType, 'Enum'>, TypeReader> = {
  String: { expected: 'text', read: (value) => (typeof value === 'string' ? value : undefined) },
  Int: {
    expected: 'a whole number of 32 bits',
    read: (value, text) => only(Number, wholeText(value, text), (it) => (it | 0) === it),
  },
  BigInt: {
    expected: 'a whole number of 64 bits; as text when it is beyond 2^53',
    // Numbers and text alike: JSON has no other way to write a long one.
    read: (value) => only(BigInt, wholeText(value, typeof value === 'string'), (it) => BigInt.asIntN(64, it) === it),
  },
  Float: {
    expected: 'a number',
    read: (value, text) =>
      text ? only(Number, matching(float, value), Number.isFinite) : typeof value === 'number' ? value : undefined,
  },
  Decimal: {
    expected: 'a number such as 11.10; as text when it has many digits',
    read: (value) => matching(decimal, typeof value === 'number' ? String(value) : value)?.replace(/^\+/, ''),
  },
  Boolean: {
    expected: 'true or false',
    read: (value, text) =>
      text ? booleans[String(value).toLowerCase()] : typeof value === 'boolean' ? value : undefined,
  },
  DateTime: {
    expected: 'ISO 8601 with a time zone, such as 2026-11-22T10:00:00Z',
    read: (value) => only((it) => new Date(it), matching(moment, value), isStorable, isRealDay),
  },
  Date: {
    expected: 'a day such as 2026-11-22',
    read: (value) => only((it) => new Date(`${it}T00:00:00.000Z`), matching(day, value), isStorable, isRealDay),
  },
  Json: { expected: 'JSON', read: (value, text) => (text ? parseJson(String(value)) : plainJson(value, 'JSON')) },
  Bytes: { expected: 'base64 with its padding', read: readBytes },
};

function only<T>(
  convert: (text: string) => T,
  text: string | undefined,
  isGood: (value: T) => boolean,
  isGoodText: (text: string) => boolean = () => true,
): T | undefined {
  if (text === undefined || !isGoodText(text)) return undefined;
  const value = convert(text);
  return isGood(value) ? value : undefined;
}

const matching = (pattern: RegExp, value: unknown) =>
  typeof value === 'string' && pattern.test(value) ? value : undefined;

function wholeText(value: unknown, text: boolean): string | undefined {
  if (text) return matching(whole, value)?.replace(/^\+/, '');
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Years of four digits: their text sorts as they do, on every engine. */
const isStorable = (date: Date) =>
  !Number.isNaN(date.getTime()) && date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999;

/** JavaScript reads February 30th as March 2nd. */
function isRealDay(text: string): boolean {
  const read = new Date(`${text.slice(0, 10)}T00:00:00.000Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().slice(0, 10) === text.slice(0, 10);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readBytes(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? new Uint8Array(bytes) : undefined;
}

function shownOf(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  return typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'this');
}

function refused(type: string, value: unknown, expected: string, column: string) {
  const shown = shownOf(value).slice(0, 60);
  return badInput(`${column} is ${shown}, which is no ${type}.`, `Give ${expected}.`, column);
}
