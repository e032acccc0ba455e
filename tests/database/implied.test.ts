/** What a rule need not ask of rows below one that was read. */
import { describe, expect, it } from 'vitest';
import { withoutImplied } from '../../src/database/implied.ts';
import { generatedDatamodel } from '../../src/generated/datamodel.ts';
import { modelOf, relationOf } from '../../src/model/model.ts';
import { readDatamodel } from '../../src/model/read-datamodel.ts';
import { all, always, any, never, not, some, type Filter } from '../../src/policy/filter.ts';

const schema = readDatamodel(generatedDatamodel);

const equals = (field: string, value: unknown): Filter => ({
  kind: 'compare',
  field,
  operator: 'equals',
  operands: [{ kind: 'constant', value }],
});
const [shared, high, published] = [equals('name', 'x'), equals('elevationMeters', 1), equals('status', 'PUBLISHED')];
const fact = all([shared, high]);

/** Of observations below a site for which the fact holds. */
const below = (rule: Filter) => withoutImplied(rule, fact, relationOf(modelOf(schema, 'Site'), 'observations'), schema);

describe('of rows below one that was read, a rule need not ask', () => {
  it('what the row proves, as a whole or in part', () => {
    expect(below(some('site', fact))).toEqual(always);
    expect(below(some('site', high))).toEqual(always);
    expect(below(all([some('site', all([shared, high])), published]))).toEqual(published);
    expect(below(some('site', any([equals('name', 'y'), high])))).toEqual(always);
    expect(below(not(some('site', shared)))).toEqual(never);
  });

  it('no more than that', () => {
    const [longer, other] = [all([shared, high, equals('latitude', 0)]), equals('name', 'y')];
    expect(below(some('site', longer))).toEqual(some('site', equals('latitude', 0)));
    expect(below(some('site', other))).toEqual(some('site', other));
    expect(below(some('site', not(all([shared, other]))))).toEqual(some('site', not(other)));
    expect(below(any([published, some('author', shared)]))).toEqual(any([published, some('author', shared)]));
    expect(below(high)).toEqual(high);
  });

  it('of a list that the row is one of, only whether there is such a row', () => {
    const upwards = relationOf(modelOf(schema, 'Observation'), 'site');
    const above = (rule: Filter) => withoutImplied(rule, all([published]), upwards, schema);
    expect(above(some('observations', published))).toEqual(always);
    // Another observation of the site may be both.
    const both = some('observations', all([published, equals('unit', 'm')]));
    expect(above(both)).toEqual(both);
  });
});
