import { modelOf, relationOf, type Schema } from '../model/model.ts';
import { all, always, any, isAlways, never, not, some, type Filter, type Operand } from './filter.ts';
import { hasPlatformRight, type PlatformRight } from './platform-right.ts';
import type { Policies } from './policy.ts';
import { fieldRule, rowRule } from './right.ts';
import type { FieldVerb, RowVerb, Rule } from './rule.ts';
import { withinScopes } from './token-scopes.ts';
import { system, type Viewer } from './viewer.ts';

/** One viewer's policy: what each right comes down to as a condition on rows. Conditions are made on first use and kept. */
export interface ViewerPolicy {
  /** The rows of the model on which the viewer has the right. */
  rows(model: string, verb: RowVerb): Filter;
  /** Where, among the rows that the viewer reads, they have the right on the field. */
  field(model: string, field: string, verb: FieldVerb): Filter;
  presets(model: string): ReadonlyMap<string, Operand>;
  has(right: PlatformRight): boolean;
  /** Where this rule alone, of a policy of the model, holds for the viewer. */
  condition(rule: Rule, model: string): Filter;
}

export function viewerPolicy(schema: Schema, policies: Policies, viewer: Viewer): ViewerPolicy {
  if (viewer === system)
    return {
      rows: () => always,
      field: () => always,
      condition: () => always,
      presets: () => new Map(),
      has: () => true,
    };
  const memory = new Map<string, Filter>();
  const remember = (key: string, make: () => Filter) => {
    const known = memory.get(key) ?? make();
    memory.set(key, known);
    return known;
  };

  const toFilter = (rule: Rule, model: string): Filter => {
    switch (rule.kind) {
      case 'always':
        return always;
      case 'never':
        return never;
      case 'signedIn':
        return viewer.id === null ? never : always;
      case 'role':
        return viewer.roles.includes(rule.role) ? always : never;
      case 'where':
        return bindViewer(rule.filter, viewer);
      case 'through': {
        const relation = relationOf(modelOf(schema, model), rule.relation);
        const there = rows(relation.target, rule.verb);
        return relation.owning && relation.required && isAlways(there) ? always : some(rule.relation, there);
      }
      case 'any':
        return any(rule.rules.map((it) => toFilter(it, model)));
      case 'all':
        return all(rule.rules.map((it) => toFilter(it, model)));
      case 'not':
        return not(toFilter(rule.rule, model));
    }
  };

  const rows = (model: string, verb: RowVerb): Filter =>
    remember(`${model} ${verb}`, () => toFilter(rowRule(policies, model, verb), model));

  const field = (model: string, name: string, verb: FieldVerb): Filter =>
    remember(`${model}.${name} ${verb}`, () =>
      toFilter(fieldRule(schema, policies, { model, field: name }, verb), model),
    );

  const policy: ViewerPolicy = {
    rows,
    field,
    condition: toFilter,
    presets: (model) => policies.get(model).presets,
    has: (right) => hasPlatformRight(viewer, right, policies.rights),
  };
  return viewer.scopes ? withinScopes(policy, viewer.scopes, schema) : policy;
}

/** A guest has no id, so no column equals it: the comparison is false, and its opposite true, before the database is asked. */
function bindViewer(filter: Filter, viewer: Viewer): Filter {
  switch (filter.kind) {
    case 'all':
      return all(filter.of.map((it) => bindViewer(it, viewer)));
    case 'any':
      return any(filter.of.map((it) => bindViewer(it, viewer)));
    case 'not':
      return not(bindViewer(filter.of, viewer));
    case 'some':
      return some(filter.relation, bindViewer(filter.filter, viewer));
    case 'compare': {
      if (viewer.id !== null || filter.operands.every(({ kind }) => kind !== 'viewer')) return filter;
      const known = filter.operands.filter(({ kind }) => kind !== 'viewer');
      return known.length === 0 ? never : { ...filter, operands: known };
    }
  }
}
