import type { Field, Model } from '../../model/model.ts';
import type { FieldVerb, RowVerb } from '../../policy/rule.ts';
import type { NeedsNote } from '../builder.ts';
import { noteOf, type NeededRight } from '../needed-rights.ts';

/**
 * The second wall of a mutation: who has one of these rights on no row at all is refused before anything runs.
 *
 * @param further rights without which it is of no use either.
 */
export function needs(model: Model, verbs: readonly RowVerb[], further: readonly NeededRight[] = []) {
  const rights = verbs.map((verb) => ({ model: model.name, verb }));
  const note = { needs: rights } satisfies NeedsNote;
  return { authScopes: { mayAll: rights }, extensions: { pergola: note, ...noteOf(...further) } };
}

/** What it takes to use a field in a filter or an order: of a relation, also that there are rows at its other end. */
export const usesField = ({ name: model }: Model, field: Field, verb: FieldVerb): NeededRight[] => [
  { model, field: field.name, verb },
  ...(field.kind === 'relation' ? [{ model: field.target, verb: 'read' as const }] : []),
];
