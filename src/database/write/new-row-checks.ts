import { forbidden } from '../../errors.ts';
import { keyOf, type Model } from '../../model/model.ts';
import { isAlways, type Filter } from '../../policy/filter.ts';
import { tupleText, type RowFinder } from './row-finder.ts';
import type { KeyValues } from './row-writer.ts';
import type { Whereabouts } from './whereabouts.ts';

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

/** One row, and what must hold of it. */
export interface NewRow extends Pick<NewRowCheck, 'model' | 'filter'> {
  readonly key: KeyValues;
}

interface NewRowChecksContext {
  readonly whereabouts: Whereabouts;
  readonly finder: RowFinder;
  readonly requireRow: (model: Model, key: KeyValues, filter: Filter, refusal: () => Error) => Promise<void>;
}

/** Collects what has to be judged at the end of a transaction: a rule may ask for rows that come after its own. */
export function createNewRowChecks({ finder, requireRow, whereabouts }: NewRowChecksContext) {
  const checks: (NewRowCheck & { readonly since: number })[] = [];

  function add(check: NewRowCheck): void {
    checks.push({ ...check, since: whereabouts.now() });
  }

  /**
   * Judges every row that was written as it is now. Nothing is kept when one of them may not be so.
   *
   * @param inPassing asked before a row is judged by itself: whether that has been found out with something else, and
   * the row may be so.
   */
  async function judge(inPassing: (row: NewRow) => Promise<boolean>): Promise<void> {
    for (const { model, filter, rows: written, what, since } of checks) {
      if (since === whereabouts.now() && isAlways(filter)) continue;
      // What has been deleted since cannot be judged any more, and may have done something in the meantime.
      const rows = written.map(({ key, path }) => {
        const there = whereabouts.find(model, key, since);
        if (!there) throw forbidden(what, path);
        return { key: there, path };
      });
      if (isAlways(filter)) continue;
      const [only] = rows;
      if (only && rows.length === 1) {
        if (await inPassing({ model, key: only.key, filter })) continue;
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
