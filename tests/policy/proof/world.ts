import { modelIn, relationsIn, scalarsIn, type ModelShape, type Shape } from './shape.ts';

/** A value as the API writes it: a BigInt, Decimal, DateTime, Date and Bytes are texts, an enum's value is its name. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** By field name, the columns of relations included. */
export type Row = Readonly<Record<string, Value>>;

/** A schema and what stands in its tables. */
export interface World {
  readonly shape: Shape;
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  /** By join table: pairs of keys, A and B. */
  readonly links: Readonly<Record<string, readonly (readonly [Value, Value])[]>>;
}

export const rowsOf = (world: World, model: string): readonly Row[] => world.rows[model] ?? [];

/** As the API writes it; numbers as JavaScript does. */
export const asText = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The values of some fields as one text, for telling rows apart. */
export const textOf = (row: Row, fields: readonly string[]) => JSON.stringify(fields.map((name) => row[name] ?? null));

/** A database could hold it: keys are unique, required columns filled, and required relations lead to a row. */
export function isSound(world: World): boolean {
  return world.shape.models.every((model) => {
    const rows = rowsOf(world, model.name);
    return (
      rows.every((row) => isWhole(row, model, world)) &&
      [model.key, ...model.uniques].every((key) => isUnique(rows, key))
    );
  });
}

function isWhole(row: Row, model: ModelShape, { shape, rows }: World): boolean {
  const filled = scalarsIn(model).every(({ name, required }) => !required || (row[name] ?? null) !== null);
  const led = relationsIn(model).every(({ owning, required, target, join }) => {
    if (!owning || !required || join.kind === 'table') return true;
    return (rows[modelIn(shape, target).name] ?? []).some((it) =>
      join.pairs.every(([here, there]) => row[here] === it[there]),
    );
  });
  return filled && led;
}

function isUnique(rows: readonly Row[], key: readonly string[]): boolean {
  const named = rows.filter((row) => key.every((name) => (row[name] ?? null) !== null));
  return new Set(named.map((row) => textOf(row, key))).size === named.length;
}
