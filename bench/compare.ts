import { isDeepStrictEqual } from 'node:util';
import type { Data } from './workloads.ts';

/** What is each server's own: how a cursor is written, and the key of a row that it has just made. */
const ownWords = (key: string, path: string) => key === 'endCursor' || (key === 'id' && path === '.createObservation');

/** An answer without what may differ. A list is the same as a connection of which only the nodes were asked for. */
export function plainAnswer(data: Data): Data {
  return plain(data, '') as Data;
}

/** Says where two plain answers differ, or nothing. */
export function difference(one: Data, other: Data): string | undefined {
  return isDeepStrictEqual(one, other) ? undefined : firstDifference(one, other, '');
}

function plain(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, `${path}[]`));
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first?.[0] === 'nodes' && entries.length === 1) return plain(first[1], path);
  const shared = entries.filter(([key]) => !ownWords(key, path));
  return Object.fromEntries(shared.map(([key, it]) => [key, plain(it, `${path}.${key}`)]));
}

function firstDifference(a: unknown, b: unknown, path: string): string {
  if (!isObject(a) || !isObject(b)) return `${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (!isDeepStrictEqual(a[key], b[key])) return firstDifference(a[key], b[key], `${path}.${key}`);
  }
  return path;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
