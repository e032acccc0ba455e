import type { Filter, Operand } from '../policy/filter.ts';

/**
 * One read, as plain data without values: what the guard turns into a guarded one, the compiler into one SQL
 * statement, and the plan cache into its key. Values stand apart, in a list that operands point into.
 */
export type Read = OneRead | ListRead;

export interface OneRead {
  readonly kind: 'one';
  readonly model: string;
  readonly filter: Filter;
  readonly select: Selection;
}

export interface ListRead {
  readonly kind: 'list';
  readonly model: string;
  readonly filter: Filter;
  readonly order: readonly Order[];
  /** How many rows; one more is fetched to know whether there are more. Without it, all rows. */
  readonly limit: Operand | undefined;
  readonly seek: Seek | undefined;
  /** The last rows instead of the first. */
  readonly backwards: boolean;
  /** The rows themselves, unless only the total is wanted. */
  readonly select: Selection | undefined;
  readonly total: boolean;
  readonly cursors: boolean;
  /** Whether rows stand before the place that reading begins at. */
  readonly skipped?: boolean;
}

/** Only the rows are asked for. */
export const isPlainList = ({ select, total, seek, skipped }: ListRead) =>
  select !== undefined && !total && !(seek && skipped);

export type ListOfRows = ListRead & { readonly select: Selection };

export const isListOfRows = (read: Read): read is ListOfRows => read.kind === 'list' && read.select !== undefined;

export interface Selection {
  readonly scalars: readonly SelectedScalar[];
  readonly relations: readonly SelectedRelation[];
}

export interface SelectedScalar {
  readonly field: string;
  /** The value is withheld where this does not hold; left out: it is readable with its row. */
  readonly visible?: Filter;
}

/** A relation under the key that the caller gave it; one relation may be selected under several keys. */
export interface SelectedRelation {
  readonly key: string;
  readonly relation: string;
  readonly read: Read;
  /** A condition on the row that has the relation: where it does not hold, nothing is there. */
  readonly visible?: Filter;
}

export interface Order {
  readonly by: OrderExpression;
  readonly direction: 'asc' | 'desc';
  /** The caller did not ask for it: the key, which makes the order total. */
  readonly breaksTies?: true;
}

/** Absent values come first in ascending order, on every engine. */
export type OrderExpression =
  | { readonly kind: 'field'; readonly field: string; readonly visible?: Filter }
  | RelatedExpression
  | (Omit<RelatedExpression, 'kind' | 'of'> & { readonly kind: 'count' });

interface RelatedExpression {
  readonly kind: 'related';
  readonly relation: string;
  readonly filter: Filter;
  readonly of: OrderExpression;
  readonly visible?: Filter;
}

/** A place in the order: one operand per term, or null where the value there is absent. */
export interface Seek {
  readonly side: 'after' | 'before';
  readonly place: readonly (Operand | null)[];
}

/** A row as the rest of the house sees it: values by field name. */
export type Row = Record<string, unknown> & {
  /** What was selected through relations, by the caller's key. */
  [related]?: Record<string, unknown>;
  /** The fields that the viewer may not read on this row. */
  [withheld]?: ReadonlySet<string>;
};

export const related: unique symbol = Symbol('related');
export const withheld: unique symbol = Symbol('withheld');

/** A page of rows. */
export interface Rows {
  readonly rows: readonly Row[];
  /** One opaque place per row, where they were asked for. */
  readonly cursors: readonly string[];
  /** More rows follow in the direction of reading. */
  readonly more: boolean;
  /** Rows stand before the place that reading began at. */
  readonly skipped: boolean;
  readonly total: number | undefined;
}
