import { LRUCache } from 'lru-cache';
import { tooDeep } from '../errors.ts';
import type { Schema } from '../model/model.ts';
import { bigIntText } from '../policy/filter.ts';
import type { Policies } from '../policy/policy.ts';
import { viewerShape, type Viewer } from '../policy/viewer.ts';
import { viewerPolicy, type ViewerPolicy } from '../policy/viewer-policy.ts';
import { compileAggregate, decodeFigures, guardAggregate, type AggregateRead } from './aggregate.ts';
import { compileStatement } from './compile-read.ts';
import { makeDecoder, parseRead } from './decode-read.ts';
import type { Engine, Sql } from './engine.ts';
import { compileGroups, guardGroups, makeGroupsDecoder, type Group, type GroupsRead } from './groups.ts';
import { guardRead, type GuardContext } from './guard.ts';
import type { Parameter } from './parameters.ts';
import type { ListRead, OneRead, Read, Row, Rows } from './read.ts';
import type { CompileContext } from './scope.ts';
import { depthOf, splitRead, type FollowUp } from './split-read.ts';

/** A statement, ready but for its values. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** A guarded read compiled to one statement, the reader of what it yields, and what further statements must add. */
export interface Plan<R extends Read = Read> {
  readonly read: R;
  readonly statement: Statement;
  /** Nearly always none: what nests too deep for one statement of this engine. */
  readonly followUps: readonly FollowUp[];
  decode(text: string | null, values: readonly unknown[]): R extends OneRead ? Row | null : Rows;
}

/** What is no read of rows: figures, or groups with figures. */
export interface FiguresPlan<Result> {
  readonly statement: Statement;
  decode(text: string | null): Result[];
}

export interface Planner {
  readonly schema: Schema;
  readonly engine: Engine;
  policyOf(viewer: Viewer): ViewerPolicy;
  plan<R extends Read>(read: R, viewer: Viewer): Plan<R>;
  /**
   * For a read that is guarded already, or that is a check of our own: no policy is added.
   *
   * @param least how many levels of relations its statement must hold.
   */
  guardedPlan<R extends Read>(guarded: R, least?: number): Plan<R>;
  aggregatePlan(read: AggregateRead, viewer: Viewer): FiguresPlan<unknown>;
  /** Like `guardedPlan`. */
  guardedAggregatePlan(guarded: AggregateRead): FiguresPlan<unknown>;
  groupsPlan(read: GroupsRead, viewer: Viewer): FiguresPlan<Group>;
}

export interface PlannerOptions {
  readonly schema: Schema;
  readonly policies: Policies;
  readonly engine: Engine;
  /** Whether the database can parse the statement: engines differ in how deep one may nest. */
  readonly fits: (sql: string) => boolean;
}

/** Entries kept: one per shape of read and shape of viewer (a few kB each). */
const maxPlans = 2000;
/** Entries kept: one per set of roles. */
const maxPolicies = 500;

/**
 * Plans reads: guarded and compiled once per shape of the read and shape of the viewer, not per request. A read is
 * plain data without values, so its text is the key, and no value of one request can reach another's plan.
 */
export function createPlanner({ schema, policies, engine, fits }: PlannerOptions): Planner {
  const policyCache = new LRUCache<string, ViewerPolicy>({ max: maxPolicies });
  const plans = new LRUCache<string, Plan>({ max: maxPlans });
  const figures = new LRUCache<string, FiguresPlan<unknown>>({ max: maxPlans });

  const policyOf = (viewer: Viewer) => {
    const shape = viewerShape(viewer);
    const known = policyCache.get(shape) ?? viewerPolicy(schema, policies, viewer);
    policyCache.set(shape, known);
    return known;
  };

  const compile = (make: (context: CompileContext) => Sql): Statement => {
    let aliases = 0;
    const statement = make({ schema, engine, nextAlias: () => `t${aliases++}` });
    const { sql, parameters } = statement.compile(engine.compiler);
    return { sql, parameters: parameters as unknown as Parameter[] };
  };

  /** What comes in here is guarded, or a check of our own. */
  const makePlan = (guarded: Read, least = 0): Plan => {
    for (let depth = depthOf(guarded); depth >= least; depth--) {
      const { kept, followUps } = splitRead(guarded, depth, schema);
      const statement = compile((context) => compileStatement(kept, context));
      if (!fits(statement.sql)) continue;
      const decode = makeDecoder(kept, { schema, engine });
      return {
        read: kept,
        statement,
        followUps,
        decode: (text, values) => decode(parseRead(text, kept, engine), (list) => limitOf(list, values)),
      };
    }
    throw tooDeep();
  };

  const compileWhole = (make: (context: CompileContext) => Sql): Statement => {
    const statement = compile((context) => engine.selectValue(make(context)));
    if (!fits(statement.sql)) throw tooDeep();
    return statement;
  };

  const makeAggregatePlan = (guarded: AggregateRead): FiguresPlan<unknown> => ({
    statement: compileWhole((context) => compileAggregate(guarded, context)),
    decode: (text) => decodeFigures(guarded, JSON.parse(text ?? '[]'), { schema, engine }),
  });

  const makeGroupsPlan = (guarded: GroupsRead): FiguresPlan<Group> => {
    const decode = makeGroupsDecoder(guarded, { schema, engine });
    const statement = compileWhole((context) => compileGroups(guarded, context));
    return { statement, decode: (text) => decode(JSON.parse(text ?? '[]')) };
  };

  const rememberFigures = <Result>(key: string, make: () => FiguresPlan<Result>) => {
    const known = figures.get(key) ?? make();
    figures.set(key, known);
    return known as FiguresPlan<Result>;
  };
  const figuresFor = <Result>(
    read: AggregateRead | GroupsRead,
    viewer: Viewer,
    make: (context: GuardContext) => FiguresPlan<Result>,
  ) =>
    rememberFigures(`${viewerShape(viewer)} ${JSON.stringify(read)}`, () => make({ schema, policy: policyOf(viewer) }));

  const remember = <R extends Read>(key: string, make: () => Read, least?: number): Plan<R> => {
    const known = plans.get(key) ?? makePlan(make(), least);
    plans.set(key, known);
    return known as unknown as Plan<R>;
  };

  return {
    schema,
    engine,
    policyOf,
    plan: <R extends Read>(read: R, viewer: Viewer) =>
      remember<R>(`${viewerShape(viewer)} ${textOf(read)}`, () =>
        guardRead(read, { schema, policy: policyOf(viewer) }),
      ),
    aggregatePlan: (read, viewer) =>
      figuresFor(read, viewer, (context) => makeAggregatePlan(guardAggregate(read, context))),
    guardedAggregatePlan: (guarded) =>
      rememberFigures(`guarded ${JSON.stringify(guarded, bigIntText)}`, () => makeAggregatePlan(guarded)),
    groupsPlan: (read, viewer) => figuresFor(read, viewer, (context) => makeGroupsPlan(guardGroups(read, context))),
    guardedPlan: (guarded, least) => remember(`guarded ${JSON.stringify(guarded, bigIntText)}`, () => guarded, least),
  };
}

const texts = new WeakMap<Read, string>();

/** A read that is kept by whoever asks it is written out once. */
function textOf(read: Read): string {
  const text = texts.get(read) ?? JSON.stringify(read);
  texts.set(read, text);
  return text;
}

function limitOf({ limit }: ListRead, values: readonly unknown[]): number | undefined {
  if (limit?.kind === 'argument') return values[limit.at] as number;
  return limit?.kind === 'constant' ? (limit.value as number) : undefined;
}
