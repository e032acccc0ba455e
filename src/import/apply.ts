import type { Database, RequestOfViewer, RunPart } from '../database/database.ts';
import { PergolaError } from '../errors.ts';
import { modelOf } from '../model/model.ts';
import type { Viewer } from '../policy/viewer.ts';
import { createFileMapper } from './file-mapper.ts';
import { MappedRow, type Mapping } from './map.ts';
import type { RawRecord, Source, SourceItem } from './parse.ts';
import { throughOutages } from './outages.ts';
import { RecordsHash } from './records-hash.ts';
import { notWritten, Tally, type Report, type RowError } from './report.ts';
import { createRowsWriter, isRefusal, refusalOf, type OnConflict, type RowResult } from './write-rows.ts';

export interface ImportOptions {
  readonly database: Database;
  /** The rows are written as this viewer. */
  readonly viewer: Viewer;
  readonly request?: RequestOfViewer;
  readonly model: string;
  readonly records: AsyncIterable<SourceItem> & Partial<Pick<Source, 'bytes' | 'chunks'>>;
  readonly mapping?: Mapping;
  /**
   * A unique key: a row that has it already is updated, or counted as the same. Left out, it is the primary key where the
   * file gives that; else every row is a new one.
   */
  readonly key?: string | readonly string[] | undefined;
  readonly onConflict?: OnConflict;
  readonly batchRows?: number;
  /** More rows that are not written end the import, with all that was written until then. */
  readonly maxErrors?: number | undefined;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Where it is noted how far it has come. */
  readonly log?: ProgressLog;
  /** Everything in one transaction, which may be undone or begun before: for plans. */
  readonly within?: RunPart;
  /** Told of each row, in order. */
  readonly onRow?: (row: WrittenRow) => void;
  /** Told of the rows of a batch that are not written, when the others are. */
  readonly onRefused?: (rows: readonly RefusedRow[]) => void;
}

export interface ImportProgress {
  readonly report: Report;
  readonly bytes: { readonly read: number; readonly total: number | undefined } | undefined;
}

/** A row of the file, and what became of it. */
export interface WrittenRow extends RowResult {
  readonly line: number;
  readonly column?: string;
  readonly raw: RawRecord | undefined;
}

export interface ProgressLog {
  /** What an earlier run is done with. */
  readonly done: Checkpoint | undefined;
  /** Notes in the transaction of the batch itself that the batch is done. It may be called again for the same batch. */
  checkpoint(part: RunPart, now: Checkpoint, refused: readonly RefusedRow[]): Promise<void>;
  /** Records that the database has noted as done. */
  reached(): Promise<number>;
}

/** How far an import has come. */
export interface Checkpoint extends Pick<Tally, 'counts' | 'errors'> {
  /** Records of the file. */
  readonly records: number;
  /** SHA-256 of these records, in hex. */
  readonly consumed: string;
}

export interface RefusedRow extends RowError {
  readonly raw: RawRecord | undefined;
}

/** A row that waits to be written, or what is wrong with it. */
type Waiting = MappedRow | (Pick<WrittenRow, 'line' | 'column' | 'raw'> & { error: PergolaError });

/** Rows that are written together, and how far the file has been read with them. */
interface Batch extends Pick<Checkpoint, 'records' | 'consumed'> {
  readonly waiting: readonly Waiting[];
}

/**
 * Writes records as rows, a batch to a transaction. What is wrong with a row is said of it, and the others are written.
 *
 * @throws IMPORT_BAD_FILE; IMPORT_UNKNOWN_COLUMN for the columns of the first record; IMPORT_FILE_CHANGED when what is done
 * with is not in the file any more; IMPORT_TOO_MANY_ERRORS; whatever is no fault of a row.
 */
export async function importRows(options: ImportOptions): Promise<Report> {
  const { database, viewer, records, log, maxErrors, onProgress, onRow } = options;
  const { onConflict = 'update', batchRows = batchRowsOf(database) } = options;
  const request = { ...options.request, auditTogether: true } as const;
  const rowsOf = database.as(viewer);
  const model = modelOf(database.schema, options.model);
  const tally = new Tally(model.name, log?.done);
  const mapper = createFileMapper({
    rows: rowsOf,
    model,
    mapping: options.mapping ?? {},
    key: options.key,
    onForgiven: (column, field) => void (tally.forgiven[column] = field),
  });
  let writeRows: ReturnType<typeof createRowsWriter> | undefined;
  const hash = new RecordsHash();

  let waiting: Waiting[] = [];
  let length = 0;
  let seen = 0;
  let writing: Promise<void> = Promise.resolve();
  try {
    await readAll();
  } finally {
    // What is wrong with the file is said when what stood before it is written; what went wrong there is said instead.
    await writing;
  }
  return tally.report();

  async function readAll(): Promise<void> {
    const done = log?.done;
    for await (const items of records.chunks?.() ?? oneByOne(records)) {
      for (const item of items) {
        hash.add(item);
        seen++;
        if ('record' in item) mapper.meet(item);
        if (done && seen <= done.records) {
          if (seen === done.records && hash.digest() !== done.consumed) throw fileChanged();
          continue;
        }
        waiting.push(mapped(item, seen === 1));
        length += lengthOf(item);
        if (waiting.length === batchRows || length > maxBatchLength) await endBatch();
      }
    }
    if (done && seen < done.records) throw fileChanged();
    await endBatch();
  }

  /** The next one is read while this one is written, if somebody else does that. */
  async function endBatch(): Promise<void> {
    await writing;
    writing = writeBatch({ waiting, records: seen, consumed: hash.digest() });
    [waiting, length] = [[], 0];
    // Where it is awaited, its error is met; until then it is nobody's.
    writing.catch(() => {});
    if (!database.worksApart) await writing;
  }

  async function writeBatch(batch: Batch): Promise<void> {
    if (batch.waiting.length > 0) await write(batch);
    onProgress?.({ report: tally.report(), bytes: records.bytes?.() });
  }

  function mapped(item: SourceItem, isFirst: boolean): Waiting {
    try {
      if ('error' in item) throw item.error;
      return mapper.map(item);
    } catch (error) {
      // A header that does not fit is the file's fault; a column that only one record has is that record's.
      if (!isRefusal(error) || (isFirst && error.code === 'IMPORT_UNKNOWN_COLUMN')) throw error;
      const column = error.inputPath;
      return { error, line: item.line, raw: item.raw, ...(column !== undefined && { column }) };
    }
  }

  async function write(batch: Batch): Promise<void> {
    const rows = batch.waiting.filter((it) => it instanceof MappedRow);
    const act = async (part: RunPart) => {
      writeRows ??= createRowsWriter({ model: model.name, viewer, request, key: mapper.key(), onConflict });
      const results = resultsOf(batch.waiting, await writeRows(part, rows));
      const next = tally.copy();
      const refused: RefusedRow[] = [];
      results.forEach((result, at) => {
        if (result.error) refused.push(refuse(next, writtenRow(batch.waiting[at]!, result), result.error));
        else next.add(result.outcome);
      });
      const { counts, errors } = next;
      const { records: count, consumed } = batch;
      await log?.checkpoint(part, { records: count, consumed, counts, errors }, refused);
      return { results, next, refused };
    };
    let last: Awaited<ReturnType<typeof act>> | undefined;
    const once = () => database.inParts(async (part) => (last = await act(part)));
    const isWritten = async () => (await log!.reached()) >= batch.records;
    const written = options.within ? act(options.within) : log ? throughOutages(once, isWritten) : once();
    const { results, next, refused } = (await written) ?? last!;
    tally.take(next);
    options.onRefused?.(refused);
    if (onRow) results.forEach((result, at) => onRow(writtenRow(batch.waiting[at]!, result)));
    if (maxErrors !== undefined && notWritten(tally.counts) > maxErrors) throw tooManyErrors(maxErrors);
  }
}

/**
 * Larger batches write less often to the same pages of an index. While one is written, nobody else writes to an embedded
 * database: 20,000 rows take a third of a second. Where a server writes, two of them are in memory.
 */
const batchRowsOf = ({ worksApart }: Database) => (worksApart ? 10_000 : 20_000);
/** Characters: rows may be of any length, and a batch is held in memory. */
const maxBatchLength = 512 * 1024;

function lengthOf({ raw, source }: SourceItem): number {
  const text = source ?? raw;
  return typeof text === 'string' ? text.length : 0;
}

async function* oneByOne(records: AsyncIterable<SourceItem>) {
  for await (const item of records) yield [item];
}

/** Of all rows of a batch, when these are of those that could be mapped. */
function resultsOf(waiting: readonly Waiting[], results: readonly RowResult[]): readonly RowResult[] {
  let at = 0;
  return waiting.map((row) => (row instanceof MappedRow ? results[at++]! : refusalOf(row.error)));
}

function writtenRow(row: Waiting, { outcome, before, error }: RowResult): WrittenRow {
  const { line, raw } = row;
  if (!error) return { outcome, ...(before && { before }), line, raw };
  const column = row instanceof MappedRow ? row.columnOf.get(fieldAt(error.inputPath)) : row.column;
  return { outcome, error, line, raw, ...(column !== undefined && { column }) };
}

function refuse(tally: Tally, { outcome, line, column, raw }: WrittenRow, error: PergolaError): RefusedRow {
  // The place in the batch says nothing to the file's owner: the line and the column do.
  const message = error.message.replace(/"data(\[\d+\])?"/g, 'The row').replace(/\bdata(\[\d+\])?\./g, '');
  const place = column === undefined ? { line } : { line, column };
  const refused = { ...place, code: error.code, message };
  tally.refuse(outcome, refused);
  return { ...refused, raw };
}

/** The field in a path such as `data[3].country.connect`. */
const fieldAt = (path: string | undefined) => /^data(?:\[\d+\])?\.(\w+)/.exec(path ?? '')?.[1] ?? '';

const fileChanged = () =>
  new PergolaError(
    'IMPORT_FILE_CHANGED',
    'The records that are done with are not as they were.',
    'Give the file as it was, or import it anew.',
  );

const tooManyErrors = (limit: number) =>
  new PergolaError(
    'IMPORT_TOO_MANY_ERRORS',
    `More than ${limit} rows were not written.`,
    'Mend them, or allow more with --max-errors, and resume.',
  );
