import { sql } from 'kysely';
import { keyOf, type RelationField } from '../model/model.ts';
import type { Sql } from './engine.ts';
import { column, type CompileContext, type Scope } from './scope.ts';

/** Tables to read from, and the conditions that tie their rows together. */
export interface Joined {
  readonly from: Sql;
  readonly on: Sql;
}

/** Where the related rows come from, and the condition that ties them to the row in `scope`. */
export function joinRelated(
  relation: RelationField,
  scope: Scope,
  target: Scope,
  context: Pick<CompileContext, 'nextAlias'>,
): Joined {
  const table = sql`${sql.table(target.model.table)} as ${sql.id(target.alias)}`;
  if (relation.join.kind === 'columns') {
    const pairs = relation.join.pairs.map(([here, there]) => sql`${column(target, there)} = ${column(scope, here)}`);
    return { from: table, on: sql.join(pairs, sql` and `) };
  }
  const { table: joinTable, near, far } = relation.join;
  const join = context.nextAlias();
  const [here, there] = [keyOf(scope.model).fields[0]!, keyOf(target.model).fields[0]!];
  return {
    from: sql`${sql.table(joinTable)} as ${sql.id(join)}, ${table}`,
    on: sql`${sql.id(join, near)} = ${column(scope, here)} and ${column(target, there)} = ${sql.id(join, far)}`,
  };
}
