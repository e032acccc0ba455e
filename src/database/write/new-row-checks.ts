import { forbidden } from '../../errors.ts';
import { keyOf, type Model } from '../../model/model.ts';
import { isAlways, type Filter } from '../../policy/filter.ts';
import { tupleText, type RowFinder } from './row-finder.ts';
import type { KeyValues } from './row-writer.ts';

/** A rule that rows must satisfy when everything is written. */
export interface NewRowCheck {
  readonly model: Model;
  readonly filter: Filter;
  readonly rows: readonly WrittenRow[];
  /** What may not be done to a row that does not satisfy it. */
  readonly what: string;
}

/** A row that was written, and where it stands in the caller's input. */
export interface WrittenRow {
  readonly key: KeyValues;
  readonly path: string;
}

interface NewRowChecksContext {
  readonly finder: RowFinder;
  readonly requireRow: (model: Model, key: KeyValues, filter: Filter, refusal: () => Error) => Promise<void>;
}

/** Collects what has to be judged at the end of a transaction: a rule may ask for rows that come after its own. */
export function createNewRowChecks({ finder, requireRow }: NewRowChecksContext) {
  const checks: NewRowCheck[] = [];

  function add(check: NewRowCheck): void {
    if (!isAlways(check.filter)) checks.push(check);
  }

  /** Judges every row that was written as it is now. Nothing is kept when one of them may not be so. */
  async function judge(): Promise<void> {
    for (const { model, filter, rows, what } of checks) {
      const [only] = rows;
      if (only && rows.length === 1) {
        await requireRow(model, only.key, filter, () => forbidden(what, only.path));
        continue;
      }
      const by = keyOf(model).fields;
      const keys = new Map(rows.map(({ key }) => [tupleText(model, by, key), key]));
      const allowed = await finder.find({ model, by, filter, columns: [] }, keys);
      const refused = rows.find(({ key }) => !allowed.has(tupleText(model, by, key)));
      if (refused) throw forbidden(what, refused.path);
    }
  }

  return { add, judge };
}

export type NewRowChecks = Pick<ReturnType<typeof createNewRowChecks>, 'add'>;
