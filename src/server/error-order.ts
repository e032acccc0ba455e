import type { GraphQLError } from 'graphql';

type Answer = { readonly errors?: readonly GraphQLError[]; readonly data?: unknown };

/**
 * Errors in the order of the answer's fields. GraphQL leaves them in the order in which statements came back, which
 * differs from one run to the next.
 */
export function inOrder({ errors = [], data }: Answer): readonly GraphQLError[] {
  if (errors.length < 2) return errors;
  const places = new Map(errors.map((error) => [error, placesIn(data, error.path ?? [])]));
  return errors.toSorted((one, other) => comparePlaces(places.get(one)!, places.get(other)!));
}

/** Of each step of a path, which of its siblings it is. A name that is not there, because its parent is null, says so itself. */
function placesIn(data: unknown, path: readonly (string | number)[]): (string | number)[] {
  let value = data;
  return path.map((step) => {
    const parent = value as Record<string, unknown> | null | undefined;
    value = parent?.[step];
    const at = typeof step === 'number' ? step : Object.keys(parent ?? {}).indexOf(step);
    return at < 0 ? String(step) : at;
  });
}

function comparePlaces(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  for (const [at, a] of one.entries()) {
    const b = other[at];
    if (a === b) continue;
    if (b === undefined) return 1;
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return a < b ? -1 : 1;
  }
  return one.length - other.length;
}
