import { PergolaError } from '../errors.ts';

/** Work that an answer must not wait for, because how long it takes would tell what was found. */
export interface Background {
  /** Throws TOO_MANY_REQUESTS when too much is waiting, whatever the task is. */
  run(task: () => Promise<void>): void;
  /** When all that was begun has ended: before the database closes. */
  settled(): Promise<void>;
}

const maxTasks = 100;

export function createBackground(onError: (error: unknown) => void): Background {
  const tasks = new Set<Promise<void>>();
  return {
    run(task) {
      if (tasks.size >= maxTasks) {
        throw new PergolaError(
          'TOO_MANY_REQUESTS',
          `${maxTasks} mails are waiting to be sent.`,
          'Try again in a minute.',
        );
      }
      // Not begun before the answer is on its way: the first statement would hold it up.
      const begun = new Promise((resolve) => void setImmediate(resolve));
      const running: Promise<void> = begun
        .then(task)
        .catch(onError)
        .finally(() => tasks.delete(running));
      tasks.add(running);
    },
    async settled() {
      while (tasks.size > 0) await Promise.all(tasks);
    },
  };
}
