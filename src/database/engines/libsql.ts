/** The driver of SQLite's files, for whoever opens one: so is it set up before the first is opened. */
export { PrismaLibSql } from '@prisma/adapter-libsql';
export { default as Database } from 'libsql';
export { default as DatabaseOnThreads } from 'libsql/promise';

/** Statements that run beside this thread at once: two, so that one long statement holds up no other (`side-readers.ts`). */
export const readersAtOnce = 2;

// The driver has a thread for each core, and on one core a long statement would hold up all others.
// oxlint-disable-next-line node/no-process-env -- Its only setting for it.
process.env['TOKIO_WORKER_THREADS'] ??= String(readersAtOnce);
