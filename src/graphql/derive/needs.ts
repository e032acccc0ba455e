import type { Field, Model } from '../../model/model.ts';
import type { FieldVerb, RowVerb } from '../../policy/rule.ts';
import type { NeedsNote } from '../builder.ts';
import type { NeededRight } from '../needed-rights.ts';

/** The second wall of a mutation: who has one of these rights on no row at all is refused before anything runs. */
export function needs(model: Model, verbs: readonly RowVerb[]) {
  const rights = verbs.map((verb) => ({ model: model.name, verb }));
  return { authScopes: { mayAll: rights }, extensions: { pergola: { needs: rights } satisfies NeedsNote } };
}

/** What it takes to use a field in a filter or an order: of a relation, also that there are rows at its other end. */
export const usesField = ({ name: model }: Model, field: Field, verb: FieldVerb): NeededRight[] => [
  { model, field: field.name, verb },
  ...(field.kind === 'relation' ? [{ model: field.target, verb: 'read' as const }] : []),
];
