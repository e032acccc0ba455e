import { sql } from 'kysely';
import { scalarOf, type Model, type Schema } from '../model/model.ts';
import type { Engine, Sql } from './engine.ts';

export interface CompileContext {
  readonly schema: Schema;
  readonly engine: Engine;
  /** A table alias that this statement has not used yet. */
  nextAlias(): string;
}

/** A model's rows under an alias. `used` notes the columns that are asked for. */
export interface Scope {
  readonly model: Model;
  readonly alias: string;
  readonly used?: Set<string>;
}

export function column(scope: Scope, field: string): Sql {
  const { column: name } = scalarOf(scope.model, field);
  scope.used?.add(name);
  return sql.id(scope.alias, name);
}
