import type { ModelTypes } from '../generated/model-types.ts';
import type { ViewerValue } from './viewer.ts';

export type ModelName = keyof ModelTypes;

type Operand<T> = T | ViewerValue<T>;

interface EqualityFilter<T> {
  equals?: Operand<T> | null;
  not?: Operand<T> | null;
  in?: Operand<T>[];
  notIn?: Operand<T>[];
}

interface OrderFilter<T> extends EqualityFilter<T> {
  lt?: Operand<T>;
  lte?: Operand<T>;
  gt?: Operand<T>;
  gte?: Operand<T>;
}

interface TextFilter<T> extends OrderFilter<T> {
  contains?: string;
  startsWith?: string;
  endsWith?: string;
}

/** A part of a Json value, under keys of objects one inside the other, or the whole of it. Lists are not entered. */
interface JsonFilter {
  path?: string[];
  equals?: Operand<string> | number | boolean | null;
  not?: Operand<string> | number | boolean | null;
}

type ScalarFilter<T> = [object] extends [T]
  ? JsonFilter
  : [T] extends [boolean]
    ? EqualityFilter<T>
    : [T] extends [string]
      ? string extends T
        ? TextFilter<T>
        : EqualityFilter<T>
      : [T] extends [number | bigint | Date]
        ? OrderFilter<T>
        : EqualityFilter<T>;

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
  [F in keyof ModelTypes[M]['scalars']]?: ScalarFilter<NonNullable<ModelTypes[M]['scalars'][F]>>;
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
