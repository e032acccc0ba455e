import { sql } from 'kysely';
import type { Sql } from '../engine.ts';
import type { Statement } from '../plan.ts';

/** A value that a statement, compiled once for many, waits for. */
export interface Placeholder {
  /** A column's new value, a value of the key by which the row is found, or one of the row that notes it. */
  readonly of: 'set' | 'key' | 'note';
  readonly name: string;
  /** Which of several rows. */
  readonly row: number;
}

export const placeholder = (of: Placeholder['of'], name: string, row = 0): Sql =>
  sql`${{ of, name, row } satisfies Placeholder}`;

/** The statement's values in its own order: an engine may ask for one of them twice. */
export const fill = ({ parameters }: Statement, valueOf: (placeholder: Placeholder) => unknown): unknown[] =>
  (parameters as readonly unknown[]).map((it) => valueOf(it as Placeholder));
