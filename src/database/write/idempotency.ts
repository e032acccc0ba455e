import type { Filter } from '../../policy/filter.ts';
import type { Viewer } from '../../policy/viewer.ts';
import { idempotencyKeyReused } from '../../errors.ts';
import { modelOf, type Model, type Schema } from '../../model/model.ts';
import { Values } from '../values.ts';
import { parseOutcome, stringifyOutcome } from './outcome.ts';
import type { KeyValues, RowWriter } from './row-writer.ts';
import { createBulkChanger } from './bulk-changer.ts';
import type { Listing } from './writer.ts';

/** A request that takes effect once, however often it comes. */
export interface IdempotentRequest {
  /** The caller's own name for it. */
  readonly key: string;
  /** SHA-256 of what is asked: another request under the same key is a mistake. */
  readonly bodyHash: string;
}

const recordModel = 'IdempotencyRecord';
const keptHours = 24;
const header = 'Idempotency-Key';

/** The step under which the answer as a whole is kept. */
export const answerStep = 0;

export interface StepsContext {
  readonly schema: Schema;
  readonly rows: RowWriter;
  matching(model: Model, filter: Filter, values: Values, columns: readonly string[]): Promise<KeyValues | undefined>;
  listing(model: Model, filter: Filter, values: Values): Promise<Listing>;
}

export const canRemember = ({ models }: Schema) => models.has(recordModel);

/**
 * What the transactions of one request have done. Each notes its outcome in itself, so that it is done and noted or
 * neither, whatever happens to the process; a repetition finds the note and does nothing.
 *
 * @throws IDEMPOTENCY_KEY_REUSED when the key stands for another request.
 */
export function createSteps(
  { schema, rows, matching, listing }: StepsContext,
  request: IdempotentRequest & { readonly viewer: Viewer },
) {
  const model = modelOf(schema, recordModel);
  const scope = scopeOf(request.viewer);

  async function find(step: number): Promise<{ readonly outcome: unknown } | undefined> {
    const values = new Values();
    const filter = all({ scope, key: request.key, step }, values);
    const row = await matching(model, filter, values, ['bodyHash', 'outcome', 'expiresAt']);
    if (!row || (row['expiresAt'] as Date) <= new Date()) return undefined;
    if (row['bodyHash'] !== request.bodyHash) throw idempotencyKeyReused(request.key);
    return { outcome: parseOutcome(row['outcome'] as string) };
  }

  /** Before anything is done, so that of two requests under one key only one is: an answer of undefined is yet to come. */
  async function claim(): Promise<string | undefined> {
    const known = await find(answerStep);
    if (!known) await keep(answerStep, undefined);
    return known?.outcome as string | undefined;
  }

  /** The first answer stays: of two at once, one has only repeated the other. */
  async function keepAnswer(answer: string): Promise<void> {
    const known = await find(answerStep);
    if (!known) return keep(answerStep, answer);
    const key = { scope, key: request.key, step: answerStep };
    if (known.outcome === undefined) await rows.update(model, key, { outcome: stringifyOutcome(answer) }, header);
  }

  async function keep(step: number, outcome: unknown): Promise<void> {
    await forgetExpired();
    const expiresAt = new Date(Date.now() + keptHours * 3_600_000);
    const { key, bodyHash } = request;
    await rows.insert(model, { scope, key, step, bodyHash, outcome: stringifyOutcome(outcome), expiresAt }, header);
  }

  async function forgetExpired(): Promise<void> {
    const values = new Values();
    const filter: Filter = { kind: 'compare', field: 'expiresAt', operator: 'lte', operands: [values.add(new Date())] };
    const { keys } = await listing(model, filter, values);
    await createBulkChanger(rows).deleteMany(model, keys, header);
  }

  return { find, keep, claim, keepAnswer };
}

export type Steps = ReturnType<typeof createSteps>;

/** Viewers do not know each other's keys, nor does a token those of another with other scopes: an answer holds what its asker may read. */
const scopeOf = ({ kind, id, scopes }: Viewer) => JSON.stringify([kind, id, scopes?.toSorted()]);

const all = (fields: Readonly<Record<string, unknown>>, values: Values): Filter => ({
  kind: 'all',
  of: Object.entries(fields).map(([field, value]) => ({
    kind: 'compare',
    field,
    operator: 'equals',
    operands: [values.add(value)],
  })),
});
