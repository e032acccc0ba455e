/** The driver of SQLite's files, for whoever opens one: so is it set up before the first is opened. */
import { defaultVariable } from '../../config.ts';

export { PrismaLibSql } from '@prisma/adapter-libsql';
export { default as Database } from 'libsql';
export { default as DatabaseOnThreads } from 'libsql/promise';

/** Statements that run beside this thread at once: two, so that one long statement holds up no other (`side-readers.ts`). */
export const readersAtOnce = 2;

// It would have as many as there are cores: on one, a long statement would hold up all others.
defaultVariable('TOKIO_WORKER_THREADS', readersAtOnce);
