import type { Policies } from '../policy/policy.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { Connection } from './connection.ts';
import type { Planner } from './plan.ts';
import { canRemember, type IdempotentRequest, type Steps } from './write/idempotency.ts';
import { createTransactionWriter } from './write/transaction-writer.ts';
import { untilFree } from './write/until-free.ts';

/** The answers that have been given to requests with an idempotency key. */
export interface KeptAnswers {
  /**
   * Takes the key for this request, and gives the answer that it has had.
   *
   * @throws IDEMPOTENCY_KEY_REUSED when the key stands for another request.
   */
  claim(viewer: Viewer, request: IdempotentRequest): Promise<string | undefined>;
  keep(viewer: Viewer, request: IdempotentRequest, answer: string): Promise<void>;
}

interface Context {
  readonly planner: Planner;
  readonly policies: Policies;
  readonly connection: Connection;
}

/** Undefined where the schema has no model to keep them in. */
export function keptAnswers({ planner, policies, connection }: Context): KeptAnswers | undefined {
  if (!canRemember(planner.schema)) return undefined;
  const withSteps = <T>(viewer: Viewer, idempotent: IdempotentRequest, act: (steps: Steps) => Promise<T>) =>
    untilFree(() =>
      connection.transaction((transaction) => {
        const given = { planner, policies, viewer, requestId: undefined, idempotent, transaction };
        return act(createTransactionWriter(given).steps!);
      }),
    );
  return {
    claim: (viewer, request) => withSteps(viewer, request, (steps) => steps.claim()),
    keep: (viewer, request, answer) => withSteps(viewer, request, (steps) => steps.keepAnswer(answer)),
  };
}
