import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { PergolaError } from '../errors.ts';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import { keyOf, type Model, type Schema } from '../model/model.ts';
import type { Filter } from '../policy/filter.ts';
import type { Policies } from '../policy/policy.ts';
import { system, type Viewer } from '../policy/viewer.ts';
import type { ViewerPolicy } from '../policy/viewer-policy.ts';
import type { AggregateRead } from './aggregate.ts';
import { connect, type OpenTransaction } from './connection.ts';
import { bind } from './parameters.ts';
import type { GroupsRead } from './groups.ts';
import { guardedClientFactory, type GuardedClient } from './guarded-client.ts';
import type { GuardedRows, TransactionWriter } from './guarded-rows.ts';
import { createPlanner, type Plan } from './plan.ts';
import { runGroups } from './run-groups.ts';
import { runPlan, type RunContext } from './run-plan.ts';
import type { ListRead, OneRead, Read } from './read.ts';
import { createRowWriter } from './row-writer.ts';
import { unguardedClient } from './unguarded-client.ts';
import { Values } from './values.ts';
import { createWriter } from './write.ts';
import { isRetryable } from './write-errors.ts';

/** The only door to rows. */
export interface Database {
  readonly schema: Schema;
  /** The rows as one viewer may see and change them. Cheap: one is made for every request. */
  as(viewer: Viewer): ViewerDatabase;
  /** Without any policy: for `auth/`, which must find the viewer first. */
  readonly unguarded: PrismaClient;
  /** For people to read, never to decide by. */
  readonly engineName: string;
  /** All rows of all models. */
  countRows(): Promise<number>;
  close(): Promise<void>;
}

export interface ViewerDatabase extends GuardedRows {
  /** Statements run so far on behalf of this request. */
  readonly statements: number;
  /** Prisma-shaped access for hand-written fields, under the same policy. */
  readonly client: GuardedClient;
}

const maxAttempts = 5;

/** @throws BAD_CONFIG when the URL names no database that can be opened. */
export async function openDatabase(url: string, schema: Schema, policies: Policies): Promise<Database> {
  const connection = await connect(url);
  const { engine } = connection;
  const planner = createPlanner({ schema, policies, engine, fits: (text) => connection.fits(text) });
  const clientFor = guardedClientFactory(schema);

  class ViewerRows implements ViewerDatabase {
    readonly viewer: Viewer;
    readonly schema = schema;
    statements = 0;
    #client: GuardedClient | undefined;

    constructor(viewer: Viewer) {
      this.viewer = viewer;
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

    private run<R extends Read>(plan: Plan<R>, values: Values) {
      return runPlan(plan, values, this.context);
    }

    private get context(): RunContext {
      return {
        planner,
        viewer: this.viewer,
        query: (text, parameters) => {
          this.statements++;
          return connection.read(text, parameters);
        },
      };
    }

    async write<T>(act: (writer: TransactionWriter) => Promise<T>): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.writeOnce(act);
        } catch (error) {
          if (!isRetryable(error)) throw error;
          if (attempt === maxAttempts) throw busy();
          await sleep(Math.random() * 20 * 2 ** attempt);
        }
      }
    }

    private writeOnce<T>(act: (writer: TransactionWriter) => Promise<T>): Promise<T> {
      return connection.transaction(async (transaction) => {
        const { finish, ...writer } = this.writerIn(transaction);
        const result = await act(writer);
        await finish();
        return result;
      });
    }

    private writerIn(transaction: OpenTransaction) {
      const run: OpenTransaction['write'] = (text, parameters) => {
        this.statements++;
        return transaction.write(text, parameters);
      };
      const query: OpenTransaction['read'] = (text, parameters) => {
        this.statements++;
        return transaction.read(text, parameters);
      };
      const context = { planner, viewer: this.viewer, query };
      const matching = async (model: Model, filter: Filter, values: Values, columns = keyOf(model).fields) => {
        const select = { scalars: columns.map((field) => ({ field })), relations: [] };
        const row = await runPlan(
          planner.guardedPlan({ kind: 'one', model: model.name, filter, select }),
          values,
          context,
        );
        return row ?? undefined;
      };
      const rows = createRowWriter({ schema, engine, run });
      const writer = createWriter({ schema, policy: this.policy, viewer: this.viewer, rows, matching });
      return {
        ...writer,
        one: (read: OneRead, values: Values) => runPlan(planner.plan(read, this.viewer), values, context),
      };
    }
  }

  /** Unguarded on purpose: a figure for whoever starts the server. */
  const countRows = async () => {
    const total = sql.join(
      [...schema.models.values()].map(({ table }) => sql`(select count(*) from ${sql.table(table)})`),
      sql` + `,
    );
    const { sql: text } = engine.selectValue(total).compile(engine.compiler);
    return Number(await connection.read(text, []));
  };

  return {
    schema,
    engineName: engine.name,
    countRows,
    as: (viewer) => new ViewerRows(viewer),
    unguarded: unguardedClient(connection.prisma, new ViewerRows(system).client, schema),
    close: () => connection.close(),
  };
}

const busy = () =>
  new PergolaError('DATABASE_UNAVAILABLE', 'Other writers were in the way every time.', 'Try again in a moment.');
