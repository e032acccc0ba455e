import { modelOf, relationOf, keyOf } from '../model/model.ts';
import { describeRule } from '../policy/describe.ts';
import { all, isAlways, isNever, some, type Filter } from '../policy/filter.ts';
import type { Policies } from '../policy/policy.ts';
import { fieldRule, rowRule } from '../policy/right.ts';
import type { FieldVerb, RowVerb, Rule } from '../policy/rule.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { NamedRow, RefusedRight } from './refused-right.ts';
import { runPlan, type RunContext } from './run-plan.ts';
import { Values } from './values.ts';

/** Why a right was missing. */
export interface Explanation {
  readonly model: string;
  readonly field?: string;
  readonly verb: string;
  /** The whole rule, for whoever it is. */
  readonly rule: string;
  /** What the rule was asked about. */
  readonly inputs: Pick<Viewer, 'kind' | 'id' | 'roles' | 'scopes'>;
  /** What of it did not hold. Empty where the row is not there, or where it is not known which row was meant. */
  readonly notMet: readonly string[];
  /** Set where it was asked about one row. */
  readonly row?: 'present' | 'absent';
}

/**
 * Says why a right was missing, by the conditions of the guard itself: each clause is compiled as it is for every read
 * and asked of the row. A second evaluator would sooner or later explain something else than what was done.
 *
 * It tells whether hidden rows are there, so it is for viewers with the right `explain` only: `Database.explain` asks.
 */
export async function explainRefusal(
  refused: RefusedRight,
  { policies, ...context }: RunContext & { policies: Policies },
): Promise<Explanation> {
  const { planner, viewer } = context;
  const { schema } = planner;
  const { model, field, verb, row } = refused;
  const rule =
    field === undefined
      ? rowRule(policies, model, verb as RowVerb)
      : fieldRule(schema, policies, { model, field }, verb as FieldVerb);
  const policy = planner.policyOf(viewer);

  const isMet = async (filter: Filter): Promise<boolean | undefined> => {
    if (isAlways(filter) || isNever(filter)) return isAlways(filter);
    return row && (await exists(row, filter, context));
  };

  const notMet = async (it: Rule, on: string, seenFromRow: (there: Filter) => Filter): Promise<string[]> => {
    if ((await isMet(seenFromRow(policy.condition(it, on)))) !== false) return [];
    if (it.name !== undefined) return [it.name];
    switch (it.kind) {
      case 'all':
      case 'any': {
        const parts: string[] = [];
        for (const part of it.rules) parts.push(...(await notMet(part, on, seenFromRow)));
        return parts;
      }
      case 'through': {
        const { target } = relationOf(modelOf(schema, on), it.relation);
        const there = rowRule(policies, target, it.verb);
        const parts = await notMet(there, target, (filter) => seenFromRow(some(it.relation, filter)));
        return parts.length > 0 ? parts.map((part) => `${it.relation}: ${part}`) : [`${it.relation} is there`];
      }
      default:
        return [describeRule(it, on, { schema, policies })];
    }
  };

  const present = row && (await exists(row, all([]), context));
  const clauses = present === false ? [] : await notMet(rule, model, (filter) => filter);
  return {
    model,
    ...(field !== undefined && { field }),
    verb,
    rule: describeRule(rule, model, { schema, policies }),
    inputs: {
      kind: viewer.kind,
      id: viewer.id,
      roles: viewer.roles,
      ...(viewer.scopes && { scopes: viewer.scopes }),
    },
    notMet: [...clauses, ...missingScopes(refused, viewer)],
    ...(present !== undefined && { row: present ? 'present' : 'absent' }),
  };
}

/** Whether the row is there and meets a condition. No policy is added: the condition is a piece of one. */
async function exists({ model, filter, values, along = [] }: NamedRow, condition: Filter, context: RunContext) {
  const there = along.reduceRight((inner, relation) => some(relation, inner), condition);
  const select = {
    scalars: keyOf(modelOf(context.planner.schema, model)).fields.map((field) => ({ field })),
    relations: [],
  };
  const plan = context.planner.guardedPlan({ kind: 'one', model, filter: all([filter, there]), select });
  return (await runPlan(plan, new Values(values.list), context)) !== null;
}

/** A token is limited around the whole of its owner's policy, so this is no clause of a rule. */
function missingScopes({ model, field, verb }: RefusedRight, { scopes }: Viewer): string[] {
  if (!scopes || field !== undefined) return [];
  const wanted = verb === 'read' || verb === 'create' ? [verb] : ['read', verb];
  return wanted
    .filter((it) => !scopes.includes(`${model}:${it}`) && !scopes.includes(`*:${it}`))
    .map((it) => `scope ${model}:${it}`);
}
