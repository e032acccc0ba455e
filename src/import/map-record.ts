import type { SourceRecord } from './parse.ts';

/** How a file's columns become fields, where their names alone do not say it. */
export interface Mapping {
  /** Column, or a path into nested JSON such as `place.lat` -> field, or `relation.field`; null leaves the column out. */
  readonly columns?: Readonly<Record<string, string | null>>;
  /** Field -> the value that every row gets. Text is read as in a CSV file. */
  readonly constants?: Readonly<Record<string, unknown>>;
  /** Column -> what becomes of its value. */
  readonly transforms?: Readonly<Record<string, (value: unknown, record: SourceRecord['record']) => unknown>>;
  /** Makes other columns of a record, before anything else. */
  readonly prepare?: (record: SourceRecord['record']) => Readonly<Record<string, unknown>>;
}

/** In a file of refused rows they say why, and mean nothing when it is fed back. */
export const reportColumns = ['_line', '_column', '_code', '_message'] as const;

/** The record with the columns that the mapping makes of it. */
export function recordMaker({ columns = {}, constants, transforms, prepare }: Mapping) {
  const paths = Object.keys(columns).filter((name) => name.includes('.'));
  const isChanged = paths.length > 0 || (constants ?? transforms ?? prepare) !== undefined;
  /** Whether a table with these columns stays as it is. */
  const leaves = (names: readonly string[]) => !isChanged && !(names.includes('_code') && names.includes('_message'));
  const make = (given: SourceRecord['record']): Readonly<Record<string, unknown>> => {
    let record = prepare ? prepare(given) : given;
    if (Object.hasOwn(record, '_code') && Object.hasOwn(record, '_message')) record = without(record, reportColumns);
    const nested = paths.filter((path) => !Object.hasOwn(record, path) && Object.hasOwn(record, rootOf(path)));
    if (nested.length > 0) {
      const found = nested.map((path) => [path, valueAt(record, path)]);
      record = { ...without(record, nested.map(rootOf)), ...Object.fromEntries(found) };
    }
    if (transforms) {
      const changed = Object.entries(transforms).filter(([name]) => Object.hasOwn(record, name));
      const all = record;
      record = { ...record, ...Object.fromEntries(changed.map(([name, change]) => [name, change(all[name], all)])) };
    }
    return constants ? { ...record, ...constants } : record;
  };
  return { make, leaves };
}

const rootOf = (path: string) => path.split('.')[0]!;

function valueAt(record: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = record;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const without = (record: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
