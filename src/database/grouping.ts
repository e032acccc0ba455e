/** The items by what `keyOf` says of them, in the order in which each was first seen. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Consecutive parts of at most this size. */
export function* partsOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  if (items.length <= size) {
    if (items.length > 0) yield items;
    return;
  }
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** As few parts as the limit allows, of nearly the same size, so that the statements made for them are the same. */
export function evenPartsOf<T>(items: readonly T[], limit: number): Generator<readonly T[]> {
  const count = Math.ceil(items.length / Math.max(1, limit));
  return partsOf(items, Math.max(1, Math.ceil(items.length / count)));
}

/**
 * Sizes of consecutive parts: the limit as often as it goes, then powers of two. Whatever the total is, statements made
 * for these sizes are few: each that an engine keeps prepared takes as much memory as the rows that it was made for.
 */
export function* fewSizes(total: number, limit: number): Generator<number> {
  let rest = total;
  for (; rest >= limit; rest -= limit) yield limit;
  for (; rest > 0; rest -= 2 ** Math.floor(Math.log2(rest))) yield 2 ** Math.floor(Math.log2(rest));
}
