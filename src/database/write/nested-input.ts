import { badInput, PergolaError } from '../../errors.ts';
import type { RelationField } from '../../model/model.ts';
import type { Place } from './judge.ts';

/** What can be done at the far end of a relation, in the order in which it is done: what frees a place comes first. */
export const nestedVerbs = [
  'set',
  'disconnect',
  'delete',
  'update',
  'upsert',
  'connectOrCreate',
  'create',
  'connect',
] as const;

export type NestedVerb = (typeof nestedVerbs)[number];

/** Relations that lead from the root of one mutation to a row of it, at most. */
const maxDepth = 8;

export const inside = (place: Place, suffix: string): Place => ({ path: `${place.path}${suffix}`, depth: place.depth });

/** @throws TOO_DEEP */
export function acrossRelation(place: Place, name: string): Place {
  const path = `${place.path}.${name}`;
  if (place.depth === maxDepth)
    throw new PergolaError(
      'TOO_DEEP',
      `"${path}" is nested deeper than ${maxDepth} relations.`,
      'Write in several mutations.',
      path,
    );
  return { path, depth: place.depth + 1 };
}

/**
 * What a caller says of a relation, by verb. Null, false and what is left out say nothing.
 *
 * @throws BAD_INPUT for a verb that does not exist, for nothing at all, and for several things to do with one row.
 */
export function nestedEntries(value: unknown, relation: RelationField, path: string): [NestedVerb, unknown][] {
  const said = Object.entries(value ?? {}).filter(([, it]) => it !== undefined && it !== null && it !== false);
  for (const [name] of said) {
    const known = nestedVerbs.some((verb) => verb === name) && (name !== 'set' || relation.list);
    if (!known) throw badInput(`There is no "${name}" in "${path}".`, `Use one of ${nestedVerbs.join(', ')}.`, path);
  }
  if (said.length === 0)
    throw badInput(`"${path}" says nothing to do.`, 'Give create or connect, or leave it out.', path);
  if (!relation.list && said.length > 1)
    throw badInput(`"${path}" says several things to do with one row.`, 'Give one of them.', path);
  return nestedVerbs.flatMap((verb) =>
    said.filter(([name]) => name === verb).map(([, it]) => [verb, it] as [NestedVerb, unknown]),
  );
}

/** The items of a to-many relation with their places; one that stands alone is a list of one. */
export function itemsOf(value: unknown, place: Place): { readonly item: unknown; readonly place: Place }[] {
  if (!Array.isArray(value)) return [{ item: value, place }];
  return value.map((item: unknown, at) => ({ item, place: inside(place, `[${at}]`) }));
}
