import type { GroupKeyText, GroupOrderText, GroupsText } from '../operation.ts';
import { modelIn, scalarIn, type ScalarShape } from '../shape.ts';
import { asText, type Row, type Value } from '../world.ts';
import { compareValues } from './compare.ts';
import { figureOf } from './figures.ts';
import type { Sight } from './sight.ts';

/** So many are shown unless another number is given. */
const pageSize = 20;

interface Group {
  readonly key: Readonly<Record<string, Value>>;
  readonly rows: readonly Row[];
}

/** The rows in groups of equal keys; what the viewer may not use counts as absent, as a key and in figures. */
export function groupsOf(asked: GroupsText, rows: readonly Row[], sight: Sight): unknown {
  const { model, by, figures, atLeast = 0, present, orderBy, first = pageSize } = asked;
  const { shape } = sight.rights.world;
  const eyes = sight.eyes('aggregate');
  const value = (row: Row, field: string) => eyes.value(model, row, field);
  const values = (group: Group, field: string) =>
    group.rows.map((row) => value(row, field)).filter((it) => it !== null);
  const fieldOf = (name: string) => scalarIn(modelIn(shape, model), name);

  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = Object.fromEntries(by.map((it) => [it.field, keyOf(value(row, it.field), it, fieldOf(it.field))]));
    const name = JSON.stringify(key);
    groups.set(name, { key, rows: [...(groups.get(name)?.rows ?? []), row] });
  }
  const figure = (group: Group, name: 'sum' | 'avg' | 'min' | 'max', field: string) =>
    figureOf({ name, field }, modelIn(shape, model), values(group, field), shape);
  const place = (group: Group, { by: part, field = '' }: GroupOrderText): Value => {
    if (part === 'count') return group.rows.length;
    return part === 'key' ? group.key[field]! : figure(group, part, field);
  };
  const terms = [...orderBy, ...by.map(({ field }): GroupOrderText => ({ by: 'key', field, direction: 'asc' }))];
  const shown = [...groups.values()]
    .filter((group) => group.rows.length >= atLeast)
    .filter((group) => !present || values(group, present.field).length >= present.atLeast)
    .toSorted((one, other) => {
      for (const term of terms) {
        const field = term.by === 'count' ? { type: 'Int' as const } : fieldOf(term.field!);
        const difference = compareNullable(place(one, term), place(other, term), field);
        if (difference !== 0) return term.direction === 'asc' ? difference : -difference;
      }
      return 0;
    });
  return shown.slice(0, first).map((group) => {
    const answer: Record<string, Record<string, Value>> = {};
    for (const { name, field } of figures) (answer[name] ??= {})[field] = figure(group, name, field);
    return { key: group.key, count: group.rows.length, ...answer };
  });

  function compareNullable(a: Value, b: Value, field: Pick<ScalarShape, 'type' | 'enum'>): number {
    if (a === null || b === null) return Number(a !== null) - Number(b !== null);
    return compareValues(a, b, field, shape);
  }
}

/** The value, or the first day of its unit of time. */
function keyOf(value: Value, { unit }: GroupKeyText, { type }: ScalarShape): Value {
  if (value === null || unit === undefined) return value;
  const day = new Date(asText(value));
  day.setUTCHours(0, 0, 0, 0);
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()];
  if (unit === 'week') day.setUTCDate(date - ((day.getUTCDay() + 6) % 7));
  if (unit === 'month') day.setUTCDate(1);
  if (unit === 'quarter') day.setUTCFullYear(year, month - (month % 3), 1);
  if (unit === 'year') day.setUTCFullYear(year, 0, 1);
  return type === 'Date' ? day.toISOString().slice(0, 10) : day.toISOString();
}
