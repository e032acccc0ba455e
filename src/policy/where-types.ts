import type { ModelTypes } from '../generated/model-types.ts';
import type { FieldValue } from './field-value.ts';
import type { ViewerValue } from './viewer.ts';

export type ModelName = keyof ModelTypes;

/** `N` are the names of the fields beside it that it may be compared with. */
type Operand<T, N extends string> = T | ViewerValue<T> | FieldValue<N>;

interface EqualityFilter<T, N extends string> {
  equals?: Operand<T, N> | null;
  not?: Operand<T, N> | null;
  in?: Operand<T, N>[];
  notIn?: Operand<T, N>[];
}

interface OrderFilter<T, N extends string> extends EqualityFilter<T, N> {
  lt?: Operand<T, N>;
  lte?: Operand<T, N>;
  gt?: Operand<T, N>;
  gte?: Operand<T, N>;
}

interface TextFilter<T, N extends string> extends OrderFilter<T, N> {
  contains?: string;
  startsWith?: string;
  endsWith?: string;
}

/** A part of a Json value, under keys of objects one inside the other, or the whole of it. Lists are not entered. */
interface JsonFilter {
  path?: string[];
  equals?: string | ViewerValue | number | boolean | null;
  not?: string | ViewerValue | number | boolean | null;
}

type ScalarFilter<T, N extends string> = [object] extends [T]
  ? JsonFilter
  : [T] extends [boolean]
    ? EqualityFilter<T, N>
    : [T] extends [string]
      ? string extends T
        ? TextFilter<T, N>
        : EqualityFilter<T, N>
      : [T] extends [number | bigint | Date]
        ? OrderFilter<T, N>
        : EqualityFilter<T, N>;

type Scalars<M extends ModelName> = ModelTypes[M]['scalars'];

/** The fields with values of the same kind: the one among the model's groups that the field is in. */
type Comparable<M extends ModelName, F> = {
  [G in keyof ModelTypes[M]['comparable']]: F extends ModelTypes[M]['comparable'][G]
    ? ModelTypes[M]['comparable'][G]
    : never;
}[keyof ModelTypes[M]['comparable']] &
  string;

/**
 * A condition on rows of one model. Every name in it is checked at every depth: it is mapped from the model itself,
 * because the compiler lets a misspelt field pass inside the unions that Prisma's own `WhereInput` is made of.
 * `undefined` is not a value here: Prisma reads it as "no filter".
 */
export type SafeWhere<M extends ModelName> = {
  AND?: SafeWhere<M>[];
  OR?: SafeWhere<M>[];
  NOT?: SafeWhere<M>;
} & {
  [F in keyof Scalars<M>]?: ScalarFilter<NonNullable<Scalars<M>[F]>, Comparable<M, F>>;
} & {
  [R in keyof ModelTypes[M]['toOne']]?: {
    is?: SafeWhere<ModelTypes[M]['toOne'][R] & ModelName> | null;
    isNot?: SafeWhere<ModelTypes[M]['toOne'][R] & ModelName> | null;
  };
} & {
  [R in keyof ModelTypes[M]['toMany']]?: {
    some?: SafeWhere<ModelTypes[M]['toMany'][R] & ModelName>;
    every?: SafeWhere<ModelTypes[M]['toMany'][R] & ModelName>;
    none?: SafeWhere<ModelTypes[M]['toMany'][R] & ModelName>;
  };
};

/** Not the other two together: for any model the compiler would make that out of each pair of models. */
type Relations<M extends ModelName> = ModelTypes[M]['relations'];

/**
 * The path itself where each part of it is a relation of the model before it, such as `site.survey.organization`; else
 * the paths that it might have been, for the compiler to name and an editor to offer.
 */
export type RelationPath<M extends ModelName, P extends string> = P extends `${infer First}.${infer Rest}`
  ? First extends keyof Relations<M>
    ? `${First}.${RelationPath<Relations<M>[First] & ModelName, Rest>}`
    : keyof Relations<M> & string
  : keyof Relations<M> & string;

/** The model at the end of a path. */
export type PathEnd<M extends ModelName, P extends string> = P extends `${infer First}.${infer Rest}`
  ? PathEnd<Relations<M>[First & keyof Relations<M>] & ModelName, Rest>
  : Relations<M>[P & keyof Relations<M>] & ModelName;
