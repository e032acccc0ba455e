import type { RequestOfViewer, RunPart } from '../database/database.ts';
import type { UpsertedRow } from '../database/write/upsert-many.ts';
import { PergolaError, type ErrorCode } from '../errors.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { MappedRow } from './map.ts';
import type { Outcome } from './report.ts';

export const conflictModes = ['update', 'skip', 'error'] as const;
/** What becomes of a row that is there already. */
export type OnConflict = (typeof conflictModes)[number];

export interface RowsWriterOptions {
  readonly model: string;
  readonly viewer: Viewer;
  readonly request: RequestOfViewer;
  /** The fields of a unique key; without it every row is a new one. */
  readonly key: readonly string[] | undefined;
  readonly onConflict: OnConflict;
}

/** What became of one row. */
export interface RowResult {
  readonly outcome: Outcome;
  /** What its changed fields held. */
  readonly before?: UpsertedRow['before'];
  readonly error?: PergolaError;
}

/**
 * Writes rows inside a transaction: all of them at once, or, where one is refused, those before it, then it alone, so that
 * each is judged as a mutation of its own would be.
 */
export function createRowsWriter({ model, viewer, request, key, onConflict }: RowsWriterOptions) {
  let expectNew = true;

  return async function writeRows(part: RunPart, rows: readonly MappedRow[]): Promise<RowResult[]> {
    const results: RowResult[] = [];
    let size = rows.length;
    let alone = false;
    while (results.length < rows.length) {
      const chunk = rows.slice(results.length, results.length + size);
      try {
        results.push(...(await writeChunk(part, chunk)));
        // After a row that was refused the chunks grow again: most rows of most files are good.
        size = alone ? 1 : Math.min(size * 2, rows.length);
        alone = false;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const at = /^data\[(\d+)\]/.exec(error.inputPath ?? '')?.[1];
        if (error.code === 'FORBIDDEN' && at === undefined) {
          results.push(...rows.slice(results.length).map(() => refusalOf(error)));
        } else if (chunk.length === 1) {
          results.push(refusalOf(error));
          size = 1;
        } else {
          alone = Number(at) > 0;
          size = alone ? Number(at) : 1;
        }
      }
    }
    return results;
  };

  async function writeChunk(part: RunPart, rows: readonly MappedRow[]): Promise<RowResult[]> {
    if (await createAlike(part, rows)) return rows.map(() => created);
    const data = rows.map((row) => row.data);
    if (!key) {
      const keys = await part(viewer, (writer) => writer.createMany(model, data), request);
      return keys.map(() => created);
    }
    return (await upsert(part, data, key)).map(({ outcome, before }) => {
      if (outcome !== 'existing') return { outcome, ...(before && { before }) };
      return onConflict === 'skip' ? { outcome: 'skipped' } : refusalOf(existing(model));
    });
  }

  /** The short way, for new rows that give the same fields: all of them, or none. */
  async function createAlike(part: RunPart, rows: readonly MappedRow[]): Promise<boolean> {
    const shape = rows[0]?.shape;
    if (!expectNew || !shape || rows.length === 1 || rows.some((row) => row.shape !== shape)) return false;
    const values = rows.map((row) => row.values);
    try {
      await part(
        viewer,
        async (writer) => {
          if (key && !writer.givesKey(model, key, shape, values)) throw new Doubtful();
          if (!(await writer.createAlike(model, shape, values))) throw new Doubtful();
        },
        request,
      );
      return true;
    } catch (error) {
      // Undone. Whatever it was, the other way tells of which row.
      if (error instanceof Doubtful || isRefusal(error)) return false;
      throw error;
    }
  }

  async function upsert(part: RunPart, data: readonly MappedRow['data'][], by: readonly string[]) {
    if (expectNew && data.length > 1) {
      try {
        return await part(viewer, (writer) => writer.upsertMany(model, data, by, { expectNew }), request);
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    const leaveExisting = onConflict !== 'update';
    const rows = await part(viewer, (writer) => writer.upsertMany(model, data, by, { leaveExisting }), request);
    // Most files are all new or all known: the next batch is expected to be like this one.
    expectNew = rows.every(({ outcome }) => outcome === 'created');
    return rows;
  }
}

class Doubtful extends Error {}

const created: RowResult = { outcome: 'created' };

const denials: readonly ErrorCode[] = ['FORBIDDEN', 'NOT_FOUND'];
const refusals: readonly ErrorCode[] = [
  ...denials,
  'BAD_INPUT',
  'BAD_ID',
  'CONFLICT',
  'TOO_DEEP',
  'IMPORT_BAD_FILE',
  'IMPORT_UNKNOWN_COLUMN',
];

/** Whether a row is at fault, and not the file or the database. */
export const isRefusal = (error: unknown): error is PergolaError =>
  error instanceof PergolaError && refusals.includes(error.code);

export function refusalOf(error: PergolaError): RowResult {
  if (error.code === 'CONFLICT') return { outcome: 'conflicts', error };
  return { outcome: denials.includes(error.code) ? 'denied' : 'refused', error };
}

const existing = (model: string) =>
  new PergolaError('CONFLICT', `This ${model} is there already.`, 'Leave it out, or import with --on-conflict update.');
