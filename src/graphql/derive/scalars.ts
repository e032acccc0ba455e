import { Decimal } from '@prisma/client/runtime/client';
import { GraphQLError, Kind, type ValueNode } from 'graphql';
import type { Derivation } from './derivation.ts';

/** DateTime, Date, Decimal, BigInt, Json and Bytes: exact in both directions. */
export function deriveScalars({ typed: builder }: Derivation) {
  builder.scalarType('DateTime', {
    description: 'A moment, as ISO 8601 with a time zone: `2026-11-22T10:00:00.000Z`.',
    serialize: (value) => asDate(value).toISOString(),
    parseValue: parseDateTime,
  });
  builder.scalarType('Date', {
    description: 'A calendar day: `2026-11-22`.',
    serialize: (value) => asDate(value).toISOString().slice(0, 10) as unknown as Date,
    parseValue: parseDate,
  });
  builder.scalarType('Decimal', {
    description: 'A decimal number as text, without rounding: `"11.10"`. Numbers are taken too.',
    serialize: (value) => plainDecimal(value),
    parseValue: parseDecimal,
    parseLiteral: (node) => parseDecimal(numberText(node)),
  });
  builder.scalarType('BigInt', {
    description: 'A whole number of 64 bits, as text: `"9007199254740993"`. Numbers within 2^53 are taken too.',
    serialize: (value) => String(value) as unknown as bigint,
    parseValue: parseBigInt,
    parseLiteral: (node) => parseBigInt(numberText(node)),
  });
  builder.scalarType('Json', {
    description: 'Any JSON value.',
    serialize: (value) => value,
    parseValue: (value) => value,
  });
  builder.scalarType('Bytes', {
    description: 'Bytes as base64.',
    serialize: (value) => Buffer.from(value).toString('base64') as unknown as Uint8Array,
    parseValue: parseBytes,
  });
}

/** Years of four digits: their text sorts as they do, on every engine. */
const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3}0{0,6})?)?(Z|[+-]\d\d:\d\d)$/;
const isoDay = /^\d{4}-\d\d-\d\d$/;

function parseDateTime(value: unknown): Date {
  const date = typeof value === 'string' && isoMoment.test(value) ? new Date(value) : undefined;
  if (!date || !isStorable(date) || !isSameDay(value as string))
    throw refused('DateTime', value, 'ISO 8601 with a time zone, such as "2026-11-22T10:00:00Z"');
  return date;
}

function parseDate(value: unknown): Date {
  const date = typeof value === 'string' && isoDay.test(value) ? new Date(`${value}T00:00:00.000Z`) : undefined;
  if (!date || !isStorable(date) || !isSameDay(value as string))
    throw refused('Date', value, 'a day such as "2026-11-22"');
  return date;
}

const isStorable = (date: Date) =>
  !Number.isNaN(date.getTime()) && date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999;

/** JavaScript reads February 30th as March 2nd. */
function isSameDay(text: string): boolean {
  const day = text.slice(0, 10);
  const read = new Date(`${day}T00:00:00.000Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().slice(0, 10) === day;
}

function asDate(value: unknown): Date {
  return value instanceof Date ? value : new Date(String(value));
}

const decimalText = /^-?(\d{1,1000})(\.\d{1,1000})?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' && Number.isFinite(value) ? plainDecimal(value) : value;
  if (typeof text !== 'string' || !decimalText.test(text)) throw refused('Decimal', value, 'a number such as "11.10"');
  return text;
}

function plainDecimal(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'toFixed' in value && typeof value.toFixed === 'function') {
    return String(value.toFixed());
  }
  const text = String(value);
  return /e/i.test(text) ? new Decimal(text).toFixed() : text;
}

function parseBigInt(value: unknown): bigint {
  const whole =
    typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && /^-?\d{1,19}$/.test(value);
  const parsed = whole ? BigInt(value as string | number) : undefined;
  if (parsed === undefined || BigInt.asIntN(64, parsed) !== parsed)
    throw refused('BigInt', value, 'a whole number of 64 bits, as text');
  return parsed;
}

function parseBytes(value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  if (!bytes || bytes.toString('base64') !== value) throw refused('Bytes', value, 'base64 with its padding');
  return new Uint8Array(bytes);
}

function numberText(node: ValueNode): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT || node.kind === Kind.STRING) return node.value;
  throw refused(node.kind, 'this', 'a number');
}

function refused(type: string, value: unknown, expected: string): GraphQLError {
  const shown = JSON.stringify(value, (_, it: unknown) => (typeof it === 'bigint' ? String(it) : it)) ?? String(value);
  return new GraphQLError(`${type} cannot be ${shown.slice(0, 60)}. Give ${expected}.`, {
    extensions: { code: 'BAD_INPUT' },
  });
}
