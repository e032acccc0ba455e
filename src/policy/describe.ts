import { modelOf, relationOf, type Model, type Schema } from '../model/model.ts';
import { describeFilter, join, type Words } from './describe-filter.ts';
import type { Policies } from './policy.ts';
import { rowRule } from './right.ts';
import type { Rule } from './rule.ts';
import type { Viewer } from './viewer.ts';

export interface DescribeContext {
  readonly schema: Schema;
  readonly policies: Policies;
  /** What it comes down to for this one; left out: for whoever it is. */
  readonly viewer?: Viewer | undefined;
}

/** What a rule on a model comes down to, in words: `always`, `never`, or the names of what must hold. */
export function describeRule(rule: Rule | undefined, model: string, context: DescribeContext): string {
  const words = wordsOf(rule, model, context);
  return typeof words === 'string' ? words : words.text;
}

function wordsOf(rule: Rule | undefined, model: string, context: DescribeContext): Words {
  if (!rule) return 'never';
  const own = wordsOfKind(rule, model, context);
  // A name stands for the condition; where the viewer's roles have decided already there is none.
  return rule.name !== undefined && typeof own === 'object' ? { text: rule.name } : own;
}

function wordsOfKind(rule: Rule, name: string, context: DescribeContext): Words {
  const { viewer, schema } = context;
  const model = modelOf(schema, name);
  switch (rule.kind) {
    case 'always':
      return 'always';
    case 'never':
      return 'never';
    case 'signedIn':
      if (!viewer) return { text: 'signed in' };
      return viewer.id === null ? 'never' : 'always';
    case 'role':
      if (!viewer) return { text: `role ${rule.role}` };
      return viewer.roles.includes(rule.role) ? 'always' : 'never';
    case 'where':
      return describeFilter(rule.filter, model, { schema, viewer });
    case 'through':
      return wordsOfThrough(rule, model, context);
    case 'any':
    case 'all': {
      const parts = rule.rules.map((it) => wordsOf(it, name, context));
      return join(parts, rule.kind === 'any' ? 'or' : 'and');
    }
    case 'not': {
      const inner = wordsOf(rule.rule, name, context);
      if (inner === 'always') return 'never';
      return inner === 'never' ? 'always' : { text: `not (${inner.text})` };
    }
  }
}

function wordsOfThrough(
  { relation, verb }: Rule & { kind: 'through' },
  model: Model,
  { viewer, ...context }: DescribeContext,
): Words {
  const { target, required, owning } = relationOf(model, relation);
  const there = wordsOf(rowRule(context.policies, target, verb), target, { ...context, viewer });
  if (there === 'never' || (there === 'always' && required && owning)) return there;
  return { text: verb === 'read' ? `through ${relation}` : `through ${relation}'s ${verb}` };
}
