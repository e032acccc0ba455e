import type { OrderText } from '../operation.ts';
import { modelIn, relationIn, scalarIn, type ScalarShape } from '../shape.ts';
import type { Row, Value } from '../world.ts';
import { compareValues } from './compare.ts';
import type { Sight } from './sight.ts';

/** A total order: what was asked for, and the key in the direction of the last term. */
export interface TotalOrder {
  /** What each term is on a row: a row's place. */
  placeOf(row: Row): Value[];
  compare(a: readonly Value[], b: readonly Value[]): number;
}

interface Term {
  readonly direction: 'asc' | 'desc';
  readonly field: Pick<ScalarShape, 'type' | 'enum'>;
  value(row: Row): Value;
}

export function totalOrder(orderBy: readonly OrderText[], model: string, sight: Sight): TotalOrder {
  const shape = modelIn(sight.rights.world.shape, model);
  const direction = orderBy.at(-1)?.direction ?? 'asc';
  const asked = new Set(orderBy.filter(({ path, count }) => path.length === 1 && !count).map(({ path }) => path[0]));
  const terms = [
    ...orderBy.map((it) => termOf(it, model, sight)),
    // The key is read with its row, whatever may be sorted by.
    ...shape.key
      .filter((name) => !asked.has(name))
      .map((name): Term => ({ direction, field: scalarIn(shape, name), value: (row) => row[name] ?? null })),
  ];
  return {
    placeOf: (row) => terms.map(({ value }) => value(row)),
    compare(a, b) {
      for (const [at, term] of terms.entries()) {
        const difference = compareNullable(a[at] ?? null, b[at] ?? null, term, sight);
        if (difference !== 0) return term.direction === 'asc' ? difference : -difference;
      }
      return 0;
    },
  };
}

/** Absent values are the smallest. */
function compareNullable(a: Value, b: Value, { field }: Term, { rights }: Sight): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareValues(a, b, field, rights.world.shape);
}

function termOf({ path, count, direction }: OrderText, model: string, sight: Sight): Term {
  const shape = modelIn(sight.rights.world.shape, model);
  const [name, ...rest] = path;
  if (rest.length === 0 && count) {
    return { direction, field: { type: 'Int' }, value: (row) => sight.related(model, row, name!, 'sort').length };
  }
  if (rest.length === 0) {
    const { value } = sight.eyes('sort');
    return { direction, field: scalarIn(shape, name!), value: (row) => value(model, row, name!) };
  }
  const inner = termOf({ path: rest, count, direction }, relationIn(shape, name!).target, sight);
  const value = (row: Row) => {
    const [there] = sight.related(model, row, name!, 'sort');
    return there ? inner.value(there) : null;
  };
  return { ...inner, value };
}
