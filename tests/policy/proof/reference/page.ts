import type { PageText } from '../operation.ts';
import type { Row, Value } from '../world.ts';
import type { TotalOrder } from './order.ts';

export interface Cut {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

const defaultSize = 20;

/** One page of rows that are in order. */
export function cutPage(
  rows: readonly Row[],
  order: TotalOrder,
  { backwards, size = defaultSize }: PageText,
  place: readonly Value[] | undefined,
): Cut {
  const beyond = (row: Row) => {
    if (!place) return true;
    const difference = order.compare(order.placeOf(row), place);
    return backwards ? difference < 0 : difference > 0;
  };
  const rest = rows.filter(beyond);
  const skipped = rest.length < rows.length;
  const more = rest.length > size;
  return {
    rows: backwards ? rest.slice(-size) : rest.slice(0, size),
    hasNextPage: backwards ? skipped : more,
    hasPreviousPage: backwards ? more : skipped,
  };
}
