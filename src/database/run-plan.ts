import { keyOf, modelOf, type Model } from '../model/model.ts';
import type { Viewer } from '../policy/viewer.ts';
import { keyFilter } from './parse-arguments.ts';
import { bind } from './parameters.ts';
import type { Plan, Planner } from './plan.ts';
import { related, type Read, type Row } from './read.ts';
import { tupleText } from './write/row-finder.ts';
import { followUpRead, rowsAt, type FollowUp } from './split-read.ts';
import { Values } from './values.ts';

export interface RunContext {
  readonly planner: Planner;
  readonly viewer: Viewer;
  /** Runs a statement and gives the one text that it yields. */
  query(sql: string, parameters: readonly unknown[]): Promise<string | null>;
  /** Told how many rows a read has found. */
  count?(rows: number): void;
}

/** Runs a plan: one statement, and one more for each part that did not fit into it. */
export async function runPlan<R extends Read>(
  plan: Plan<R>,
  values: Values,
  context: RunContext,
): Promise<ReturnType<Plan<R>['decode']>> {
  const { sql, parameters } = plan.statement;
  const text = await context.query(sql, bind(parameters, values.list, context.viewer, context.planner));
  const result = plan.decode(text, values.list);
  if (result) context.count?.('rows' in result && Array.isArray(result.rows) ? result.rows.length : 1);
  for (const followUp of plan.followUps) {
    await runFollowUp(followUp, rowsAt(result, plan.read, followUp.path), values, context);
  }
  return result;
}

async function runFollowUp(
  followUp: FollowUp,
  parents: readonly Row[],
  { list }: Values,
  context: RunContext,
): Promise<void> {
  if (parents.length === 0) return;
  const { schema } = context.planner;
  const model = modelOf(schema, followUp.model);
  const byKey = new Map<string, Row[]>();
  for (const row of parents) byKey.set(keyText(model, row), [...(byKey.get(keyText(model, row)) ?? []), row]);
  const values = new Values(list);
  const filter = keyFilter(
    model,
    [...byKey.values()].map(([row]) => row!),
    values,
  );
  // The statement must hold the relation that it is for: cut off once more, it would be followed up without end.
  const plan = context.planner.guardedPlan(followUpRead(followUp, filter, schema), 1);
  const { rows } = await runPlan(plan, values, context);
  const { key } = followUp.relation;
  for (const found of rows) {
    for (const parent of byKey.get(keyText(model, found)) ?? []) (parent[related] ??= {})[key] = found[related]?.[key];
  }
}

export const keyText = (model: Model, row: Row) => tupleText(model, keyOf(model).fields, row);
