import { LRUCache } from 'lru-cache';
import type { Model, Schema } from '../model/model.ts';
import type { Filter } from '../policy/filter.ts';
import type { Policies } from '../policy/policy.ts';
import { viewerShape, type Viewer } from '../policy/viewer.ts';
import { viewerPolicy, type ViewerPolicy } from '../policy/viewer-policy.ts';
import { compileRead } from './compile-read.ts';
import { makeDecoder } from './decode-read.ts';
import type { Engine } from './engine.ts';
import { guardRead } from './guard.ts';
import type { Parameter } from './parameters.ts';
import type { ListRead, OneRead, Read, Row, Rows } from './read.ts';

/** A statement, ready but for its values. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** A guarded read compiled to one statement and the reader of what it yields. */
export interface Plan<R extends Read = Read> {
  readonly statement: Statement;
  decode(text: string | null, values: readonly unknown[]): R extends OneRead ? Row | null : Rows;
}

export interface Planner {
  readonly schema: Schema;
  readonly engine: Engine;
  policyOf(viewer: Viewer): ViewerPolicy;
  plan<R extends Read>(read: R, viewer: Viewer): Plan<R>;
  /** Some columns of one row by an unguarded filter: for the checks of writes. */
  rowPlan(model: Model, columns: readonly string[], filter: Filter): Plan<OneRead>;
}

/** Entries kept: one per shape of read and shape of viewer (a few kB each). */
const maxPlans = 2000;
/** Entries kept: one per set of roles. */
const maxPolicies = 500;

/**
 * Plans reads: guarded and compiled once per shape of the read and shape of the viewer, not per request. A read is
 * plain data without values, so its text is the key, and no value of one request can reach another's plan.
 */
export function createPlanner(schema: Schema, policies: Policies, engine: Engine): Planner {
  const policyCache = new LRUCache<string, ViewerPolicy>({ max: maxPolicies });
  const plans = new LRUCache<string, Plan>({ max: maxPlans });

  const policyOf = (viewer: Viewer) => {
    const shape = viewerShape(viewer);
    const known = policyCache.get(shape) ?? viewerPolicy(schema, policies, viewer);
    policyCache.set(shape, known);
    return known;
  };

  /** What comes in here is guarded, or a check of our own. */
  const makePlan = (guarded: Read): Plan => {
    let aliases = 0;
    const expression = compileRead(guarded, { schema, engine, nextAlias: () => `t${aliases++}` });
    const { sql, parameters } = engine.selectValue(expression).compile(engine.compiler);
    const decode = makeDecoder(guarded, { schema, engine });
    return {
      statement: { sql, parameters: parameters as unknown as Parameter[] },
      decode: (text, values) => decode(text === null ? null : JSON.parse(text), (list) => limitOf(list, values)) as never,
    };
  };

  return {
    schema,
    engine,
    policyOf,
    plan<R extends Read>(read: R, viewer: Viewer) {
      const key = `${viewerShape(viewer)} ${JSON.stringify(read)}`;
      const known = plans.get(key) ?? makePlan(guardRead(read, { schema, policy: policyOf(viewer) }));
      plans.set(key, known);
      return known as Plan<R>;
    },
    rowPlan(model, columns, filter) {
      const select = { scalars: columns.map((field) => ({ field })), relations: [] };
      const read: OneRead = { kind: 'one', model: model.name, filter, select };
      const key = `row ${JSON.stringify(read)}`;
      const known = plans.get(key) ?? makePlan(read);
      plans.set(key, known);
      return known as Plan<OneRead>;
    },
  };
}

function limitOf({ limit }: ListRead, values: readonly unknown[]): number | undefined {
  if (limit?.kind === 'argument') return values[limit.at] as number;
  return limit?.kind === 'constant' ? (limit.value as number) : undefined;
}
