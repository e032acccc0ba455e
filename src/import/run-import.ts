import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Database, RequestOfViewer } from '../database/database.ts';
import { badInput, PergolaError } from '../errors.ts';
import { isNever } from '../policy/filter.ts';
import type { Viewer } from '../policy/viewer.ts';
import { importRows, type ImportOptions } from './apply.ts';
import { beginImport, takeImport, type ImportEntry, type OpenImport } from './import-log.ts';
import type { Mapping } from './map-record.ts';
import { parse, type Format } from './parse.ts';
import { refusedFile } from './refused-file.ts';
import type { Report } from './report.ts';
import type { OnConflict } from './write-rows.ts';

/** How a file is to be imported, as it is kept so that the import can be gone on with. */
export interface ImportSettings {
  readonly format?: Format;
  readonly key?: string | readonly string[];
  readonly onConflict?: OnConflict;
  /** The name of one of the application's mappings. */
  readonly mapping?: string;
  readonly columns?: Readonly<Record<string, string | null>>;
  readonly constants?: Readonly<Record<string, unknown>>;
  readonly nullText?: string;
  /** The path of the file of refused rows; without it they are told to `onRow` only. */
  readonly refusedPath?: string;
}

export type Mappings = Readonly<Record<string, Mapping>>;

interface RunOptions extends Pick<ImportOptions, 'onProgress' | 'onRow' | 'onRefused' | 'maxErrors' | 'batchRows'> {
  readonly database: Database;
  readonly viewer: Viewer;
  readonly request?: RequestOfViewer;
  /** The application's own. */
  readonly mappings: Mappings;
  /** A path, or a stream of bytes. */
  readonly input: string | Readable;
}

export interface NewImportOptions extends RunOptions {
  readonly model: string;
  readonly settings: ImportSettings;
  readonly anew?: boolean | undefined;
}

export interface FinishedImport extends Report {
  readonly id: string;
  /** Where the rows are that were not written. */
  readonly refusedFile: string | null;
}

/** @throws what `importRows` and `beginImport` throw. */
export async function runImport({ model, settings, anew, ...options }: NewImportOptions): Promise<FinishedImport> {
  const { database, viewer } = options;
  refuseUnknownModel(database, model, viewer);
  const [fingerprint, input] = await fingerprintOf(model, options.input);
  const source = typeof input === 'string' ? basename(input) : '-';
  const prepared = prepare({ ...options, input }, settings);
  const begun = { model, source, viewer, settings: { ...settings, input: options.input }, fingerprint, anew };
  if (typeof options.input !== 'string') begun.settings = { ...settings, input: '-' };
  const job = await beginImport(database, begun, prepared.writeRefused);
  return run(job, { ...options, input }, { model, settings, ...prepared });
}

/** @throws NOT_FOUND, IMPORT_RUNNING, IMPORT_FILE_CHANGED, and what `importRows` throws. */
export async function resumeImport(entry: ImportEntry, options: RunOptions): Promise<FinishedImport> {
  const settings = entry.settings as ImportSettings;
  const prepared = prepare(options, settings);
  const job = await takeImport(options.database, entry, prepared.writeRefused);
  return run(job, options, { model: entry.model, settings, ...prepared });
}

/** Where the file of an import lies; undefined for a stream. */
export function inputOf({ settings }: Pick<ImportEntry, 'settings'>): string | undefined {
  const { input } = settings as { input?: string };
  return input === '-' ? undefined : input;
}

function prepare({ input, mappings }: RunOptions, settings: ImportSettings) {
  const records = parse(input, { format: settings.format, nullText: settings.nullText });
  const { refusedPath } = settings;
  const file =
    refusedPath === undefined
      ? undefined
      : refusedFile({ path: refusedPath, format: records.format, header: records.header });
  const writeRefused = (rows: Parameters<NonNullable<typeof file>['write']>[0], from: number) =>
    file ? file.write(rows, from) : Promise.resolve(0);
  return { records, mapping: mappingOf(settings, mappings), writeRefused };
}

export function mappingOf({ mapping, columns, constants }: ImportSettings, mappings: Mappings): Mapping {
  const named = mapping === undefined ? {} : mappings[mapping];
  if (!named)
    throw badInput(`There is no mapping "${mapping}".`, `Give one of ${Object.keys(mappings).join(', ') || 'none'}.`);
  return {
    ...named,
    columns: { ...named.columns, ...columns },
    ...((named.constants ?? constants) && { constants: { ...named.constants, ...constants } }),
  };
}

interface Prepared extends ReturnType<typeof prepare> {
  readonly model: string;
  readonly settings: ImportSettings;
}

async function run(job: OpenImport, options: RunOptions, prepared: Prepared): Promise<FinishedImport> {
  const { database, viewer, request, onProgress, maxErrors, batchRows, onRow, onRefused } = options;
  const { model, settings, records, mapping } = prepared;
  try {
    const report = await importRows({
      database,
      viewer,
      ...(request && { request }),
      model,
      records,
      mapping,
      key: settings.key,
      onConflict: settings.onConflict ?? 'update',
      maxErrors,
      ...(batchRows && { batchRows }),
      ...(onProgress && { onProgress }),
      ...(onRow && { onRow }),
      ...(onRefused && { onRefused }),
      log: job,
    });
    await job.finish();
    const isRefused = report.denied + report.conflicts + report.refused > 0;
    return { id: job.id, ...report, refusedFile: isRefused ? (settings.refusedPath ?? null) : null };
  } catch (error) {
    await job.stop();
    throw error instanceof PergolaError ? withImport(error, job.id) : error;
  }
}

/** Whoever sees the error can go on with the import. */
function withImport(error: PergolaError, id: string): PergolaError {
  return new PergolaError(error.code, error.fact, `${error.remedy} (Import ${id}.)`, error.inputPath);
}

const headBytes = 1 << 16;

/** The same for the same file; of a stream only its first bytes can be known. */
async function fingerprintOf(model: string, input: string | Readable): Promise<[string, string | Readable]> {
  const hash = createHash('sha256').update(`${model}\n`);
  if (typeof input !== 'string') {
    const [head, whole] = await headOf(input);
    return [hash.update(head).digest('hex'), whole];
  }
  const head = Buffer.alloc(headBytes);
  const size = await sizeOfFile(input);
  // A pipe has no second beginning; what is not there is told of when it is read.
  if (size === undefined) return [hash.update(input).digest('hex'), input];
  const file = await open(input, 'r');
  try {
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    const tail = Buffer.alloc(headBytes);
    const last = await file.read(tail, 0, headBytes, Math.max(0, size - headBytes));
    hash.update(`${size}\n`).update(head.subarray(0, bytesRead)).update(tail.subarray(0, last.bytesRead));
  } finally {
    await file.close();
  }
  return [hash.digest('hex'), input];
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

async function headOf(stream: Readable): Promise<[Buffer, Readable]> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < headBytes) {
    const next = await iterator.next();
    if (next.done) break;
    chunks.push(Buffer.from(next.value));
    length += next.value.length;
  }
  const head = Buffer.concat(chunks);
  async function* whole() {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return [head.subarray(0, headBytes), Readable.from(whole())];
}

/** A model that the viewer has nothing to do with is as unknown as one that is not there, and is not named either. */
function refuseUnknownModel(database: Database, model: string, viewer: Viewer): void {
  const { policy } = database.as(viewer);
  const mayDoSomething = (name: string) =>
    (['read', 'create', 'update'] as const).some((verb) => !isNever(policy.rows(name, verb)));
  const known = [...database.schema.models.keys()].filter(mayDoSomething);
  if (!known.includes(model)) throw badInput(`There is no model ${model}.`, `Give one of ${known.join(', ')}.`);
}
