import type { DecodeTree } from './operation.ts';

const decoders: Readonly<Record<string, (value: string) => unknown>> = {
  BigInt: (value) => BigInt(value),
  Bytes: (value) => Uint8Array.from(atob(value), (character) => character.charCodeAt(0)),
  DateTime: (value) => new Date(value),
};

/** The answer with its scalars as a client works with them. Decimal stays text: a number would round it. */
export function decode(value: unknown, tree: string | DecodeTree | undefined): unknown {
  if (value === null || value === undefined || tree === undefined) return value;
  if (Array.isArray(value)) return value.map((it) => decode(it, tree));
  if (typeof tree === 'string') return decoders[tree]?.(value as string) ?? value;
  const entries = Object.entries(value).map(([key, it]) => [key, decode(it, tree[key])]);
  return Object.fromEntries(entries);
}

/** Variables as they travel. */
export const encode = (value: unknown): string =>
  JSON.stringify(value, (_key, it: unknown) => {
    if (typeof it === 'bigint') return it.toString();
    if (it instanceof Uint8Array) return btoa(Array.from(it, (byte) => String.fromCharCode(byte)).join(''));
    return it;
  });
