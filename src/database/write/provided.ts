import { sql } from 'kysely';
import type { Model } from '../../model/model.ts';
import { bigIntText, type Filter, type Operand } from '../../policy/filter.ts';
import type { Viewer } from '../../policy/viewer.ts';
import { compileFilter, parameter } from '../compile-filter.ts';
import type { Sql } from '../engine.ts';
import { bind, type Parameter } from '../parameters.ts';
import type { CompileContext, Scope } from '../scope.ts';
import { Values } from '../values.ts';

/** A row that must be there for another one to be inserted: the insert itself asks for it, and no statement before. */
export interface NeededRow {
  readonly model: Model;
  readonly filter: Filter;
  /** Where in its table it stands, as the database said when it was inserted: then the filter need not name it. */
  readonly place?: Operand | undefined;
}

/** Rows of a viewer's that must be there, all of them. */
export class Provided {
  readonly rows: NeededRow[] = [];
  readonly values = new Values();
  readonly viewer: Viewer;

  constructor(viewer: Viewer) {
    this.viewer = viewer;
  }
}

/** What two have in common that are one statement. */
export const shapeOf = ({ rows }: Provided): string =>
  JSON.stringify(
    rows.map(({ model, filter, place }) => [model.name, filter, place]),
    bigIntText,
  );

/** For a `select` of values, which stands before it. */
export function whereProvided({ rows }: Provided, { schema, engine }: Pick<CompileContext, 'schema' | 'engine'>): Sql {
  let aliases = 0;
  const context: CompileContext = { schema, engine, nextAlias: () => `t${aliases++}` };
  const conditions = rows.map(({ model, filter, place }) => {
    const scope: Scope = { model, alias: context.nextAlias() };
    const is = compileFilter(filter, scope, context);
    const there = place ? sql`${engine.rowPlace!.is(scope.alias, parameter(place, placeField))} and ${is}` : is;
    return sql`exists (select 1 from ${sql.table(model.table)} as ${sql.id(scope.alias)} where ${there})`;
  });
  return sql`where ${sql.join(conditions, sql` and `)}`;
}

const placeField: Parameter['field'] = { type: 'String', enum: undefined };

/** The value of a parameter of the condition. */
export const boundTo = (it: Parameter, { values, viewer }: Provided, context: Parameters<typeof bind>[3]): unknown =>
  bind([it], values.list, viewer, context)[0];
