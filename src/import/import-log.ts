import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database, RunPart } from '../database/database.ts';
import { badInput, notFound, PergolaError } from '../errors.ts';
import { system, type Viewer } from '../policy/viewer.ts';
import type { Checkpoint, ProgressLog, RefusedRow } from './apply.ts';
import type { Counts, RowError } from './report.ts';

const model = 'Import';

/** Without a sign of life for so long, an import is nobody's. */
const leaseMs = 60_000;

export interface NewImport {
  readonly model: string;
  /** The file's name. */
  readonly source: string;
  readonly viewer: Viewer;
  /** How it was asked for, as JSON. */
  readonly settings: object;
  /** The same for two imports of one file. */
  readonly fingerprint: string;
  /** Begins although an earlier import of the file has not come to its end. */
  readonly anew?: boolean | undefined;
}

/** An import that has been begun, and that this process has the lease of. */
export interface OpenImport extends ProgressLog {
  readonly id: string;
  finish(): Promise<void>;
  /** It can be gone on with. */
  stop(): Promise<void>;
}

/** Writes refused rows after so many bytes of their file, and tells where it ends then. */
export type WriteRefused = (rows: readonly RefusedRow[], from: number) => Promise<number>;

const rowsOf = (database: Database) => database.as(system).client.import;

/** @throws IMPORT_RUNNING, IMPORT_INTERRUPTED */
export async function beginImport(database: Database, given: NewImport, write: WriteRefused): Promise<OpenImport> {
  const { fingerprint, viewer, settings, source } = given;
  const known = await rowsOf(database).findUnique({ where: { running: fingerprint } });
  if (known) {
    refuseLiving(known);
    if (!given.anew) throw interrupted(known.id, known.records);
    const lease = { equals: known.lease };
    await database
      .as(system)
      .write((writer) => writer.updateMany(model, { id: { equals: known.id }, ...(known.lease && { lease }) }, ended));
  }
  const lease = newLease();
  try {
    const { id } = await rowsOf(database).create({
      data: {
        model: given.model,
        source,
        settings,
        errors: [],
        consumed: '',
        userId: viewer.id,
        running: fingerprint,
        ...held(lease),
      },
    });
    return openImport(database, { id, lease, done: undefined, refusedBytes: 0 }, write);
  } catch (error) {
    // Somebody was faster.
    if (error instanceof PergolaError && error.code === 'CONFLICT') throw running();
    throw error;
  }
}

export type ImportEntry = NonNullable<Awaited<ReturnType<typeof findImport>>>;

/** @throws NOT_FOUND; BAD_INPUT for one that is finished. */
export async function findImport(database: Database, id: string) {
  const entry = await rowsOf(database).findUnique({ where: { id } });
  if (!entry) throw notFound(model, 'id');
  if (entry.state === 'FINISHED') throw badInput(`The import ${id} is finished.`, 'Begin another one.', 'id');
  return entry;
}

/** @throws IMPORT_RUNNING */
export async function takeImport(database: Database, entry: ImportEntry, write: WriteRefused): Promise<OpenImport> {
  refuseLiving(entry);
  const lease = newLease();
  const { keys } = await database
    .as(system)
    .write((writer) =>
      writer.updateMany(
        model,
        { id: { equals: entry.id }, lease: leaseFilter(entry.lease) },
        { state: 'RUNNING', ...held(lease) },
      ),
    );
  if (keys.length === 0) throw running();
  const { records, consumed, refusedBytes } = entry;
  const { created, updated, same, skipped, denied, conflicts, refused } = entry;
  const counts: Counts = { created, updated, same, skipped, denied, conflicts, refused };
  const done = { records, consumed, counts, errors: entry.errors as unknown as RowError[] };
  return openImport(database, { id: entry.id, lease, done, refusedBytes }, write);
}

interface Held {
  readonly id: string;
  readonly lease: string;
  readonly done: Checkpoint | undefined;
  readonly refusedBytes: number;
}

function openImport(
  database: Database,
  { id, lease, done, refusedBytes: from }: Held,
  write: WriteRefused,
): OpenImport {
  // Where the refused rows of the batch begin and end, and how many records there are with it.
  let [begin, end, records] = [from, from, done?.records ?? 0];
  // The lease is a part of the condition: who has lost it changes nothing, and so commits nothing.
  const mine = { id: { equals: id }, lease: { equals: lease } };
  const close = async (data: object) => {
    livingLeases.delete(lease);
    await database
      .as(system)
      .write((writer) => writer.updateMany(model, mine, { ...data, lease: null, leaseUntil: null }));
  };
  return {
    id,
    done,
    async checkpoint(part: RunPart, now: Checkpoint, refused: readonly RefusedRow[]) {
      // With as many records as before it is the same batch once more, because its transaction was begun anew.
      if (now.records > records) [begin, records] = [end, now.records];
      end = await write(refused, begin);
      const { counts, errors, consumed } = now;
      const data = { ...counts, errors, records, consumed, refusedBytes: end, leaseUntil: leaseEnd() };
      const { keys } = await part(system, (writer) => writer.updateMany(model, mine, data));
      if (keys.length === 0) throw leaseLost(id);
    },
    async reached() {
      const entry = await rowsOf(database).findUnique({ where: { id } });
      // Somebody else has gone on with it, or it is gone.
      if (entry?.lease !== lease) throw leaseLost(id);
      return entry.records;
    },
    finish: () => close({ state: 'FINISHED', running: null, finishedAt: new Date() }),
    stop: () => close({ state: 'STOPPED', ...(records === 0 && { running: null }) }),
  };
}

const newLease = () => {
  const lease = `${hostname()}:${process.pid}:${randomUUID()}`;
  livingLeases.add(lease);
  return lease;
};

/** Those of this process. */
const livingLeases = new Set<string>();

const leaseEnd = () => new Date(Date.now() + leaseMs);
const held = (lease: string) => ({ lease, leaseUntil: leaseEnd() });
const leaseFilter = (lease: string | null) => ({ equals: lease });
const ended = { state: 'STOPPED', running: null, lease: null, leaseUntil: null };

/** @throws IMPORT_RUNNING */
function refuseLiving({ lease, leaseUntil }: Pick<ImportEntry, 'lease' | 'leaseUntil'>): void {
  if (lease === null || leaseUntil === null || leaseUntil < new Date()) return;
  const [host, pid] = lease.split(':');
  // A process that was killed leaves its lease behind. Taken from one that lives, it would do no harm: see `checkpoint`.
  if (host !== hostname() || isLiving(Number(pid), lease)) throw running();
}

function isLiving(pid: number, lease: string): boolean {
  // In a container that was started anew, the process before had the same number.
  if (process.pid === pid) return livingLeases.has(lease);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const running = () =>
  new PergolaError(
    'IMPORT_RUNNING',
    'This file is being imported.',
    'Wait for its end, or for a minute after its last sign of life.',
  );

const interrupted = (id: string, records: number) =>
  new PergolaError(
    'IMPORT_INTERRUPTED',
    `The import ${id} of this file came to an end after ${records} records.`,
    `Go on with it: pergola import resume ${id}. Or begin with --anew.`,
  );

const leaseLost = (id: string) =>
  new PergolaError('IMPORT_LEASE_LOST', `Another process has gone on with the import ${id}.`, 'Leave it to that one.');
