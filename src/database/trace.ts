import type { Connection, OpenTransaction } from './connection.ts';
import type { Planner } from './plan.ts';

/** Told what is done for a request while it is done. Statements are told without their values. */
export interface Trace {
  /** The viewer's policy joins a read of the model, and the statement for it is made or found. */
  guard<T>(model: string, run: () => T): T;
  statement<T>(statement: { readonly engine: string; readonly sql: string }, run: () => Promise<T>): Promise<T>;
  /**
   * @param run begins the transaction. What is done in it goes through `inside`: the engine may do it on behalf of
   * several requests together, and it would be taken for the work of whoever came first.
   */
  transaction<T>(run: (inside: <U>(act: () => U) => U) => Promise<T>): Promise<T>;
}

export function tracedPlanner(planner: Planner, trace: Trace | undefined): Planner {
  if (trace === undefined) return planner;
  return {
    ...planner,
    plan: (read, viewer) => trace.guard(read.model, () => planner.plan(read, viewer)),
    aggregatePlan: (read, viewer) => trace.guard(read.model, () => planner.aggregatePlan(read, viewer)),
    groupsPlan: (read, viewer) => trace.guard(read.model, () => planner.groupsPlan(read, viewer)),
  };
}

export function tracedConnection(connection: Connection, trace: Trace | undefined): Connection {
  if (trace === undefined) return connection;
  const {
    engine: { name: engine },
    single,
  } = connection;
  const tracedTransaction = (transaction: OpenTransaction): OpenTransaction => ({
    write: (sql, parameters) => trace.statement({ engine, sql }, () => transaction.write(sql, parameters)),
    read: (sql, parameters) => trace.statement({ engine, sql }, () => transaction.read(sql, parameters)),
    tryOut: (act) => transaction.tryOut(act),
    inPart: (act) => transaction.inPart(act),
  });
  return {
    engine: connection.engine,
    prisma: connection.prisma,
    transaction: (run) =>
      trace.transaction((inside) =>
        connection.transaction((transaction) => inside(() => run(tracedTransaction(transaction)))),
      ),
    ...(single && { single: (it, read) => trace.statement({ engine, sql: it.sql }, () => single(it, read)) }),
    read: (sql, parameters) => trace.statement({ engine, sql }, () => connection.read(sql, parameters)),
    fits: (sql) => connection.fits(sql),
    ...(connection.load && { load: connection.load }),
    close: () => connection.close(),
  };
}
