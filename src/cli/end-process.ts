import type { Logger } from 'pino';

interface Ending {
  readonly logger: Logger;
  /** Lets what is under way finish, and closes everything. */
  close(): Promise<void>;
}

/** Signals that come so close together are one: a terminal and npm both pass Ctrl-C on. */
const repeatedWithinMs = 1_000;
/** Whoever stops a process kills it after ten seconds. */
const patienceMs = 9_500;

/**
 * Ends the process in order: on SIGINT and SIGTERM with 0, and with 1 after an error that nobody has caught. What state
 * such an error leaves is unknown, so nothing new is begun; what is under way may still finish. A second signal ends it
 * at once.
 */
export function endInOrder({ logger, close }: Ending): void {
  let ending: { since: number } | undefined;
  const end = (code: number) => {
    if (ending !== undefined) return;
    ending = { since: performance.now() };
    // Not unref'd: a process in which nothing is left to do, and which has not closed, would end with 0.
    setTimeout(() => {
      logger.error('not everything was closed in time');
      process.exit(code);
    }, patienceMs);
    void close()
      .catch((err: unknown) => logger.error({ err }, 'closing failed'))
      .then(() => process.exit(code));
  };
  const onSignal = () => {
    if (ending !== undefined && performance.now() - ending.since > repeatedWithinMs) process.exit(1);
    end(0);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ err, origin }, 'an error that nobody has caught: the server ends');
    end(1);
  });
}
