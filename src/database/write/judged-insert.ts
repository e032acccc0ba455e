import { sql } from 'kysely';
import { bigIntText } from '../../policy/filter.ts';
import type { Viewer } from '../../policy/viewer.ts';
import { compileFilter } from '../compile-filter.ts';
import type { InsertedRow } from '../engine.ts';
import { bind, type Parameter } from '../parameters.ts';
import type { CompileContext } from '../scope.ts';
import { cachedStatement } from '../statement-cache.ts';
import { placeholder, type Placeholder } from './placeholder.ts';
import type { InsertableRow, LoneRow, RowWriter } from './row-writer.ts';

export interface JudgedRow {
  readonly row: LoneRow;
  /** What notes it, if anything does. */
  readonly note: InsertableRow | undefined;
}

/** The statement that inserts a row, judges it and notes it; undefined where the engine knows none. */
export function judgedInsert({ context, columnOf, stored }: RowWriter, viewer: Viewer, { row, note }: JudgedRow) {
  const { insertJudged } = context.engine;
  if (!insertJudged) return undefined;
  const { model, columns, filter, values } = row;
  const shape = ['judged', model.name, filter, Object.keys(columns), note && Object.keys(note.columns)];
  const statement = cachedStatement(context, JSON.stringify(shape, bigIntText), () => {
    const alias = 't0';
    let aliases = 1;
    const compileContext: CompileContext = { ...context, nextAlias: () => `t${aliases++}` };
    return insertJudged({
      row: inserted('set', row),
      alias,
      condition: compileFilter(filter, { model, alias }, compileContext),
      note: note && inserted('note', note),
    });
  });
  const parameters = (statement.parameters as readonly (Placeholder | Parameter)[]).map((it) => {
    if ('operand' in it) return bind([it], values.list, viewer, context)[0];
    const of = it.of === 'note' ? note! : row;
    return stored(of.model, it.name, of.columns[it.name]);
  });
  return { sql: statement.sql, parameters };

  function inserted(of: 'set' | 'note', it: InsertableRow): InsertedRow {
    const names = Object.keys(it.columns);
    return {
      table: sql.table(it.model.table),
      columns: names.map((name) => columnOf(it.model, name)),
      values: names.map((name) => placeholder(of, name)),
    };
  }
}
