import type { Filter } from '../policy/filter.ts';
import type { FieldVerb, RowVerb } from '../policy/rule.ts';
import type { Model } from '../model/model.ts';
import { keyFilter } from './parse-arguments.ts';
import { Values } from './values.ts';

/** A right that was missing, and where. */
export interface RefusedRight {
  readonly model: string;
  readonly verb: RowVerb | FieldVerb;
  /** Left out: the right is on the row. */
  readonly field?: string;
  /** The row that was asked for; left out where the right is the same for all rows, or the row is not known. */
  readonly row?: NamedRow;
}

/** A row by the conditions that name it, or the row that its relations lead to. */
export interface NamedRow {
  readonly model: string;
  readonly filter: Filter;
  readonly values: Values;
  readonly along?: readonly string[];
}

/** The row whose key a selection has fetched, or nothing where it has not. */
export function rowByKey(model: Model, row: unknown, along: readonly string[] = []): Pick<RefusedRight, 'row'> {
  if (typeof row !== 'object' || row === null || !model.key) return {};
  const key = row as Record<string, unknown>;
  if (model.key.fields.some((field) => key[field] === undefined || key[field] === null)) return {};
  const values = new Values();
  return { row: { model: model.name, filter: keyFilter(model, [key], values), values, along } };
}

/**
 * Beside the errors and not in them: whatever becomes of an error on its way out, in an answer, a log or a mail, this
 * cannot come along.
 */
const refusals = new WeakMap<Error, RefusedRight>();

export function refusing<E extends Error>(error: E, right: RefusedRight | undefined): E {
  if (right) refusals.set(error, right);
  return error;
}

export const refusedRightOf = (error: Error): RefusedRight | undefined => refusals.get(error);
