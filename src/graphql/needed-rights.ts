import { isNever } from '../policy/filter.ts';
import type { FieldVerb, RowVerb } from '../policy/rule.ts';
import type { ViewerPolicy } from '../policy/viewer-policy.ts';

/** A right on rows, or on a field of them. */
export type NeededRight =
  | { readonly model: string; readonly verb: RowVerb }
  | { readonly model: string; readonly field: string; readonly verb: FieldVerb };

interface Noted {
  readonly extensions: { readonly [key: string]: unknown };
}

/** Notes on a part of the API the rights without each of which it is of no use; to be put into its options. */
export const needing = (...rights: NeededRight[]) => ({ extensions: noteOf(...rights) });

/** Of what does one thing or the other: the rights that each takes. */
export const needingEither = (...ways: (readonly NeededRight[])[]) => ({ extensions: { neededRights: ways } });

/** As `needing`, beside other extensions. */
export const noteOf = (...rights: NeededRight[]) => ({ neededRights: [rights] });

/** Whether there may be a row on which the viewer has what a part needs. */
export function isOfUseTo(policy: ViewerPolicy, { extensions }: Noted): boolean {
  const ways = extensions['neededRights'] as readonly (readonly NeededRight[])[] | undefined;
  return ways?.some((rights) => rights.every((right) => mayHave(policy, right))) ?? true;
}

/** Whether there may be a row on which the viewer has the right. */
export const mayHave = (policy: ViewerPolicy, right: NeededRight): boolean =>
  !isNever(
    'field' in right ? policy.field(right.model, right.field, right.verb) : policy.rows(right.model, right.verb),
  );
