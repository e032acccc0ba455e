import { badInput } from '../errors.ts';
import { decodeCursor } from '../database/cursor.ts';
import { orderedField } from '../database/decode-read.ts';
import type { Order, Rows, Row, Seek } from '../database/read.ts';
import type { Values } from '../database/values.ts';
import { pageSizes } from '../limits/operation-limits.ts';
import type { Model, Schema } from '../model/model.ts';

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface Page {
  readonly limit: number;
  readonly backwards: boolean;
  readonly cursor: string | undefined;
}

/**
 * @throws BAD_INPUT for sizes out of range and for asking in both directions at once: neither is cut to what would fit,
 * because the caller would take the part for the whole.
 */
export function pageOf({ first, after, last, before }: PageArguments): Page {
  const forwards = first != null || after != null;
  const backwards = last != null || before != null;
  if (forwards && backwards)
    throw badInput(
      'first/after and last/before stand together.',
      'Read in one direction: first with after, or last with before.',
    );
  const limit = (backwards ? last : first) ?? pageSizes.default;
  const name = backwards ? 'last' : 'first';
  if (limit < 1 || limit > pageSizes.max)
    throw badInput(`${name} is ${limit}.`, `Give a number from 1 to ${pageSizes.max}.`, name);
  return { limit, backwards, cursor: (backwards ? before : after) ?? undefined };
}

export function seekOf(
  page: Page,
  order: readonly Order[],
  model: Model,
  schema: Schema,
  values: Values,
): Seek | undefined {
  if (page.cursor === undefined) return undefined;
  const types = order.map(({ by }) => orderedField(by, model.name, schema).type);
  const place = decodeCursor(page.cursor, order, types);
  return {
    side: page.backwards ? 'before' : 'after',
    place: place.map((value) => (value === null ? null : values.add(value))),
  };
}

/** Rows as a connection. */
export function toConnection({ rows, cursors, more, skipped, total }: Rows, backwards: boolean) {
  return {
    edges: rows.map((node: Row, at) => ({ node, cursor: cursors[at] ?? '' })),
    pageInfo: {
      hasNextPage: backwards ? skipped : more,
      hasPreviousPage: backwards ? more : skipped,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
    totalCount: total,
  };
}
