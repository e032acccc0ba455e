import * as fc from 'fast-check';
import {
  modelIn,
  relationsIn,
  scalarsIn,
  tablesIn,
  type ModelShape,
  type RelationShape,
  type ScalarShape,
  type Shape,
} from '../shape.ts';
import { rowsOf, textOf, type Row, type Value, type World } from '../world.ts';
import { arbitraryValue, keyValue } from './values.ts';

/** A row before it is known what else there is: where relations lead is a number to be taken modulo the rows there. */
export interface RowPlan {
  readonly key: number;
  readonly values: Readonly<Record<string, Value>>;
  readonly leads: Readonly<Record<string, Lead>>;
}

interface Lead {
  readonly kind: 'row' | 'nowhere' | 'dangling' | 'half';
  readonly row: number;
}

const arbitraryLead: fc.Arbitrary<Lead> = fc.record({
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('row' as const) },
    { weight: 3, arbitrary: fc.constantFrom('nowhere' as const, 'dangling' as const, 'half' as const) },
  ),
  row: fc.nat(19),
});

export function arbitraryRowPlan(model: ModelShape, { enums }: Shape): fc.Arbitrary<RowPlan> {
  const values = scalarsIn(model).map((field) => {
    const value = arbitraryValue(field, enums);
    return [
      field.name,
      field.required ? value : fc.oneof({ weight: 2, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) }),
    ] as const;
  });
  const leads = relationsIn(model)
    .filter(({ owning }) => owning)
    .map(({ name }) => [name, arbitraryLead] as const);
  return fc.record({
    key: fc.nat(30),
    values: fc.record(Object.fromEntries(values)),
    leads: fc.record(Object.fromEntries(leads)),
  });
}

/** Ten rows or so of each model, and what links them. */
export function arbitraryWorld(shape: Shape): fc.Arbitrary<World> {
  const plans = shape.models.map((model) => {
    const row = arbitraryRowPlan(model, shape);
    const few = fc.array(row, { minLength: 2, maxLength: 9, size: 'max' });
    return [
      model.name,
      fc.oneof(
        { weight: 12, arbitrary: few },
        { weight: 1, arbitrary: fc.array(row, { minLength: 15, maxLength: 30, size: 'max' }) },
      ),
    ] as const;
  });
  const pair = fc.tuple(fc.nat(29), fc.nat(29));
  const links = tablesIn(shape).map(({ table }) => [table, fc.array(pair, { maxLength: 14, size: 'max' })] as const);
  return fc
    .record({ plans: fc.record(Object.fromEntries(plans)), links: fc.record(Object.fromEntries(links)) })
    .map((it) => settle(shape, it.plans, it.links));
}

function settle(
  shape: Shape,
  plans: Readonly<Record<string, readonly RowPlan[]>>,
  pairs: Readonly<Record<string, readonly (readonly [number, number])[]>>,
): World {
  let world: World = { shape, rows: {}, links: {} };
  const make = (phase: 'required' | 'optional') => {
    for (const model of shape.models) {
      const rows: Row[] = [];
      for (const [at, plan] of (plans[model.name] ?? []).entries()) {
        const row = rowFrom(plan, model, world, phase === 'required' ? 'never' : 'where it can', at);
        if (row && fits(row, rows, model)) rows.push(row);
      }
      world = { ...world, rows: { ...world.rows, [model.name]: rows } };
    }
  };
  // Twice: what is required leads to rows that are made already, what is optional may lead anywhere.
  make('required');
  make('optional');
  return {
    ...world,
    links: Object.fromEntries(tablesIn(shape).map((it) => [it.table, linksOf(it, pairs[it.table] ?? [], world)])),
  };
}

/** @param optional whether optional relations are filled in. */
export function rowFrom(
  plan: RowPlan,
  model: ModelShape,
  world: World,
  optional: 'never' | 'where it can',
  salt = 0,
): Row | undefined {
  const { enums } = world.shape;
  const row: Record<string, Value> = {};
  for (const field of scalarsIn(model)) row[field.name] = plan.values[field.name] ?? null;
  for (const [at, name] of model.key.entries()) {
    const field = scalarsIn(model).find((it) => it.name === name)!;
    row[name] = keyValue(field, at === 0 ? plan.key : (plan.key + salt) % 3, enums);
  }
  for (const relation of relationsIn(model)) {
    if (!relation.owning || relation.join.kind !== 'columns') continue;
    const lead = plan.leads[relation.name]!;
    const values =
      relation.required || optional === 'where it can'
        ? leadTo(lead, relation, world)
        : relation.join.pairs.map(() => null);
    if (!values) return undefined;
    relation.join.pairs.forEach(([here], at) => (row[here] = values[at] ?? null));
  }
  return row;
}

function leadTo({ kind, row }: Lead, { target, required, join }: RelationShape, world: World): Value[] | undefined {
  const pairs = join.kind === 'columns' ? join.pairs : [];
  const rows = rowsOf(world, target);
  const there = rows[row % Math.max(rows.length, 1)];
  if (required || kind === 'row')
    return there ? pairs.map(([, name]) => there[name] ?? null) : required ? undefined : pairs.map(() => null);
  if (kind === 'nowhere') return pairs.map(() => null);
  const model = modelIn(world.shape, target);
  // Half a key leads nowhere, and so does a whole one that no row has.
  return pairs.map(([, name], at) =>
    kind === 'half' && at > 0 ? null : keyValue(scalarOf(model, name), 40 + (row % 3), world.shape.enums),
  );
}

const scalarOf = (model: ModelShape, name: string): ScalarShape => scalarsIn(model).find((it) => it.name === name)!;

export function fits(row: Row, rows: readonly Row[], { key, uniques }: ModelShape): boolean {
  return [key, ...uniques].every((fields) => {
    if (fields.some((name) => row[name] === null)) return true;
    return rows.every((it) => textOf(it, fields) !== textOf(row, fields));
  });
}

export function linksOf(
  { a, b }: { a: string; b: string },
  pairs: readonly (readonly [number, number])[],
  world: World,
): (readonly [Value, Value])[] {
  const keyAt = (model: string, at: number) => {
    const rows = rowsOf(world, model);
    return rows[at % Math.max(rows.length, 1)]?.[modelIn(world.shape, model).key[0]!];
  };
  const links = new Map<string, readonly [Value, Value]>();
  for (const [left, right] of pairs) {
    const [first, second] = [keyAt(a, left), keyAt(b, right)];
    if (first !== undefined && second !== undefined) links.set(JSON.stringify([first, second]), [first, second]);
  }
  return [...links.values()];
}
