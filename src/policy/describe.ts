import { isAlways, isNever, type Comparison, type Filter, type Operand } from './filter.ts';
import { modelOf, relationOf, type Schema } from '../model/model.ts';
import type { Policies } from './policy.ts';
import type { Rule } from './rule.ts';
import type { Viewer } from './viewer.ts';

export interface DescribeContext {
  readonly schema: Schema;
  readonly policies: Policies;
  readonly viewer: Viewer;
}

/** What a rule on a model comes down to for a viewer, in words: `always`, `never`, or the names of what must hold. */
export function describeRule(rule: Rule | undefined, model: string, context: DescribeContext): string {
  return textOf(simplify(rule, model, context));
}

type Simple = 'always' | 'never' | { readonly text: string; readonly joined?: 'and' | 'or' };

function simplify(rule: Rule | undefined, model: string, context: DescribeContext): Simple {
  if (!rule) return 'never';
  const own = simplifyKind(rule, model, context);
  // A name stands for the condition; where the viewer's roles have decided already there is none.
  return rule.name !== undefined && typeof own === 'object' ? { text: rule.name } : own;
}

function simplifyKind(rule: Rule, model: string, context: DescribeContext): Simple {
  const { viewer } = context;
  switch (rule.kind) {
    case 'always':
      return 'always';
    case 'never':
      return 'never';
    case 'signedIn':
      return viewer.id === null ? 'never' : 'always';
    case 'role':
      return viewer.roles.includes(rule.role) ? 'always' : 'never';
    case 'where':
      return describeFilter(rule.filter, viewer);
    case 'through':
      return simplifyThrough(rule, model, context);
    case 'any':
      return join(
        rule.rules.map((it) => simplify(it, model, context)),
        'or',
      );
    case 'all':
      return join(
        rule.rules.map((it) => simplify(it, model, context)),
        'and',
      );
    case 'not': {
      const inner = simplify(rule.rule, model, context);
      if (inner === 'always') return 'never';
      return inner === 'never' ? 'always' : { text: `not (${inner.text})` };
    }
  }
}

function simplifyThrough(
  { relation, verb }: Rule & { kind: 'through' },
  model: string,
  context: DescribeContext,
): Simple {
  const { target, required } = relationOf(modelOf(context.schema, model), relation);
  const rows = context.policies.get(target).rows;
  // Whatever is written there must also be readable there.
  const there = verb === 'read' ? rows.read : { kind: 'all' as const, rules: [rows.read, rows[verb]] };
  const simple = simplify(there, target, context);
  if (simple === 'never' || (simple === 'always' && required)) return simple;
  return { text: verb === 'read' ? `through ${relation}` : `through ${relation}'s ${verb}` };
}

function join(parts: readonly Simple[], word: 'and' | 'or'): Simple {
  const [decides, drops] = word === 'or' ? (['always', 'never'] as const) : (['never', 'always'] as const);
  if (parts.includes(decides)) return decides;
  const rest = parts.filter((it) => typeof it === 'object');
  const [only] = rest;
  if (!only) return drops;
  if (rest.length === 1) return only;
  const texts = rest.map(({ text, joined }) => (joined && joined !== word ? `(${text})` : text));
  return { text: texts.join(` ${word} `), joined: word };
}

const textOf = (simple: Simple) => (typeof simple === 'string' ? simple : simple.text);

function describeFilter(filter: Filter, viewer: Viewer): Simple {
  if (isAlways(filter)) return 'always';
  if (isNever(filter)) return 'never';
  switch (filter.kind) {
    case 'all':
    case 'any':
      return join(
        filter.of.map((it) => describeFilter(it, viewer)),
        filter.kind === 'all' ? 'and' : 'or',
      );
    case 'not': {
      const inner = describeFilter(filter.of, viewer);
      if (inner === 'always') return 'never';
      return inner === 'never' ? 'always' : { text: `not (${inner.text})` };
    }
    case 'some': {
      const inner = describeFilter(filter.filter, viewer);
      if (inner === 'never') return 'never';
      return { text: inner === 'always' ? `some ${filter.relation}` : `${filter.relation}: ${inner.text}` };
    }
    case 'compare':
      return describeComparison(filter, viewer);
  }
}

const operatorTexts: Partial<Record<Comparison['operator'], string>> = {
  equals: '=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
};

function describeComparison({ field: column, operator, operands, json }: Comparison, viewer: Viewer): Simple {
  // A guest has no key, so no column names it.
  if (viewer.id === null && operands.length > 0 && operands.every(({ kind }) => kind === 'viewer')) return 'never';
  const field = [column, ...(json?.path ?? []).map(describeOperand)].join('.');
  if (operator === 'absent') return { text: `${field} is absent` };
  const values = [...new Set(operands.map(describeOperand))];
  return {
    text:
      operator === 'in'
        ? `${field} in ${values.join(', ')}`
        : `${field} ${operatorTexts[operator] ?? operator} ${values.join(', ')}`,
  };
}

function describeOperand(operand: Operand): string {
  return operand.kind === 'constant' ? String(operand.value) : operand.kind === 'viewer' ? 'the viewer' : '?';
}
