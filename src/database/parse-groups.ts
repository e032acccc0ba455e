import { badInput } from '../errors.ts';
import { scalarOf, type Model } from '../model/model.ts';
import { all, any, not, type Filter } from '../policy/filter.ts';
import { entriesOf, listOf, parseComparisons, type ToOperand } from '../policy/parse-where.ts';
import { aggregateNames, canAggregate, canGroupBy, type AggregateFunction } from './aggregate.ts';
import { figureField, figureName, type GroupKey, type GroupOrder } from './groups.ts';
import { directionOf, onlyEntry, termsOf } from './parse-arguments.ts';
import type { TimeUnit } from './time-unit.ts';
import { timeZoneNamed } from './time-zone.ts';

const maxKeys = 10;

/** The figures of one operation, each once, whoever asks for it: the selection, `having` or `orderBy`. */
export class Figures {
  readonly functions: AggregateFunction[] = [];
  readonly #places = new Map<string, number>();

  /** Where it stands among the functions. */
  place(it: AggregateFunction): number {
    const name = figureName(it);
    const known = this.#places.get(name) ?? this.functions.push(it) - 1;
    this.#places.set(name, known);
    return known;
  }
}

/** What the API has checked already: names and types. */
export interface GroupByArgument {
  readonly field: string;
  readonly unit?: TimeUnit | null;
  readonly timeZone?: string | null;
}

/** A caller's `by`: fields, and for DateTime and Date fields a unit of time. */
export function parseGroupBy(by: readonly GroupByArgument[], model: Model, path = 'by'): GroupKey[] {
  if (by.length === 0) throw badInput(`"${path}" names no field.`, 'Name one, or ask for the aggregate.', path);
  if (by.length > maxKeys) throw badInput(`"${path}" has ${by.length} fields.`, `Give ${maxKeys} at most.`, path);
  const twice = by.find(({ field }, at) => by.findIndex((it) => it.field === field) !== at);
  if (twice) throw badInput(`"${path}" names ${twice.field} twice.`, 'Group by the smaller unit of time.', path);
  return by.map((key, at) => parseKey(key, model, `${path}[${at}]`));
}

function parseKey({ field: name, unit, timeZone }: GroupByArgument, model: Model, path: string): GroupKey {
  const field = scalarOf(model, name);
  if (!canGroupBy(field))
    throw badInput(`${model.name} cannot be grouped by ${name}.`, 'Name another field.', `${path}.field`);
  if (unit && field.type !== 'DateTime' && field.type !== 'Date')
    throw badInput(`${name} has no unit of time.`, 'Leave "unit" out.', `${path}.unit`);
  if (timeZone != null && field.type !== 'DateTime')
    throw badInput(`${name} is in no time zone.`, 'Leave "timeZone" out.', `${path}.timeZone`);
  if (timeZone != null && !unit)
    throw badInput('A time zone stands without a unit.', 'Give a "unit", such as day.', `${path}.timeZone`);
  if (!unit) return { field: name };
  const zone = timeZone == null ? 'UTC' : timeZoneNamed(timeZone, `${path}.timeZone`);
  return { field: name, bucket: { unit, ...(zone !== 'UTC' && { timeZone: zone }) } };
}

interface HavingContext {
  readonly model: Model;
  readonly figures: Figures;
  readonly toOperand: ToOperand;
}

/** A caller's `having`: conditions on the number of rows and on figures, with the operators of the figures' types. */
export function parseHaving(having: unknown, context: HavingContext, path = 'having'): Filter {
  const { model, figures } = context;
  const compare = (it: AggregateFunction, value: unknown, at: string) => {
    figures.place(it);
    return parseComparisons(value, figureField(it, model), context, at);
  };
  return all(
    entriesOf(having, path).map(([name, value]) => {
      const at = `${path}.${name}`;
      if (name === 'AND') return all(listOf(value, at).map((it, i) => parseHaving(it, context, `${at}[${i}]`)));
      if (name === 'OR') return any(listOf(value, at).map((it, i) => parseHaving(it, context, `${at}[${i}]`)));
      if (name === 'NOT') return not(parseHaving(value, context, at));
      if (name === 'count') return compare({ name }, value, at);
      return all(
        entriesOf(value, at).map(([field, it]) => compare(functionOf(name, field, model, at), it, `${at}.${field}`)),
      );
    }),
  );
}

/** A caller's `orderBy` over groups: by keys, the number of rows or figures. What it leaves equal is ordered by the keys. */
export function parseGroupOrder(
  orderBy: unknown,
  keys: readonly GroupKey[],
  { model, figures }: Omit<HavingContext, 'toOperand'>,
  path = 'orderBy',
): GroupOrder[] {
  const order = termsOf(orderBy, path).map((term, i): GroupOrder => {
    const [name, value] = onlyEntry(term, `${path}[${i}]`);
    const at = `${path}[${i}].${name}`;
    if (name === 'count') return { by: 'figure', at: figures.place({ name }), direction: directionOf(value, at) };
    const [field, direction] = onlyEntry(value, at);
    if (name === 'key') return { by: 'key', at: keyNamed(field, keys, at), direction: directionOf(direction, at) };
    const place = figures.place(functionOf(name, field, model, at));
    return { by: 'figure', at: place, direction: directionOf(direction, at) };
  });
  const rest = keys.flatMap((_, at) => (order.some((it) => it.by === 'key' && it.at === at) ? [] : [at]));
  return [...order, ...rest.map((at): GroupOrder => ({ by: 'key', at, direction: 'asc' }))];
}

/** @throws BAD_INPUT for a key that the groups do not have. */
export function keyNamed(field: string, keys: readonly GroupKey[], path: string): number {
  const at = keys.findIndex((key) => key.field === field);
  if (at === -1) throw badInput(`The groups have no key "${field}".`, `Add { field: ${field} } to "by".`, path);
  return at;
}

function functionOf(name: string, field: string, model: Model, path: string): AggregateFunction {
  const known = aggregateNames.find((it) => it === name);
  if (!known) throw badInput(`There is no figure "${name}".`, `There are count, ${aggregateNames.join(', ')}.`, path);
  const it = model.fields.get(field);
  if (it?.kind !== 'scalar' || !canAggregate(known, it))
    throw badInput(`${model.name} has no ${name} of "${field}".`, 'Name another field.', path);
  return { name: known, field };
}
