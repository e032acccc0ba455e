import type { Value } from './world.ts';

/** One mutation with one root field, as data: inputs stand in it as they travel, in GraphQL's shape. */
export type WriteText =
  | { readonly kind: 'create'; readonly model: string; readonly data: DataText }
  | { readonly kind: 'update'; readonly model: string; readonly where: DataText; readonly data: DataText }
  | {
      readonly kind: 'upsert';
      readonly model: string;
      readonly where: DataText;
      readonly create: DataText;
      readonly update: DataText;
    }
  | { readonly kind: 'delete'; readonly model: string; readonly where: DataText }
  | { readonly kind: 'createMany'; readonly model: string; readonly data: readonly DataText[] }
  | { readonly kind: 'updateMany'; readonly model: string; readonly where: DataText; readonly data: DataText }
  | {
      readonly kind: 'upsertMany';
      readonly model: string;
      /** The name of a unique key: its fields, joined by underscores. */
      readonly by: string;
      readonly data: readonly DataText[];
    }
  | { readonly kind: 'deleteMany'; readonly model: string; readonly where: DataText };

/** Values by field; of relations, what to do at the other end by verb. */
export type DataText = { readonly [name: string]: Value };

/** `{ id: 1 }` and `{ a_b: { a: 1, b: 2 } }` by field. */
export function namedValues(where: DataText): DataText {
  const [value] = Object.values(where);
  return typeof value === 'object' && value !== null ? (value as DataText) : where;
}
