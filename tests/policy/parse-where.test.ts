/** A Prisma-shaped `where` as a filter: everything in it counts, or is refused by its path. */
import { describe, expect, it } from 'vitest';
import { PergolaError } from '../../src/errors.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { modelOf } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { always, never, type Comparison, type Filter } from '../../src/policy/filter.ts';
import { operatorsOf, parseWhere } from '../../src/policy/parse-where.ts';

const schema = readDatamodel(generatedDatamodel);

const parse = (where: unknown, model = 'Observation') =>
  parseWhere(where, modelOf(schema, model), { schema, toOperand: (value) => ({ kind: 'constant', value }) });

function refusalOf(where: unknown, model?: string) {
  try {
    return parse(where, model);
  } catch (error) {
    if (!(error instanceof PergolaError)) throw error;
    return [error.code, error.inputPath];
  }
}

const compare = (field: string, operator: Comparison['operator'], ...values: unknown[]): Filter => ({
  kind: 'compare',
  field,
  operator,
  operands: values.map((value) => ({
    kind: 'constant',
    value,
  })),
});
const not = (of: Filter): Filter => ({ kind: 'not', of });
const some = (relation: string, filter: Filter): Filter => ({ kind: 'some', relation, filter });

describe('an operator on a field', () => {
  it.each<[object, Filter]>([
    [{ unit: { equals: 'Cel' } }, compare('unit', 'equals', 'Cel')],
    [{ internalNote: { equals: null } }, compare('internalNote', 'absent')],
    [{ unit: { not: 'Cel' } }, not(compare('unit', 'equals', 'Cel'))],
    [{ internalNote: { not: null } }, not(compare('internalNote', 'absent'))],
    [{ unit: { in: ['Cel', '%'] } }, compare('unit', 'in', 'Cel', '%')],
    [{ unit: { in: [] } }, never],
    [{ unit: { notIn: ['Cel'] } }, not(compare('unit', 'in', 'Cel'))],
    [{ unit: { notIn: [] } }, always],
    ...(['lt', 'lte', 'gt', 'gte', 'contains', 'startsWith', 'endsWith'] as const).map((operator): [object, Filter] => [
      { unit: { [operator]: 'C' } },
      compare('unit', operator, 'C'),
    ]),
    [{ value: { gt: '1.5' } }, compare('value', 'gt', '1.5')],
    [{ status: { in: ['DRAFT'] } }, compare('status', 'in', 'DRAFT')],
  ])('is one comparison: %j', (where, expected) => {
    expect(parse(where)).toEqual(expected);
  });

  it('on a part of a Json value has its keys beside its value', () => {
    const json = (kind: string, ...path: string[]) => ({
      kind,
      path: path.map((value) => ({ kind: 'constant', value })),
    });
    const equals = { ...compare('details', 'equals', 5), json: json('number', 'battery', 'level') };
    const absent = { ...compare('details', 'absent'), json: json('text') };
    expect(parse({ details: { path: ['battery', 'level'], equals: 5 } })).toEqual(equals);
    expect(parse({ details: { path: ['battery', 'level'], not: 5 } })).toEqual(not(equals as Filter));
    expect(parse({ details: { equals: null } })).toEqual(absent);
    expect(parse({ details: {} })).toEqual(always);
    expect(parse({ details: { path: ['a'], equals: { viewer: 'id' } } })).toMatchObject({ json: { kind: 'text' } });
  });

  it('stands beside the others on the same field: all of them hold', () => {
    expect(parse({ unit: { gt: 'A', lt: 'D', not: 'C' } })).toEqual({
      kind: 'all',
      of: [compare('unit', 'gt', 'A'), compare('unit', 'lt', 'D'), not(compare('unit', 'equals', 'C'))],
    });
  });

  it.each([
    ['String', 'Observation.unit', ['lt', 'lte', 'gt', 'gte', 'contains', 'startsWith', 'endsWith']],
    ['Decimal', 'Observation.value', ['lt', 'lte', 'gt', 'gte']],
    ['DateTime', 'Observation.measuredAt', ['lt', 'lte', 'gt', 'gte']],
    ['BigInt', 'Observation.serialNumber', ['lt', 'lte', 'gt', 'gte']],
    ['Float', 'Country.area', ['lt', 'lte', 'gt', 'gte']],
    ['Boolean', 'Country.landlocked', []],
    ['Enum', 'Observation.status', []],
    ['Json', 'Observation.details', []],
    ['Bytes', 'Observation.rawFrame', []],
  ])('is one that means the same on every engine: %s', (_, place, operators) => {
    const [model = '', name = ''] = place.split('.');
    const field = modelOf(schema, model).fields.get(name);
    expect([...operatorsOf(field as never)]).toEqual(operators);
    const offered = ['lt', 'lte', 'gt', 'gte', 'contains', 'startsWith', 'endsWith', 'search', 'mode', 'path'];
    const refused = offered.filter((one) => Array.isArray(refusalOf({ [name]: { [one]: 'x' } }, model)));
    expect(refused).toEqual(offered.filter((one) => !operators.includes(one)));
  });
});

describe('an operator on a relation', () => {
  const here = compare('name', 'equals', 'x');
  it.each<[object, Filter]>([
    [{ site: { is: { name: { equals: 'x' } } } }, some('site', here)],
    [{ site: { isNot: { name: { equals: 'x' } } } }, not(some('site', here))],
    [{ reviewer: { is: null } }, not(some('reviewer', always))],
    [{ reviewer: { isNot: null } }, some('reviewer', always)],
    [{ reviewer: { is: {} } }, some('reviewer', always)],
    [{ comments: { some: { body: { equals: 'x' } } } }, some('comments', compare('body', 'equals', 'x'))],
    [{ comments: { none: { body: { equals: 'x' } } } }, not(some('comments', compare('body', 'equals', 'x')))],
    [{ comments: { every: { body: { equals: 'x' } } } }, not(some('comments', not(compare('body', 'equals', 'x'))))],
    [{ comments: { some: {} } }, some('comments', always)],
    [{ comments: { none: {} } }, not(some('comments', always))],
    [{ comments: { every: {} } }, always],
  ])('is written with `some` and `not`: %j', (where, expected) => {
    expect(parse(where)).toEqual(expected);
  });
});

describe('the connectives', () => {
  const [a, b] = [compare('unit', 'equals', 'a'), compare('unit', 'equals', 'b')];
  const [isA, isB] = [{ unit: { equals: 'a' } }, { unit: { equals: 'b' } }];
  it.each<[object, Filter]>([
    [{}, always],
    [{ AND: [isA, isB] }, { kind: 'all', of: [a, b] }],
    [{ AND: [] }, always],
    [{ OR: [isA, isB] }, { kind: 'any', of: [a, b] }],
    // Prisma drops it inside an AND, and answers with every row.
    [{ OR: [] }, never],
    [{ AND: [{ OR: [] }] }, never],
    [{ NOT: isA }, not(a)],
    [{ NOT: {} }, never],
    [{ NOT: { NOT: isA } }, a],
    [
      { OR: [isA], NOT: isB },
      { kind: 'all', of: [a, not(b)] },
    ],
    [{ comments: { some: { OR: [] } } }, never],
    [{ comments: { none: { OR: [] } } }, always],
  ])('mean what they say, empty too: %j', (where, expected) => {
    expect(parse(where)).toEqual(expected);
  });
});

describe('what cannot be read is refused with its path', () => {
  it.each<[string, unknown, string]>([
    ['no object', 'a', 'where'],
    ['null', null, 'where'],
    ['a list', [], 'where'],
    ['an unknown field', { unti: { equals: 'a' } }, 'where.unti'],
    ['an unknown field far down', { site: { is: { survey: { is: { titel: {} } } } } }, 'where.site.is.survey.is.titel'],
    ['a field of every object', JSON.parse('{ "__proto__": { "equals": 1 } }'), 'where.__proto__'],
    ['`constructor`', { constructor: { equals: 1 } }, 'where.constructor'],
    ['an undefined field', { unit: undefined }, 'where'],
    ['an undefined value', { unit: { equals: undefined } }, 'where.unit'],
    ['an undefined value in a list', { AND: [{ unit: { equals: undefined } }] }, 'where.AND[0].unit'],
    ['a value without an operator', { unit: 'a' }, 'where.unit'],
    ['a null for a field', { unit: null }, 'where.unit'],
    ['an unknown operator', { unit: { equal: 'a' } }, 'where.unit.equal'],
    ['an operator of a list on a to-one', { site: { some: {} } }, 'where.site.some'],
    ['an operator of a to-one on a list', { comments: { is: {} } }, 'where.comments.is'],
    ['null rows of a list', { comments: { some: null } }, 'where.comments.some'],
    ['an unknown operator of a to-one, with null', { site: { iss: null } }, 'where.site.iss'],
    ['a comparison with null', { unit: { lt: null } }, 'where.unit.lt'],
    ['a null among values', { unit: { in: ['a', null] } }, 'where.unit.in'],
    ['a null for values', { unit: { in: null } }, 'where.unit.in'],
    ['values without a list', { unit: { in: 'a' } }, 'where.unit.in'],
    ['an AND without a list', { AND: { unit: { equals: 'a' } } }, 'where.AND'],
    ['a null OR', { OR: null }, 'where.OR'],
    ['a NOT of a list', { NOT: [{ unit: { equals: 'a' } }] }, 'where.NOT'],
    ['a hole in a list', { OR: [undefined] }, 'where.OR[0]'],
  ])('%s', (_, where, path) => {
    expect(refusalOf(where)).toEqual(['BAD_INPUT', path]);
  });

  it('an undefined in a list of values', () => {
    // It would be bound as nothing: the statement runs without it, or not at all.
    expect(refusalOf({ unit: { in: ['a', undefined] } })).toEqual(['BAD_INPUT', 'where.unit.in']);
  });
});
