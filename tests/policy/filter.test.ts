/** The constructors of conditions: what holds always or never stays recognisable wherever it is put. */
import { describe, expect, it } from 'vitest';
import { all, always, any, isAlways, isNever, never, not, some, type Filter } from '../../src/policy/filter.ts';

const draft: Filter = {
  kind: 'compare',
  field: 'status',
  operator: 'equals',
  operands: [{ kind: 'constant', value: 'DRAFT' }],
};
const unnamed: Filter = { kind: 'compare', field: 'name', operator: 'absent', operands: [] };

describe('all', () => {
  it.each<[string, Filter[], Filter]>([
    ['of nothing holds always', [], always],
    ['leaves out what holds always', [always, draft, always], draft],
    ['of what holds always holds always', [always, always], always],
    ['with something that never holds never holds', [draft, never], never],
    ['keeps several conditions side by side', [draft, unnamed], { kind: 'all', of: [draft, unnamed] }],
    ['keeps a condition that is said twice', [draft, draft], { kind: 'all', of: [draft, draft] }],
  ])('%s', (_, of, expected) => {
    expect(all(of)).toEqual(expected);
  });
});

describe('any', () => {
  it.each<[string, Filter[], Filter]>([
    ['of nothing never holds', [], never],
    ['leaves out what never holds', [never, draft, never], draft],
    ['of what never holds never holds', [never, never], never],
    ['with something that holds always holds always', [draft, always], always],
    ['keeps several conditions side by side', [draft, unnamed], { kind: 'any', of: [draft, unnamed] }],
  ])('%s', (_, of, expected) => {
    expect(any(of)).toEqual(expected);
  });
});

describe('not', () => {
  it.each<[string, Filter, Filter]>([
    ['of always is never', always, never],
    ['of never is always', never, always],
    ['of a condition is its opposite', draft, { kind: 'not', of: draft }],
    ['of an opposite is the condition', not(draft), draft],
    ['of an empty all that was written by hand is never', { kind: 'all', of: [] }, never],
  ])('%s', (_, of, expected) => {
    expect(not(of)).toEqual(expected);
  });
});

describe('some', () => {
  it('of rows that never match never holds', () => {
    expect(some('site', never)).toEqual(never);
  });
  it('of any row is still a question: there may be none', () => {
    expect(some('site', always)).toEqual({ kind: 'some', relation: 'site', filter: always });
    expect(isAlways(some('site', always))).toBe(false);
  });
});

describe('never and always', () => {
  const put: [string, (inner: Filter) => Filter][] = [
    ['in an all', (one) => all([draft, one])],
    ['in an any', (one) => any([draft, one])],
    ['in a not', (one) => not(one)],
    ['in an all in an any', (one) => any([unnamed, all([draft, one])])],
    ['in an any in an all', (one) => all([unnamed, any([draft, one])])],
    ['in a not in an all', (one) => all([draft, not(one)])],
    ['in a not in a not', (one) => not(not(one))],
    ['in a some', (one) => some('site', one)],
    ['in a not of a some', (one) => not(some('site', one))],
  ];
  const nowhereIn = (filter: Filter): boolean => {
    if (filter.kind === 'all' || filter.kind === 'any') return filter.of.length > 0 && filter.of.every(nowhereIn);
    return filter.kind === 'not' ? nowhereIn(filter.of) : true;
  };

  // What `some` asks of the other rows may hold always: that is a condition too.
  it.each(put)('are resolved, not carried along: never %s', (_, place) => {
    const made = place(never);
    expect(isAlways(made) || isNever(made) || nowhereIn(made)).toBe(true);
  });
  it.each(put)('are resolved, not carried along: always %s', (_, place) => {
    const made = place(always);
    expect(isAlways(made) || isNever(made) || nowhereIn(made)).toBe(true);
  });
});
