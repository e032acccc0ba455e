/** Rows in groups on plain arrays, written down as simply as it can be. */
import { compare, type NaiveRow, type Where, type naiveWorld } from './naive-world.ts';

type World = ReturnType<typeof naiveWorld>;

export interface GroupsOf {
  readonly by: readonly string[];
  readonly where: Where;
  /** Fields whose least and greatest values and number of values are asked for. */
  readonly fields: readonly string[];
  readonly having: { readonly atLeast: number; readonly present?: readonly [field: string, atLeast: number] };
  readonly orderBy: readonly { readonly by: string; readonly direction: 'asc' | 'desc' }[];
  readonly first: number;
}

export interface NaiveGroup {
  readonly key: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly min: Readonly<Record<string, unknown>>;
  readonly max: Readonly<Record<string, unknown>>;
  readonly present: Readonly<Record<string, number>>;
}

/** Groups of the observations that a list would show. */
export function naiveGroups(world: World, { by, where, fields, having, orderBy, first }: GroupsOf): NaiveGroup[] {
  const value = (field: string, row: NaiveRow) => world.value('Observation', field, row);
  const rowsOf = new Map<string, NaiveRow[]>();
  for (const row of world.list('Observation', where)) {
    const name = JSON.stringify(by.map((field) => asJson(value(field, row))));
    rowsOf.set(name, [...(rowsOf.get(name) ?? []), row]);
  }
  const groups = [...rowsOf.values()].map((rows): NaiveGroup => {
    const present = (field: string) => rows.map((row) => value(field, row)).filter((it) => it !== null);
    const end = (place: number) => (field: string) => present(field).toSorted(compare).at(place) ?? null;
    return {
      key: record(by, (field) => value(field, rows[0]!)),
      count: rows.length,
      min: record(fields, end(0)),
      max: record(fields, end(-1)),
      present: record(fields, (field) => present(field).length),
    };
  });
  const { atLeast, present } = having;
  return groups
    .filter(({ count }) => count >= atLeast)
    .filter((group) => !present || group.present[present[0]]! >= present[1])
    .toSorted((one, other) => {
      for (const term of [...orderBy, ...by.map((field) => ({ by: `key.${field}`, direction: 'asc' }))]) {
        const difference = compare(at(one, term.by), at(other, term.by));
        if (difference !== 0) return term.direction === 'asc' ? difference : -difference;
      }
      return 0;
    })
    .slice(0, first);
}

/** `count`, `key.unit`, `max.quantity`. */
function at(group: NaiveGroup, path: string): unknown {
  const [part = '', field] = path.split('.');
  const value: unknown = group[part as 'count'];
  return field === undefined ? value : (value as Record<string, unknown>)[field];
}

function record<T>(names: readonly string[], of: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

/** As the value travels. */
export function asJson(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, asJson(it)]));
}
