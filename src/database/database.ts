import { sql } from 'kysely';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import type { Schema } from '../model/model.ts';
import type { Policies } from '../policy/policy.ts';
import { system, type Viewer } from '../policy/viewer.ts';
import type { ViewerPolicy } from '../policy/viewer-policy.ts';
import type { AggregateRead } from './aggregate.ts';
import { connect, type Load, type OpenTransaction, type RunSingle } from './connection.ts';
import { forbidden } from '../errors.ts';
import { explainRefusal, type Explanation } from './explain.ts';
import type { RefusedRight } from './refused-right.ts';
import { bind } from './parameters.ts';
import type { GroupsRead } from './groups.ts';
import { guardedClientFactory, type GuardedClient } from './guarded-client.ts';
import type { GuardedRows } from './guarded-rows.ts';
import { keptAnswers, type KeptAnswers } from './kept-answers.ts';
import { createPlanner, type Plan } from './plan.ts';
import { runGroups } from './run-groups.ts';
import { runPlan, type RunContext } from './run-plan.ts';
import type { ListRead, OneRead, Read, Row } from './read.ts';
import { openReplica, stickySeconds } from './replica.ts';
import { tracedConnection, tracedPlanner, type Trace } from './trace.ts';
import { unguardedClient } from './unguarded-client.ts';
import type { Values } from './values.ts';
import { createAlone, noTransaction, type ReadingOf } from './write/create-alone.ts';
import { answerStep, type IdempotentRequest } from './write/idempotency.ts';
import type { Data } from './write/judge.ts';
import { createTransactionWriter, type TransactionWriter } from './write/transaction-writer.ts';
import { untilFree } from './write/until-free.ts';

export type { KeptAnswers } from './kept-answers.ts';
export type { IdempotentRequest } from './write/idempotency.ts';

/** The only door to rows. */
export interface Database {
  readonly schema: Schema;
  /** The rows as one viewer may see and change them. Cheap: one is made for every request. */
  as(viewer: Viewer, request?: RequestOfViewer): ViewerDatabase;
  /** Without any policy: for `auth/`, which must find the viewer first. */
  readonly unguarded: PrismaClient;
  /** Undefined where the schema has no model to keep them in. */
  readonly answers: KeptAnswers | undefined;
  /**
   * One transaction of several parts, each judged by itself, and undone by itself when it throws: for rows of which some
   * are good. Begun anew as a whole when another writer was in the way.
   *
   * @param options.undo everything is undone at the end: what would be done is found out by doing it.
   */
  inParts<T>(run: (part: RunPart) => Promise<T>, options?: { readonly undo?: boolean }): Promise<T>;
  /** For people to read, never to decide by. */
  readonly engineName: string;
  /** While it writes, this process has time for something else. */
  readonly worksApart: boolean;
  /** All rows of all models. */
  countRows(): Promise<number>;
  /** Undefined where the engine has no such limit. */
  readonly load: (() => Load) | undefined;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** For how long whoever has written must read from the primary; undefined where there is nothing else to read from. */
  readonly stickySeconds: number | undefined;
  /** The viewer has written. */
  stayOnPrimary(viewer: Viewer): void;
  close(): Promise<void>;
}

/** Runs a part of a transaction on behalf of a viewer. */
export type RunPart = <T>(
  viewer: Viewer,
  act: (writer: TransactionWriter) => Promise<T>,
  request?: RequestOfViewer,
) => Promise<T>;

/** What is noted of a request beside what it writes. */
export interface RequestOfViewer {
  readonly id?: string;
  readonly idempotent?: IdempotentRequest | undefined;
  /** Asked before each read: whether a replica will do, which may be seconds behind. Without it, none does. */
  readonly mayLag?: () => boolean;
  /** Writes are not noted: for rows that nobody asked to be written, such as the sample data. Never for a request. */
  readonly unaudited?: true;
  /** One entry says what is written into many rows of a model: for imports, whose rows are as many as a file has. */
  readonly auditTogether?: true;
}

export interface ViewerDatabase extends GuardedRows {
  /** Statements run so far on behalf of this request. */
  readonly statements: number;
  /** Rows at the root of what it has read so far. */
  readonly rows: number;
  /** Models of which this request has changed rows, or tried to. */
  readonly changed: ReadonlySet<string>;
  /** Prisma-shaped access for hand-written fields, under the same policy. */
  readonly client: GuardedClient;
  /** Why a right was missing. @throws FORBIDDEN without the right `explain`: it tells whether hidden rows are there. */
  explain(refused: RefusedRight): Promise<Explanation>;
}

export interface DatabaseOptions {
  /** Told what is done; by default nobody is. */
  readonly trace?: Trace | undefined;
  /** Of a server that follows, and may be asked instead. */
  readonly replicaUrl?: string | undefined;
}

/**
 * @throws BAD_CONFIG when the URL names no database that can be opened.
 */
export async function openDatabase(
  url: string,
  schema: Schema,
  policies: Policies,
  { trace, replicaUrl }: DatabaseOptions = {},
): Promise<Database> {
  const connectTo = async (it: string) => tracedConnection(await connect(it), trace);
  const connection = await connectTo(url);
  const replica = replicaUrl === undefined ? undefined : openReplica(replicaUrl, connection, connectTo);
  const { engine } = connection;
  const fits = (text: string) => connection.fits(text);
  const planner = tracedPlanner(createPlanner({ schema, policies, engine, fits }), trace);
  const clientFor = guardedClientFactory(schema);

  class ViewerRows implements ViewerDatabase {
    readonly viewer: Viewer;
    readonly schema = schema;
    statements = 0;
    rows = 0;
    readonly changed = new Set<string>();
    #client: GuardedClient | undefined;
    /** Transactions of this request so far: they come in the same order when it is repeated. */
    #steps = answerStep;
    readonly #request: RequestOfViewer;

    constructor(viewer: Viewer, request: RequestOfViewer = {}) {
      this.viewer = viewer;
      this.#request = request;
    }

    get policy(): ViewerPolicy {
      return planner.policyOf(this.viewer);
    }

    get client(): GuardedClient {
      return (this.#client ??= clientFor(this));
    }

    one(read: OneRead, values: Values) {
      return this.run(planner.plan(read, this.viewer), values);
    }

    list(read: ListRead, values: Values) {
      return this.run(planner.plan(read, this.viewer), values);
    }

    async aggregate(read: AggregateRead, values: Values) {
      const { statement, decode } = planner.aggregatePlan(read, this.viewer);
      const { query } = this.context;
      return decode(await query(statement.sql, bind(statement.parameters, values.list, this.viewer, planner)));
    }

    groups(read: GroupsRead, values: Values) {
      return runGroups(read, values, this.context);
    }

    async explain(refused: RefusedRight) {
      if (!this.policy.has('explain')) throw forbidden('have it explained');
      return explainRefusal(refused, { ...this.context, policies });
    }

    private run<R extends Read>(plan: Plan<R>, values: Values) {
      return runPlan(plan, values, this.context);
    }

    private get context(): RunContext {
      return {
        planner,
        viewer: this.viewer,
        query: (text, parameters) => {
          this.statements++;
          const read = this.#request.mayLag?.() ? replica?.readFor(this.viewer) : undefined;
          return (read ?? connection.read)(text, parameters);
        },
        count: (rows) => (this.rows += rows),
      };
    }

    async create(model: string, data: Data, readingOf: ReadingOf): Promise<Row | null> {
      const { single } = connection;
      // What is idempotent notes its step in the same transaction.
      if (single && !this.#request.idempotent) {
        const run: RunSingle = (...both) => {
          this.statements += both.length;
          return single(...both);
        };
        const creation = { model, data, readingOf };
        const done = await createAlone(this.writerIn(noTransaction), creation, { single: run, context: this.context });
        if (done) return done.row;
      }
      const { read, values } = readingOf(await this.write((writer) => writer.create(model, data)));
      return this.one(read, values);
    }

    write<T>(act: (writer: TransactionWriter) => Promise<T>): Promise<T> {
      const step = ++this.#steps;
      return untilFree(() => this.writeStep(act, step));
    }

    async preview<T>(act: (writer: TransactionWriter) => Promise<T>): Promise<T> {
      try {
        return await untilFree(() =>
          this.inTransaction(async ({ finish, ...writer }) => {
            const result = await act(writer);
            await finish();
            throw new Preview(result);
          }),
        );
      } catch (error) {
        if (error instanceof Preview) return error.result as T;
        throw error;
      }
    }

    /** A step that is noted as done, by this request or by an earlier one under its key, is not done again. */
    private writeStep<T>(act: (writer: TransactionWriter) => Promise<T>, step: number): Promise<T> {
      return this.inTransaction(async ({ finish, steps, ...writer }) => {
        const done = await steps?.find(step);
        if (done) return done.outcome as T;
        const result = await act(writer);
        await finish();
        await steps?.keep(step, result);
        return result;
      });
    }

    private inTransaction<T>(run: (writer: ReturnType<typeof createTransactionWriter>) => Promise<T>): Promise<T> {
      return connection.transaction((transaction) => run(this.writerIn(transaction)));
    }

    /** For `inParts`, which begins and ends the transaction itself. */
    writerIn(transaction: OpenTransaction) {
      const counted: OpenTransaction = {
        write: (text, parameters) => {
          this.statements++;
          return transaction.write(text, parameters);
        },
        read: (text, parameters) => {
          this.statements++;
          return transaction.read(text, parameters);
        },
        tryOut: (act) => transaction.tryOut(act),
        inPart: (act) => transaction.inPart(act),
      };
      const { viewer } = this;
      const { id: requestId, idempotent, unaudited, auditTogether } = this.#request;
      return createTransactionWriter({
        planner,
        policies,
        viewer,
        requestId,
        idempotent,
        unaudited,
        auditTogether,
        changed: (model) => void this.changed.add(model),
        transaction: counted,
      });
    }
  }

  /** A writer of its own for each part: the checks and notes of one that was undone must not outlive it. */
  const runPartIn =
    (transaction: OpenTransaction): RunPart =>
    (viewer, act, request) =>
      transaction.inPart(async () => {
        const { finish, ...writer } = new ViewerRows(viewer, request).writerIn(transaction);
        const result = await act(writer);
        await finish();
        return result;
      });

  const inParts: Database['inParts'] = async (run, { undo = false } = {}) => {
    try {
      return await untilFree(() =>
        connection.transaction(async (transaction) => {
          const result = await run(runPartIn(transaction));
          if (undo) throw new Preview(result);
          return result;
        }),
      );
    } catch (error) {
      if (error instanceof Preview) return error.result as Awaited<ReturnType<typeof run>>;
      throw error;
    }
  };

  /** Unguarded on purpose: a figure for whoever starts the server. */
  const countRows = async () => {
    const total = sql.join(
      [...schema.models.values()].map(({ table }) => sql`(select count(*) from ${sql.table(table)})`),
      sql` + `,
    );
    const { sql: text } = engine.selectValue(total).compile(engine.compiler);
    return Number(await connection.read(text, []));
  };

  const ping = async () => {
    const { sql: text, parameters } = engine.selectValue(sql.lit(1)).compile(engine.compiler);
    await connection.read(text, parameters);
  };

  let unguarded: PrismaClient | undefined;

  return {
    schema,
    answers: keptAnswers({ planner, policies, connection }),
    engineName: engine.name,
    worksApart: engine.worksApart,
    countRows,
    inParts,
    ping,
    load: connection.load,
    as: (viewer, request) => new ViewerRows(viewer, request),
    // Made when it is asked for: tests open databases of other schemas than the one that Prisma Client is made for.
    get unguarded() {
      return (unguarded ??= unguardedClient(connection.prisma, clientFor, new ViewerRows(system)));
    },
    stickySeconds: replica && stickySeconds,
    stayOnPrimary: (viewer) => replica?.stayOnPrimary(viewer),
    async close() {
      await replica?.close();
      await connection.close();
    },
  };
}

/** Undoes a transaction, and carries what was found out in it. */
class Preview extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('This was a preview.');
    this.result = result;
  }
}
