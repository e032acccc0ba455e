/**
 * A condition on one row, as plain data. Callers' filters and compiled rules are both this; SQL is made from it
 * in one place (`database/compile-filter.ts`).
 *
 * Logic has two values: a comparison with an absent value is false, and `not` is the exact opposite. `is`,
 * `isNot`, `every` and `none` are written with `some` and `not`, so a relation is crossed in one way only.
 */
export type Filter =
  | { readonly kind: 'all'; readonly of: readonly Filter[] }
  | { readonly kind: 'any'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | Comparison
  | Some;

/** Some row there, or the row there, for which the filter holds. */
export interface Some {
  readonly kind: 'some';
  readonly relation: string;
  readonly filter: Filter;
  /** Asked for by a caller, who may cross relations to and fro as often as they like. */
  readonly byCaller?: true;
}

export interface Comparison {
  readonly kind: 'compare';
  readonly field: string;
  readonly operator: ComparisonOperator;
  /** One operand; for `in` any number; for `absent` none. */
  readonly operands: readonly ComparisonOperand[];
  /** The value counts as absent where this does not hold: a field that the viewer reads on some rows only. */
  readonly visible?: Filter;
  /** Of a Json field: the part of the value that is meant. */
  readonly json?: JsonPart;
  /** It names a row by its key, which is read with the row: no right to filter is asked for. Never a caller's `where`. */
  readonly namesRow?: true;
}

export interface JsonPart {
  /** Keys of objects, one inside the other; lists are not entered. Operands, for a key is data like any value. */
  readonly path: readonly Operand[];
  /** What the operand is: values of two kinds are never equal. */
  readonly kind: 'text' | 'number' | 'boolean';
}

export type ComparisonOperator =
  | 'absent'
  | 'equals'
  | 'in'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'contains'
  | 'startsWith'
  | 'endsWith';

/** What a field is compared with. */
export type ComparisonOperand = Operand | FieldOperand;

/**
 * Another field of the same row, as it is stored. Only rules hold one: they judge what is there, so it is not guarded.
 * Where it is absent the comparison is false, like any comparison with an absent value.
 */
export interface FieldOperand {
  readonly kind: 'field';
  readonly field: string;
}

/** A value that is known when a statement runs. */
export type Operand =
  | { readonly kind: 'constant'; readonly value: unknown }
  /** The value at this place in the operation's list of values. */
  | { readonly kind: 'argument'; readonly at: number }
  | { readonly kind: 'viewer'; readonly value: 'id' };

export const always: Filter = { kind: 'all', of: [] };

/** Matches nothing, wherever it is put: an empty `any` is false at every depth, unlike Prisma's `OR: []` inside an `AND`. */
export const never: Filter = { kind: 'any', of: [] };

export const isAlways = (filter: Filter) => filter.kind === 'all' && filter.of.length === 0;
export const isNever = (filter: Filter) => filter.kind === 'any' && filter.of.length === 0;

/** A list filled up to a power of two with its last item: the same set, and few shapes of statement for many lengths. */
export function padded<T>(list: readonly T[]): T[] {
  const last = list.at(-1);
  if (last === undefined) return [];
  const length = 2 ** Math.ceil(Math.log2(list.length));
  return [...list, ...Array.from({ length: length - list.length }, () => last)];
}

/** Both conditions, as nested conditions: merging two objects by key would let one overwrite the other. */
export function all(filters: readonly Filter[]): Filter {
  const rest = filters.filter((filter) => !isAlways(filter));
  if (rest.some(isNever)) return never;
  return rest.length === 1 ? rest[0]! : { kind: 'all', of: rest };
}

export function any(filters: readonly Filter[]): Filter {
  const rest = filters.filter((filter) => !isNever(filter));
  if (rest.some(isAlways)) return always;
  return rest.length === 1 ? rest[0]! : { kind: 'any', of: rest };
}

export function not(filter: Filter): Filter {
  if (isAlways(filter)) return never;
  if (isNever(filter)) return always;
  return filter.kind === 'not' ? filter.of : { kind: 'not', of: filter };
}

export function some(relation: string, filter: Filter): Filter {
  return isNever(filter) ? never : { kind: 'some', relation, filter };
}

/** For `JSON.stringify`: rules may hold a BigInt, which JSON has no text for. */
export const bigIntText = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
