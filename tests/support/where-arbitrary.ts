/** Random filters over the rows of `naive-world.ts`: every operator, relations, connectives, negations. */
import * as fc from 'fast-check';
import {
  decimals,
  frames,
  moments,
  relations,
  serials,
  statuses,
  texts,
  type ModelName,
  type Where,
} from './naive-world.ts';

const equality = ['equals', 'not', 'in', 'notIn'];
const order = [...equality, 'lt', 'lte', 'gt', 'gte'];
const text = [...order, 'contains', 'startsWith', 'endsWith'];

interface Column {
  readonly values: readonly unknown[];
  readonly operators: readonly string[];
  readonly nullable?: boolean;
}

const columns: { readonly [M in ModelName]: Readonly<Record<string, Column>> } = {
  Observation: {
    quantity: { values: texts, operators: text },
    internalNote: { values: texts, operators: text, nullable: true },
    unit: { values: ['Cel', '%'], operators: text },
    value: { values: decimals, operators: order },
    measuredAt: { values: moments, operators: order },
    status: { values: statuses, operators: equality },
    serialNumber: { values: serials, operators: order, nullable: true },
    rawFrame: { values: frames, operators: equality, nullable: true },
    siteId: { values: ['s0', 's1', 'nowhere'], operators: text },
    correctsId: { values: ['o0', 'o1', 'nowhere'], operators: text, nullable: true },
  },
  Site: {
    name: { values: texts, operators: text },
    elevationMeters: { values: [-3, 0, 5], operators: order, nullable: true },
  },
  Comment: { body: { values: texts, operators: text } },
  Tag: { label: { values: texts, operators: text } },
};

function comparison({ values, operators, nullable }: Column): fc.Arbitrary<Where> {
  const value = fc.constantFrom(...values);
  return fc.constantFrom(...operators).chain((operator) => {
    if (operator === 'in' || operator === 'notIn')
      return fc.array(value, { maxLength: 3 }).map((it) => ({ [operator]: it }));
    const mayBeNull = operator === 'equals' || operator === 'not';
    // Null may be asked of a column that is never null, too: then no row is so.
    return (mayBeNull ? fc.option(value, { freq: nullable ? 3 : 20 }) : value).map((it) => ({ [operator]: it }));
  });
}

export function whereArbitrary(model: ModelName, depth = 3): fc.Arbitrary<Where> {
  const names = Object.keys(columns[model]);
  const scalar = fc
    .constantFrom(...names)
    .chain((name) => comparison(columns[model][name]!).map((it) => ({ [name]: it })));
  if (depth === 0) return scalar;
  const inner = (of: ModelName) => whereArbitrary(of, depth - 1);
  const across = fc.constantFrom(...Object.keys(relations[model])).chain((name) => {
    const { target, list } = relations[model][name]!;
    const of = fc.oneof({ weight: 5, arbitrary: inner(target) }, { weight: 1, arbitrary: fc.constant({}) });
    return list
      ? fc.constantFrom('some', 'every', 'none').chain((operator) => of.map((it) => ({ [name]: { [operator]: it } })))
      : fc
          .constantFrom('is', 'isNot')
          .chain((operator) => fc.option(of, { freq: 4 }).map((it) => ({ [name]: { [operator]: it } })));
  });
  const several = fc
    .constantFrom('AND', 'OR')
    .chain((word) => fc.array(inner(model), { maxLength: 3 }).map((it) => ({ [word]: it })));
  const opposite = inner(model).map((it) => ({ NOT: it }));
  const beside = fc.tuple(inner(model), inner(model)).map(([a, b]) => ({ ...a, ...b }));
  return fc.oneof(scalar, across, several, opposite, beside);
}
