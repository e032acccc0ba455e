import { padded } from '../policy/filter.ts';
import type { GuardedRows } from './guarded-rows.ts';
import type { ListRead, OneRead, Row } from './read.ts';
import { Values } from './values.ts';

/** One row by the text in one of its fields: the only value of the read. */
export interface LookUp {
  readonly field: string;
  readonly read: OneRead;
}

/** Null where there is none. Several askers may be given the same row. */
export type LookUpRow = (lookUp: LookUp, value: string) => Promise<Row | null>;

interface Queue {
  /** Who waits, by the value that they look for. */
  readonly waiting: Map<string, ((row: Promise<Row | null>) => void)[]>;
  /** When the statement began that is under way. */
  since: number | undefined;
}

/** As many as one statement looks for. */
const atOnce = 64;
/** A statement that takes longer is not waited for: its connection may be dead. */
const patienceMs = 100;

/**
 * Looks rows up one statement at a time: whoever asks while one is under way waits for the next one, which looks for all
 * who have come by then. It begins after their questions, so it never finds what was over by then, such as a session.
 */
export function lookUpsTogether(rows: Pick<GuardedRows, 'one' | 'list'>): LookUpRow {
  const queues = new WeakMap<LookUp, Queue>();

  async function work(lookUp: LookUp, queue: Queue): Promise<void> {
    while (queue.waiting.size > 0) {
      const taken = [...queue.waiting].slice(0, atOnce);
      for (const [value] of taken) queue.waiting.delete(value);
      queue.since = performance.now();
      const found = find(
        lookUp,
        taken.map(([value]) => value),
      );
      for (const [value, answers] of taken) {
        const row = found.then((it) => it.get(value) ?? null);
        for (const answer of answers) answer(row);
      }
      await found.catch(() => {});
    }
    queue.since = undefined;
  }

  async function find(lookUp: LookUp, values: readonly string[]): Promise<ReadonlyMap<unknown, Row | null>> {
    if (values.length === 1) return new Map([[values[0], await rows.one(lookUp.read, new Values(values))]]);
    const filled = padded(values);
    const { rows: found } = await rows.list(listFor(lookUp, filled.length), new Values(filled));
    return new Map(found.map((row) => [row[lookUp.field], row]));
  }

  return (lookUp, value) =>
    new Promise((answer) => {
      let queue = queues.get(lookUp);
      if (!queue) queues.set(lookUp, (queue = { waiting: new Map(), since: undefined }));
      const others = queue.waiting.get(value);
      if (others) others.push(answer);
      else queue.waiting.set(value, [answer]);
      if (queue.since === undefined || performance.now() - queue.since > patienceMs) void work(lookUp, queue);
    });
}

function listFor({ field, read }: LookUp, length: number): ListRead {
  const { model, select } = read;
  const operands = Array.from({ length }, (_, at) => ({ kind: 'argument', at }) as const);
  return {
    kind: 'list',
    model,
    filter: { kind: 'compare', field, operator: 'in', operands },
    order: [],
    limit: undefined,
    seek: undefined,
    backwards: false,
    select: { ...select, scalars: [...select.scalars, { field }] },
    total: false,
    cursors: false,
  };
}
