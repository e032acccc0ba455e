import { badInput } from '../../errors.ts';
import { relationsOf, scalarOf, type Model, type RelationField } from '../../model/model.ts';
import type { Judge } from './judge.ts';
import { tupleText } from './row-finder.ts';
import type { KeyValues } from './row-writer.ts';

/** The other relations of the model that hold this column too: a tenant's key often stands in every foreign key. */
function sharersOf(model: Model, relation: RelationField, column: string): string[] {
  return relationsOf(model)
    .filter((it) => it.name !== relation.name && it.owning && it.join.kind === 'columns')
    .filter(({ join }) => join.kind === 'columns' && join.pairs.some(([here]) => here === column))
    .map(({ name }) => name);
}

export const sharesColumns = (model: Model, relation: RelationField): boolean =>
  relation.join.kind === 'columns' &&
  relation.owning &&
  relation.join.pairs.some(([here]) => sharersOf(model, relation, here).length > 0);

/** What leaves a relation empty: its columns that may be. Those that it shares with a required one stay. */
export function emptyColumns(model: Model, { join }: RelationField): KeyValues {
  if (join.kind !== 'columns') return {};
  const columns = join.pairs.map(([here]) => here).filter((name) => !scalarOf(model, name).required);
  return Object.fromEntries(columns.map((name) => [name, null]));
}

interface Written {
  readonly row: KeyValues;
  /** The relations that the caller writes, each under its own right. */
  readonly relations: readonly string[];
  readonly judge: Pick<Judge, 'readColumns'>;
  readonly path: string;
}

/**
 * Whoever may write one relation may not write another with it. A column that both hold stays as it is, unless both are
 * written: else a parent of another tenant would take the row along.
 *
 * @throws BAD_INPUT
 */
export async function requireSharedSame(
  model: Model,
  relation: RelationField,
  columns: KeyValues,
  { row, relations, judge, path }: Written,
): Promise<void> {
  for (const [column, value] of Object.entries(columns)) {
    const other = sharersOf(model, relation, column).find((name) => !relations.includes(name));
    if (other === undefined || value === null || value === undefined) continue;
    const now = await judge.readColumns(model, row, [column]);
    if (now[column] !== null && tupleText(model, [column], now) === tupleText(model, [column], columns)) continue;
    throw badInput(
      `"${path}" would change ${model.name}.${other} too.`,
      `Write both, or connect what has the same ${other}.`,
      path,
    );
  }
}

/** @throws BAD_INPUT where two relations that are written together want different values in one column. */
export function joinColumns(model: Model, columns: KeyValues, further: KeyValues, path: string): void {
  for (const [name, value] of Object.entries(further)) {
    const known = columns[name];
    if (
      known !== undefined &&
      known !== null &&
      value !== null &&
      tupleText(model, [name], columns) !== tupleText(model, [name], further)
    )
      throw badInput(
        `"${path}" does not fit another relation of the same ${model.name}.`,
        'Connect rows that belong together.',
        path,
      );
    if (known === undefined || value !== null) columns[name] = value;
  }
}
