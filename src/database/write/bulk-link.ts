import { modelOf, relationOf, type Key, type Model, type RelationField, type Schema } from '../../model/model.ts';
import type { Filter } from '../../policy/filter.ts';
import type { ViewerPolicy } from '../../policy/viewer-policy.ts';
import { sharesColumns } from './shared-columns.ts';

/** A caller's `where` that names one row, taken apart. */
export interface UniqueTuple {
  readonly key: Key;
  /** Its values by field name. */
  readonly tuple: Readonly<Record<string, unknown>>;
}

/** The key and the values of a `where` that names one row; undefined for whatever has to be looked at closer. */
export function uniqueTupleOf(where: unknown, model: Model): UniqueTuple | undefined {
  const entry = onlyEntry(where);
  const key = entry && model.uniques.find(({ name }) => name === entry.name);
  if (!key) return undefined;
  if (key.fields.length === 1 && key.name === key.fields[0]) {
    return isPlainValue(entry.value) ? { key, tuple: { [key.name]: entry.value } } : undefined;
  }
  const parts: Record<string, unknown> = { ...(entry.value as object) };
  const tuple = Object.fromEntries(key.fields.map((name) => [name, parts[name]]));
  return Object.values(tuple).every(isPlainValue) ? { key, tuple } : undefined;
}

/** The one thing that an object says; undefined when it says nothing or several. Null says nothing. */
export function onlyEntry(value: unknown): { readonly name: string; readonly value: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  let found: { name: string; value: unknown } | undefined;
  for (const [name, it] of Object.entries(value) as [string, unknown][]) {
    if (it === undefined || it === null) continue;
    if (found) return undefined;
    found = { name, value: it };
  }
  return found;
}

/** Whatever `checkValue` would refuse is not plain. */
function isPlainValue(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0');
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'bigint' || typeof value === 'boolean' || value instanceof Date;
}

/**
 * Whether it makes no difference that the links of many new rows are judged before the first of them is there: the
 * right to link must not depend on rows of the same model, and what it shares with another relation is compared row by row.
 */
export function canLinkInBulk(model: Model, relation: RelationField, policy: ViewerPolicy, schema: Schema): boolean {
  const bulk = relation.join.kind === 'table' ? relation.list : relation.owning;
  if (!bulk || relation.target === model.name || sharesColumns(model, relation)) return false;
  const target = modelOf(schema, relation.target);
  const named = target.uniques.flatMap(({ fields }) =>
    fields.map((field) => policy.field(target.name, field, 'filter')),
  );
  return ![policy.rows(target.name, 'link'), ...named].some((filter) => asksFor(model, filter, target, schema));
}

/** Whether a condition on rows of the model `at` looks at rows of another. */
export function asksFor(model: Model, filter: Filter, at: Model, schema: Schema): boolean {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of.some((it) => asksFor(model, it, at, schema));
    case 'not':
      return asksFor(model, filter.of, at, schema);
    case 'some': {
      const { target } = relationOf(at, filter.relation);
      return target === model.name || asksFor(model, filter.filter, modelOf(schema, target), schema);
    }
    case 'compare':
      return filter.visible !== undefined && asksFor(model, filter.visible, at, schema);
  }
}
