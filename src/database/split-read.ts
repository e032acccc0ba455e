import { keyOf, modelOf, type Schema } from '../model/model.ts';
import type { Filter } from '../policy/filter.ts';
import { related, type ListRead, type Read, type Row, type Rows, type SelectedRelation } from './read.ts';

/** A part of a guarded read that a second statement fetches, for all rows at a place of the first one's result. */
export interface FollowUp {
  /** The keys that lead from the root to the rows whose relation this is. */
  readonly path: readonly string[];
  readonly model: string;
  readonly relation: SelectedRelation;
}

/** How deep the relations of a read nest. */
export function depthOf({ select }: Read): number {
  return 1 + Math.max(-1, ...(select?.relations ?? []).map(({ read }) => depthOf(read)));
}

/** Cuts off what nests deeper than `depth` relations. What is cut keeps its guard: it was guarded as part of the whole. */
export function splitRead<R extends Read>(
  read: R,
  depth: number,
  schema: Schema,
  path: readonly string[] = [],
): { kept: R; followUps: FollowUp[] } {
  const { select } = read;
  if (!select || select.relations.length === 0) return { kept: read, followUps: [] };
  if (depth === 0) {
    const { fields } = keyOf(modelOf(schema, read.model));
    const missing = fields
      .filter((field) => !select.scalars.some((it) => it.field === field))
      .map((field) => ({ field }));
    const followUps = select.relations.map((relation) => ({ path, model: read.model, relation }));
    return { kept: { ...read, select: { scalars: [...select.scalars, ...missing], relations: [] } }, followUps };
  }
  const parts = select.relations.map((it) => ({ it, part: splitRead(it.read, depth - 1, schema, [...path, it.key]) }));
  const relations = parts.map(({ it, part }) => ({ ...it, read: part.kept }));
  return {
    kept: { ...read, select: { ...select, relations } },
    followUps: parts.flatMap(({ part }) => part.followUps),
  };
}

/** The read of a follow-up: the parents, found again by their keys alone, with the one relation. */
export function followUpRead({ model, relation }: FollowUp, filter: Filter, schema: Schema): ListRead {
  const scalars = keyOf(modelOf(schema, model)).fields.map((field) => ({ field }));
  return {
    kind: 'list',
    model,
    filter,
    order: [],
    limit: undefined,
    seek: undefined,
    backwards: false,
    select: { scalars, relations: [relation] },
    total: false,
    cursors: false,
  };
}

/** The rows at a place of a result, which has the shape of its read. */
export function rowsAt(result: unknown, read: Read, [key, ...rest]: readonly string[]): Row[] {
  if (result === null || result === undefined) return [];
  const rows = read.kind === 'one' ? [result as Row] : (result as Rows).rows;
  if (key === undefined) return [...rows];
  const next = read.select?.relations.find((it) => it.key === key);
  if (!next) throw new Error(`Nothing was read under "${key}".`);
  return rows.flatMap((row) => rowsAt(row[related]?.[key], next.read, rest));
}
