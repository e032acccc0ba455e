import type { GraphQLResolveInfo } from 'graphql';
import type { OneRead, Row } from '../database/read.ts';
import type { Values } from '../database/values.ts';
import type { Context } from './context.ts';

/** One row, or null for one that is absent or hidden: which of the two is noted for who may have it explained. */
export async function readOne(
  read: OneRead,
  values: Values,
  { database, explanations }: Context,
  { path }: GraphQLResolveInfo,
): Promise<Row | null> {
  const row = await database.one(read, values);
  if (!row) explanations?.note(path, { model: read.model, verb: 'read', row: { ...read, values } });
  return row;
}
