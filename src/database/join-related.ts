import { sql } from 'kysely';
import { keyOf, scalarOf, type RelationField } from '../model/model.ts';
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
  const { from, pairs, also } = tieRelated(relation, scope, target, context);
  const ties = pairs.map(({ here, there }) => sql`${there} = ${here}`);
  return { from, on: sql.join([...ties, ...also], sql` and `) };
}

/** Columns of a row and of the tables beside it, which are equal where the two are related. */
export interface Tied {
  readonly from: Sql;
  readonly pairs: readonly { readonly here: Sql; readonly there: Sql; readonly mayBeAbsent: boolean }[];
  /** What must hold among the tables of `from`. */
  readonly also: readonly Sql[];
}

export function tieRelated(
  relation: RelationField,
  scope: Scope,
  target: Scope,
  context: Pick<CompileContext, 'nextAlias'>,
): Tied {
  const table = sql`${sql.table(target.model.table)} as ${sql.id(target.alias)}`;
  if (relation.join.kind === 'columns') {
    const pairs = relation.join.pairs.map(([here, there]) => ({
      here: column(scope, here),
      there: column(target, there),
      mayBeAbsent: !scalarOf(scope.model, here).required || !scalarOf(target.model, there).required,
    }));
    return { from: table, pairs, also: [] };
  }
  const { table: joinTable, near, far } = relation.join;
  const join = context.nextAlias();
  const [here, there] = [keyOf(scope.model).fields[0]!, keyOf(target.model).fields[0]!];
  return {
    from: sql`${sql.table(joinTable)} as ${sql.id(join)}, ${table}`,
    pairs: [{ here: column(scope, here), there: sql.id(join, near), mayBeAbsent: false }],
    also: [sql`${column(target, there)} = ${sql.id(join, far)}`],
  };
}
