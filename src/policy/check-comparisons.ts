import { PergolaError } from '../errors.ts';
import { modelOf, relationOf, scalarOf, type Model, type ScalarField, type Schema } from '../model/model.ts';
import type { Comparison, Filter } from './filter.ts';
import type { Rule } from './rule.ts';

/**
 * Fields that a rule compares with one another: engines differ in what a number is that is compared with a text, and
 * the compiler, which sees a Decimal as text, does not know all of it.
 *
 * @throws POLICY_INVALID for a field that is not there or holds values of another type.
 */
export function checkComparisons(rule: Rule, model: Model, schema: Schema): void {
  if (rule.kind === 'where') checkFilter(rule.filter, model, schema);
  else if (rule.kind === 'not') checkComparisons(rule.rule, model, schema);
  else if (rule.kind === 'any' || rule.kind === 'all') for (const it of rule.rules) checkComparisons(it, model, schema);
}

function checkFilter(filter: Filter, model: Model, schema: Schema): void {
  switch (filter.kind) {
    case 'all':
    case 'any':
      for (const it of filter.of) checkFilter(it, model, schema);
      return;
    case 'not':
      return checkFilter(filter.of, model, schema);
    case 'some':
      return checkFilter(filter.filter, modelOf(schema, relationOf(model, filter.relation).target), schema);
    case 'compare':
      return checkComparison(filter, model);
  }
}

const withFields = new Set<Comparison['operator']>(['equals', 'in', 'lt', 'lte', 'gt', 'gte']);

function checkComparison({ field, operator, operands }: Comparison, model: Model): void {
  for (const operand of operands) {
    if (operand.kind !== 'field') continue;
    const other = model.fields.get(operand.field);
    if (other?.kind !== 'scalar')
      throw invalid(`${model.name}.${field} with "${operand.field}", which is no column of it`, 'Check the spelling.');
    if (other.name === field)
      throw invalid(`${model.name}.${field} with itself`, 'Ask { equals: null } or { not: null } whether it is there.');
    if (!withFields.has(operator) || !areComparable(scalarOf(model, field), other))
      throw invalid(`${model.name}.${field} with ${other.name} by "${operator}"`, 'Compare fields of one type.');
  }
}

/** Types whose values mean the same beside each other on every engine. */
function areComparable(one: ScalarField, other: ScalarField): boolean {
  if (one.list || other.list || one.type === 'Json' || one.enum !== other.enum) return false;
  return kindOf(one) === kindOf(other);
}

function kindOf({ type }: ScalarField): string {
  if (type === 'Date') return 'DateTime';
  return type === 'Int' || type === 'BigInt' || type === 'Float' ? 'number' : type;
}

const invalid = (what: string, remedy: string) =>
  new PergolaError('POLICY_INVALID', `A policy compares ${what}.`, remedy);
