import type { Model } from '../../model/model.ts';
import type { RowVerb } from '../../policy/rule.ts';
import type { NeedsNote } from '../builder.ts';

/** The second wall of a mutation: who has one of these rights on no row at all is refused before anything runs. */
export function needs(model: Model, verbs: readonly RowVerb[]) {
  const rights = verbs.map((verb) => ({ model: model.name, verb }));
  return { authScopes: { mayAll: rights }, extensions: { pergola: { needs: rights } satisfies NeedsNote } };
}
