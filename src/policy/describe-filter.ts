import { modelOf, relationOf, scalarOf, type Model, type Schema } from '../model/model.ts';
import { isAlways, isNever, type Comparison, type ComparisonOperand, type Filter } from './filter.ts';
import type { Viewer } from './viewer.ts';

/** What a condition comes down to. `joined` says which word stands between its parts, so that they can be bracketed. */
export type Words = 'always' | 'never' | { readonly text: string; readonly joined?: 'and' | 'or' };

export interface FilterContext {
  readonly schema: Schema;
  /** Left out: whoever it is. */
  readonly viewer?: Viewer | undefined;
}

/** A condition on rows of the model, in words: `status = PUBLISHED and some comments with authorId = the viewer`. */
export function describeFilter(filter: Filter, model: Model, context: FilterContext): Words {
  if (isAlways(filter)) return 'always';
  if (isNever(filter)) return 'never';
  switch (filter.kind) {
    case 'all':
    case 'any': {
      const parts = filter.of.map((it) => describeFilter(it, model, context));
      return join(parts, filter.kind === 'all' ? 'and' : 'or');
    }
    case 'not': {
      const inner = describeFilter(filter.of, model, context);
      if (inner === 'always') return 'never';
      return inner === 'never' ? 'always' : { text: `not (${inner.text})` };
    }
    case 'some':
      return describeSome(filter, model, context);
    case 'compare':
      return describeComparison(filter, model, context);
  }
}

export function join(parts: readonly Words[], word: 'and' | 'or'): Words {
  const [decides, drops] = word === 'or' ? (['always', 'never'] as const) : (['never', 'always'] as const);
  if (parts.includes(decides)) return decides;
  const rest = parts.filter((it) => typeof it === 'object');
  const [only] = rest;
  if (!only) return drops;
  if (rest.length === 1) return only;
  const texts = rest.map(({ text, joined }) => (joined && joined !== word ? `(${text})` : text));
  return { text: texts.join(` ${word} `), joined: word };
}

/** Relations that are only passed through make one path: `site.survey.visibility = PUBLIC`. */
function describeSome(some: Filter & { kind: 'some' }, model: Model, context: FilterContext): Words {
  const path: string[] = [];
  let [end, at, many]: [Filter, Model, boolean] = [some, model, false];
  while (end.kind === 'some') {
    const { target, list } = relationOf(at, end.relation);
    path.push(end.relation);
    [end, at, many] = [end.filter, modelOf(context.schema, target), many || list];
  }
  const there = path.join('.');
  const inner = describeFilter(end, at, context);
  if (inner === 'never') return inner;
  if (inner === 'always') return { text: `some ${there}` };
  if (!many && end.kind === 'compare') return { text: `${there}.${inner.text}` };
  return { text: `some ${there} with ${inner.joined ? `(${inner.text})` : inner.text}` };
}

const operatorTexts: Partial<Record<Comparison['operator'], string>> = {
  equals: '=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
};

function describeComparison(comparison: Comparison, model: Model, { viewer }: FilterContext): Words {
  const { operator, operands, json } = comparison;
  // A guest has no key, so no column names it.
  if (viewer?.id === null && operands.length > 0 && operands.every(({ kind }) => kind === 'viewer')) return 'never';
  const keys = (json?.path ?? []).map((key) => describeOperand(key, false));
  const field = [comparison.field, ...keys].join('.');
  if (operator === 'absent') return { text: `${field} is absent` };
  const isText = json?.kind === 'text' || scalarOf(model, comparison.field).type === 'String';
  const values = [...new Set(operands.map((it) => describeOperand(it, isText)))];
  return { text: `${field} ${operatorTexts[operator] ?? operator} ${values.join(', ')}` };
}

function describeOperand(operand: ComparisonOperand, isText: boolean): string {
  switch (operand.kind) {
    case 'constant':
      return describeValue(operand.value, isText);
    case 'viewer':
      return 'the viewer';
    case 'field':
      return operand.field;
    case 'argument':
      return '?';
  }
}

/** In quotes only what is text: the values of an enum are words of the schema. */
function describeValue(value: unknown, isText: boolean): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' && !isText ? value : JSON.stringify(value);
}
