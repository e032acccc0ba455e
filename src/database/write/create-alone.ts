import { PergolaError } from '../../errors.ts';
import type { OpenTransaction, RunSingle } from '../connection.ts';
import { bind } from '../parameters.ts';
import type { OneRead, Row } from '../read.ts';
import { runPlan, type RunContext } from '../run-plan.ts';
import type { Values } from '../values.ts';
import type { Data } from './judge.ts';
import type { KeyValues } from './row-writer.ts';
import type { AloneWriter } from './transaction-writer.ts';
import { untilFree } from './until-free.ts';
import { isRefused } from './write-errors.ts';

/** That a new row needs more than one statement. */
class NotAlone extends Error {}

const notAlone = () => Promise.reject(new NotAlone());

/** For a writer that only says what it would do. */
export const noTransaction: OpenTransaction = {
  write: notAlone,
  read: notAlone,
  tryOut: notAlone,
  inPart: notAlone,
};

/** What is shown of a row that has been written. */
export type ReadingOf = (key: KeyValues) => { readonly read: OneRead; readonly values: Values };

interface Creation {
  readonly model: string;
  readonly data: Data;
  readonly readingOf: ReadingOf;
}

/**
 * Creates one row by one statement, which inserts it, judges it and what it links to, and notes it; and reads it.
 *
 * @returns undefined, and has done nothing, in any doubt: the usual way tells what is wrong.
 */
export async function createAlone(
  writer: AloneWriter,
  { model, data, readingOf }: Creation,
  { single, context }: { readonly single: RunSingle; readonly context: RunContext },
): Promise<{ readonly row: Row | null } | undefined> {
  const planned = await planOf(writer, model, data);
  if (!planned) return undefined;
  const { planner, viewer, query } = context;
  const { read, values } = readingOf(planned.key);
  const plan = planner.plan(read, viewer);
  const reading = {
    sql: plan.statement.sql,
    parameters: bind(plan.statement.parameters, values.list, viewer, planner),
  };
  let answer: (() => Promise<string | null>) | undefined;
  try {
    answer = await untilFree(() => single(planned, reading));
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
  // It has been asked already. What does not fit into the statement is asked as ever.
  const asked: RunContext['query'] = (text, parameters) => {
    const given = answer;
    answer = undefined;
    return given ? given() : query(text, parameters);
  };
  return { row: await runPlan(plan, values, { ...context, query: asked }) };
}

async function planOf(writer: AloneWriter, model: string, data: Data) {
  try {
    return await writer.alone(model, data);
  } catch (error) {
    if (error instanceof NotAlone || error instanceof PergolaError) return undefined;
    throw error;
  }
}
