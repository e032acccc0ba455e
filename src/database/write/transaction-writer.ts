import { keyOf, type Model } from '../../model/model.ts';
import { all, type Filter } from '../../policy/filter.ts';
import type { Policies } from '../../policy/policy.ts';
import type { Viewer } from '../../policy/viewer.ts';
import type { AggregateRead } from '../aggregate.ts';
import type { OpenTransaction } from '../connection.ts';
import { bind } from '../parameters.ts';
import { keyFilter } from '../parse-arguments.ts';
import type { Planner } from '../plan.ts';
import type { ListRead, OneRead } from '../read.ts';
import { runPlan } from '../run-plan.ts';
import { Values } from '../values.ts';
import { createAudit } from './audit.ts';
import type { Data } from './judge.ts';
import { judgedInsert } from './judged-insert.ts';
import { createSteps, type IdempotentRequest } from './idempotency.ts';
import type { NewRow } from './new-row-checks.ts';
import { Provided } from './provided.ts';
import { createRowWriter, type Change, type CreatedRows } from './row-writer.ts';
import { createWhereabouts } from './whereabouts.ts';
import { createWriter } from './writer.ts';

export interface TransactionWriterContext {
  readonly planner: Planner;
  readonly policies: Policies;
  readonly viewer: Viewer;
  readonly requestId: string | undefined;
  readonly idempotent: IdempotentRequest | undefined;
  readonly unaudited?: true | undefined;
  readonly auditTogether?: true | undefined;
  /** Told of each model of which rows are changed. */
  readonly changed?: ((model: string) => void) | undefined;
  readonly transaction: OpenTransaction;
}

/** Everything that one transaction of a viewer can do. Reads see what it has written. */
export function createTransactionWriter(given: TransactionWriterContext) {
  const { planner, policies, viewer, requestId, idempotent, unaudited, auditTogether, changed, transaction } = given;
  const { schema, engine } = planner;
  const context = { planner, viewer, query: transaction.read };

  const matching = async (model: Model, filter: Filter, values: Values, columns = keyOf(model).fields) => {
    const read: OneRead = { kind: 'one', model: model.name, filter, select: columnsOf(columns) };
    return (await runPlan(planner.guardedPlan(read), values, context)) ?? undefined;
  };
  const listing = async (model: Model, filter: Filter, values: Values, limit?: number) => {
    const read: ListRead = {
      kind: 'list',
      model: model.name,
      filter,
      // Else it would be the order of whatever index the database took, and callers see it.
      order: keyOf(model).fields.map((field) => ({ by: { kind: 'field', field }, direction: 'asc' })),
      limit: limit === undefined ? undefined : values.add(limit),
      seek: undefined,
      backwards: false,
      select: columnsOf(keyOf(model).fields),
      total: false,
      cursors: false,
    };
    const { rows: keys, more } = await runPlan(planner.guardedPlan(read), values, context);
    return { keys, more };
  };
  const counting = async (model: Model, filter: Filter, values: Values) => {
    const read: AggregateRead = { kind: 'aggregate', model: model.name, filter, functions: [{ name: 'count' }] };
    const { statement, decode } = planner.guardedAggregatePlan(read);
    const text = await transaction.read(statement.sql, bind(statement.parameters, values.list, viewer, planner));
    return Number(decode(text)[0]);
  };

  const { write, tryOut } = transaction;
  const run = async (text: string, parameters: readonly unknown[]) => (await write(text, parameters)).rows;
  const audit = createAudit({
    schema,
    engine,
    policies,
    viewer,
    requestId,
    unaudited,
    auditTogether,
    write,
    run,
    tryOut,
  });
  const whereabouts = createWhereabouts();
  const note = (change: Change) => {
    audit.note(change);
    whereabouts.note(change);
    changed?.(change.model.name);
  };
  const noteCreated = (created: CreatedRows) => {
    audit.noteCreated(created);
    changed?.(created.model.name);
  };
  const rows = createRowWriter({ schema, engine, write, run, tryOut, note, noteCreated });
  const policy = planner.policyOf(viewer);
  const {
    finish,
    alone: planAlone,
    ...writer
  } = createWriter({
    schema,
    policy,
    viewer,
    rows,
    whereabouts,
    matching,
    listing,
    counting,
  });
  const needing = ({ model, key, filter }: NewRow) => {
    const provided = new Provided(viewer);
    const at = rows.placeOf(key);
    const place = at === undefined ? undefined : provided.values.add(at);
    const named = place ? filter : all([keyFilter(model, [key], provided.values), filter]);
    provided.rows.push({ model, filter: named, place });
    return provided;
  };
  const steps = idempotent && createSteps({ schema, rows, matching, listing }, { ...idempotent, viewer });
  /** The one statement that creates a row, notes it, and fails where one of its rules does not hold. */
  const alone = async (modelName: string, data: Data) => {
    const row = await planAlone(modelName, data);
    const key = row && rows.keyOf(row);
    if (!key) return undefined;
    changed?.(row.model.name);
    const entry = audit.rowFor({ model: row.model, verb: 'create', key, written: row.columns });
    const statement = judgedInsert(rows, viewer, { row, note: entry });
    return statement && { ...statement, key };
  };
  return {
    ...writer,
    alone,
    steps,
    one: (read: OneRead, values: Values) => runPlan(planner.plan(read, viewer), values, context),
    list: (read: ListRead, values: Values) => runPlan(planner.plan(read, viewer), values, context),
    /** Judges what was written, and notes who wrote it. */
    async finish() {
      await finish((row) => audit.writeProvided(needing(row)));
      await audit.write();
    },
  };
}

export type TransactionWriter = Omit<ReturnType<typeof createTransactionWriter>, 'alone' | 'finish' | 'steps'>;
/** What says how a row is created alone. */
export type AloneWriter = Pick<ReturnType<typeof createTransactionWriter>, 'alone'>;

const columnsOf = (names: readonly string[]) => ({ scalars: names.map((field) => ({ field })), relations: [] });
