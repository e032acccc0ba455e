import { modelOf, relationOf, scalarsOf, type Model, type RelationField, type ScalarField } from '../../model/model.ts';
import { all, isAlways, isNever } from '../../policy/filter.ts';
import { canLinkInBulk } from './bulk-link.ts';
import { isStorable } from './check-columns.ts';
import type { ManyContext } from './create-many.ts';
import { defaultOf } from './defaults.ts';
import { createAlikeInserter, type AlikeColumn } from './insert-alike.ts';
import type { KeyAt } from './new-keys.ts';
import { tupleText } from './row-finder.ts';
import type { KeyValues } from './row-writer.ts';
import { emptyColumns } from './shared-columns.ts';

/** A scalar field, or a relation to one row that is named by a key of one field. */
export interface ShapedField {
  readonly name: string;
  /** The key's field of the target; undefined for a scalar. */
  readonly key: string | undefined;
}

export type RowShape = readonly ShapedField[];

/** A row by the places of its shape. */
export type ShapedRow = readonly unknown[];

/** Where a column's value comes from. */
interface Column {
  readonly field: ScalarField;
  valueOf(row: ShapedRow, at: number): unknown;
  /** Whether somebody gave it, rather than nobody. */
  readonly isWritten: boolean;
}

/**
 * Creates rows that all give the same fields, column by column: whatever is the same for all of them is asked once, and
 * there is no object for a row. It judges as `create-many.ts` does, and knows no errors: in any doubt (a value that
 * cannot be stored, a row to link that is not found, a right that is missing, a refusal of the database) it gives
 * false, the caller undoes what was done, and the other way tells what is wrong with which row.
 */
export function createAlikeWriter(context: ManyContext) {
  const { schema, policy, finder, rows, single } = context;
  const { judge } = single;
  const insertAlike = createAlikeInserter(rows);

  async function createAlike(modelName: string, shape: RowShape, data: readonly ShapedRow[]): Promise<boolean> {
    const model = modelOf(schema, modelName);
    if (isNever(policy.rows(model.name, 'create'))) return false;
    if (shape.some(({ name }) => isNever(policy.field(model.name, name, 'write')))) return false;
    const columns = await columnsFor(model, shape, data);
    if (!columns) return false;
    const made: AlikeColumn[] = [];
    for (const { field, valueOf, isWritten } of columns) {
      const values = data.map(valueOf);
      if (!values.every((value) => isStorable(value, field, rows.context))) return false;
      made.push({ field, values, isWritten });
    }
    const keyAt = await insertAlike(model, { count: data.length, columns: made });
    if (keyAt) checkNew(model, shape, { count: data.length, keyAt });
    return keyAt !== undefined;
  }

  /** Undefined where a row needs more than columns, or a row to link is not found. */
  async function columnsFor(
    model: Model,
    shape: RowShape,
    data: readonly ShapedRow[],
  ): Promise<readonly Column[] | undefined> {
    const given = new Map<string, Column['valueOf']>();
    for (const [place, { name, key }] of shape.entries()) {
      const field = model.fields.get(name);
      if (field?.kind === 'scalar') given.set(name, (row) => row[place]);
      else if (!field || key === undefined) return undefined;
      else {
        const linked = await linkedColumns(model, relationOf(model, name), { place, key, data });
        if (!linked) return undefined;
        for (const [column, valueOf] of linked) {
          // What two relations share is compared row by row.
          if (given.has(column)) return undefined;
          given.set(column, valueOf);
        }
      }
    }
    for (const [name, value] of Object.entries(single.presetsOf(model))) given.set(name, () => value);
    const columns: Column[] = [];
    for (const field of scalarsOf(model)) {
      const valueOf = given.get(field.name) ?? defaultOf(field);
      if (valueOf) columns.push({ field, valueOf, isWritten: true });
      else if (field.default === undefined) {
        if (field.required) return undefined;
        columns.push({ field, valueOf: () => null, isWritten: false });
      }
    }
    return columns;
  }

  async function linkedColumns(
    model: Model,
    relation: RelationField,
    { place, key, data }: { readonly place: number; readonly key: string; readonly data: readonly ShapedRow[] },
  ): Promise<(readonly [string, Column['valueOf']])[] | undefined> {
    const { join } = relation;
    if (join.kind !== 'columns' || !canLinkInBulk(model, relation, policy, schema)) return undefined;
    const target = modelOf(schema, relation.target);
    const tuples = new Map<string, KeyValues>();
    const texts: (string | undefined)[] = [];
    // Many rows name few: each is made a text of once.
    const textOf = new Map<unknown, string>();
    for (const row of data) {
      const value = row[place];
      if (value === null) {
        // A column that has to keep a value is another relation's too.
        if (relation.required || Object.keys(emptyColumns(model, relation)).length < join.pairs.length)
          return undefined;
        texts.push(undefined);
        continue;
      }
      let text = textOf.get(value);
      if (text === undefined) {
        text = tupleText(target, [key], { [key]: value });
        textOf.set(value, text);
        if (!tuples.has(text)) tuples.set(text, { [key]: value });
      }
      texts.push(text);
    }
    const filter = all([policy.rows(target.name, 'link'), policy.field(target.name, key, 'filter')]);
    const columns = join.pairs.map(([, there]) => there);
    const found = await finder.find({ model: target, by: [key], filter, columns }, tuples);
    if ([...tuples.keys()].some((text) => !found.has(text))) return undefined;
    return join.pairs.map(([here, there]) => {
      const byText = new Map(Array.from(found, ([text, row]) => [text, row[there]]));
      return [here, (_, at) => byText.get(texts[at] ?? '') ?? null] as const;
    });
  }

  function checkNew(model: Model, shape: RowShape, { count, keyAt }: { count: number; keyAt: KeyAt }): void {
    const names = Object.fromEntries(shape.map(({ name }) => [name, null]));
    const filter = all([policy.rows(model.name, 'create'), judge.writeRights(model, names)]);
    if (isAlways(filter)) return;
    const written = Array.from({ length: count }, (_, at) => ({ key: keyAt(at), path: `data[${at}]` }));
    judge.checks.add({ model, filter, rows: written, what: `create this ${model.name}` });
  }

  /** Whether every row gives all fields of the key: else each has to say what it lacks. */
  function givesKey(modelName: string, by: readonly string[], shape: RowShape, data: readonly ShapedRow[]): boolean {
    const model = modelOf(schema, modelName);
    const places = by.map((name) =>
      shape.findIndex((it) => {
        const field = model.fields.get(it.name);
        if (field?.kind !== 'relation') return it.name === name;
        return field.join.kind === 'columns' && field.join.pairs.some(([here]) => here === name);
      }),
    );
    return places.every(
      (place) => place !== -1 && data.every((row) => row[place] !== null && row[place] !== undefined),
    );
  }

  return { createAlike, givesKey };
}
