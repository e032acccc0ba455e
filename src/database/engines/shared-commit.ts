import type { BoundStatement, RunSingle } from '../connection.ts';
import { createGate, type GateOptions } from './gate.ts';

/** A statement that is a transaction by itself, and what is read after it. */
export interface Single {
  readonly statement: BoundStatement;
  readonly read: BoundStatement;
}

type Answer = Awaited<ReturnType<RunSingle>>;

/** Runs them one after the other in one transaction, and then the reads. All of them are done, or none. */
export type RunTogether = (singles: readonly Single[]) => Promise<readonly Answer[]>;

interface Task extends Single {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** While one transaction waits for the disk, another one is worked at. */
const transactions = 2;
/** So many share one at most, so that the first of them does not wait long for the last. */
const mostTogether = 16;

/**
 * Statements that wait while others are under way share the next transaction, as SQLite's do (`group-commit.ts`): BEGIN,
 * COMMIT and the wait for the disk are as much work for one as for many. Each is answered when it is on the disk.
 */
export function sharingCommits(runTogether: RunTogether, limits: GateOptions): RunSingle {
  const { through } = createGate({ ...limits, width: transactions * mostTogether });
  const waiting: Task[] = [];
  let running = 0;

  async function work(): Promise<void> {
    running++;
    while (waiting.length > 0) await run(waiting.splice(0, mostTogether));
    running--;
  }

  async function run(tasks: readonly Task[]): Promise<void> {
    try {
      const answers = await runTogether(tasks);
      for (const [at, { resolve }] of tasks.entries()) resolve(answers[at]!);
    } catch (error) {
      // Only what the server says it has undone is done once more, each by itself: of a connection that broke, nobody
      // knows.
      if (tasks.length > 1 && isUndone(error)) await Promise.all(tasks.map((task) => run([task])));
      else for (const { reject } of tasks) reject(error);
    }
  }

  return (statement, read) =>
    through(
      () =>
        new Promise<Answer>((resolve, reject) => {
          waiting.push({ statement, read, resolve, reject });
          if (running < transactions) void work();
        }),
    );
}

/** In the words of PostgreSQL: a FATAL one ends the connection, and may come after the commit. */
const isUndone = (error: unknown) => (error as { severity?: unknown } | null)?.severity === 'ERROR';
