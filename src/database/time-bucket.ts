import { sql } from 'kysely';
import type { ScalarField, ScalarType } from '../model/model.ts';
import { badInput } from '../errors.ts';
import { parameter } from './compile-filter.ts';
import type { Sql } from './engine.ts';
import { count } from './parameters.ts';
import type { CompileContext } from './scope.ts';
import { firstMomentOf, offsetsOf, type Offsets } from './time-zone.ts';
import { nextUnit, type TimeUnit } from './time-unit.ts';
import type { Values } from './values.ts';

/** Values of one unit of time, taken together. */
export interface Bucket {
  readonly unit: TimeUnit;
  /** The zone whose days they are; UTC without one. */
  readonly timeZone?: string;
  /** Where that zone's offsets stand, once they are known. */
  readonly offsets?: OffsetTable;
}

/**
 * Where in the values a zone's offsets stand: first 2^levels - 1 moments of change, in order, then 2^levels offsets,
 * one from the beginning and one from each change on. So a statement's shape depends on the number of levels only.
 */
export interface OffsetTable {
  readonly levels: number;
  readonly at: number;
}

/** 255 changes of the clock: more than a century of summer times. */
const maxLevels = 8;

const firstDay = Date.parse('0001-01-01T00:00:00.000Z');
const lastMoment = Date.parse('9999-12-31T23:59:59.999Z');
/** A bucket may begin this long before its first value, and a value may be written while the offsets are looked up. */
const marginMs = 370 * 86_400_000;

/**
 * @param span the first and the last moment.
 * @throws BAD_INPUT for a span in which the zone's clocks changed too often for one statement.
 */
export function offsetsAround([first, last]: readonly [number, number], zone: string, path: string): Offsets {
  const [from, to] = [Math.max(firstDay, first - marginMs), Math.min(lastMoment, last + marginMs)];
  const maxChanges = 2 ** maxLevels - 1;
  const offsets = offsetsOf(zone, { from, to, maxChanges });
  if (offsets) return offsets;
  const years = [from, to].map((moment) => new Date(moment).toISOString().slice(0, 4)).join(' to ');
  throw badInput(
    `The clocks of ${zone} change more than ${maxChanges} times from ${years}.`,
    'Narrow "where" to fewer years, or leave "timeZone" out.',
    path,
  );
}

/** Puts the offsets among the values, filled up with the last change, after which nothing differs. */
export function addOffsets({ first, changes }: Offsets, values: Values): OffsetTable {
  const levels = Math.ceil(Math.log2(changes.length + 1));
  const at = values.list.length;
  const missing = Array.from({ length: 2 ** levels - 1 - changes.length }, () => changes.at(-1)!);
  const filled = [...changes, ...missing];
  for (const { moment } of filled) values.add(new Date(moment));
  for (const offset of [first, ...filled.map((change) => change.offset)]) values.add(offset);
  return { levels, at };
}

/** The first day, in the zone, of the unit that a value lies in. */
export function compileBucket(
  { unit, offsets }: Bucket,
  value: Sql,
  { type }: Pick<ScalarField, 'type'>,
  { engine }: CompileContext,
): Sql {
  return engine.truncateTime(unit, value, offsets && compileOffset(value, offsets, type));
}

/** Halves the changes until one offset is left: as many comparisons a row as there are levels. */
function compileOffset(value: Sql, { levels, at }: OffsetTable, type: ScalarType): Sql {
  const changes = 2 ** levels - 1;
  const search = (first: number, last: number): Sql => {
    if (first === last) return parameter({ kind: 'argument', at: at + changes + first }, count);
    const middle = (first + last - 1) / 2;
    const change = parameter({ kind: 'argument', at: at + middle }, { type, enum: undefined });
    return sql`case when ${value} >= ${change} then ${search(middle + 1, last)} else ${search(first, middle)} end`;
  };
  return search(0, changes);
}

/**
 * The moment at which the bucket that begins on this day starts in the zone: the earliest at which a calendar there
 * shows a day of it. No calendar begins before the first day of year 1: earlier local times count as that day.
 */
export function startOfBucket(day: Date, unit: TimeUnit, offsets: Offsets): Date {
  const start = day.getTime();
  if (start <= firstDay) return new Date(firstDay);
  return new Date(firstMomentOf(offsets, start, nextUnit(day, unit).getTime()));
}
