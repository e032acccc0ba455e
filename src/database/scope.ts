import { sql } from 'kysely';
import { scalarOf, type Model, type Schema } from '../model/model.ts';
import type { Engine, Sql } from './engine.ts';

export interface CompileContext {
  readonly schema: Schema;
  readonly engine: Engine;
  /** A table alias that this statement has not used yet. */
  nextAlias(): string;
  /** Rows that stand in the same select: of a scope, by relation, the one row at its end. */
  readonly joined?: ReadonlyMap<Scope, ReadonlyMap<string, Scope>>;
}

/** A model's rows under an alias. `used` notes the columns that are asked for. */
export interface Scope {
  readonly model: Model;
  readonly alias: string;
  readonly used?: Set<string>;
  /** Many rows led here, perhaps to one and the same. */
  readonly shared?: true;
  /** The rows are not joined: each of these fields is read from a field of another scope. */
  readonly standIns?: { readonly scope: Scope; readonly fields: ReadonlyMap<string, string> };
}

export function column(scope: Scope, field: string): Sql {
  if (scope.standIns) {
    const standIn = scope.standIns.fields.get(field);
    if (standIn === undefined) throw new Error(`${scope.model.name}.${field} is not joined.`);
    return column(scope.standIns.scope, standIn);
  }
  const { column: name } = scalarOf(scope.model, field);
  scope.used?.add(name);
  return sql.id(scope.alias, name);
}
