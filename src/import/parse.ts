import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { PergolaError } from '../errors.ts';
import { readCsv } from './parse-csv.ts';
import { readJson } from './parse-json.ts';
import { readNdjson } from './parse-ndjson.ts';
import { readUtf8 } from './read-bytes.ts';

export const formats = ['csv', 'tsv', 'json', 'ndjson'] as const;
export type Format = (typeof formats)[number];

/** One record as it stands in the file. */
export interface SourceRecord {
  /** Where it ends in the file, from 1; in a JSON array, which element it is. */
  readonly line: number;
  readonly record: Readonly<Record<string, unknown>>;
  /** Every value is text, or null where the file says nothing: the file's format has no other types. */
  readonly text: boolean;
  /** As the file has it: its cells, or its JSON. */
  readonly raw?: RawRecord;
  /** Its text in the file, where `raw` is not that already. */
  readonly source?: string;
  /** In a table: the names of all columns, the same list for all records, and what stands in one of them. */
  readonly columns?: readonly string[];
  cell?(at: number): string | null;
}

export type RawRecord = string | readonly string[];

/** A record that cannot be read, among others that can. */
export interface BrokenRecord {
  readonly line: number;
  readonly error: PergolaError;
  readonly raw?: RawRecord;
  readonly source?: string;
}

export type SourceItem = SourceRecord | BrokenRecord;

export interface Source extends AsyncIterable<SourceItem> {
  /** As many records at once as are there: one by one, handing them over takes longer than reading them. */
  chunks(): AsyncIterable<readonly SourceItem[]>;
  readonly format: Format;
  /** The names of the columns, once the first record is there; of formats that have a header. */
  header(): readonly string[] | undefined;
  /** How far reading has come; the total is unknown for a stream. */
  bytes(): { read: number; total: number | undefined };
}

export interface ParseOptions {
  /** Left out, the name of the file says it. */
  readonly format?: Format | undefined;
  /** What stands for null in CSV and TSV: nothing, unless said otherwise. */
  readonly nullText?: string | undefined;
}

/**
 * Reads a file or a stream record by record; memory does not grow with its length. Gzip is opened.
 *
 * @param input a path, or a stream of bytes, which needs a `format`.
 * @throws IMPORT_BAD_FILE for what is not there, not UTF-8 or not of its format.
 */
export function parse(input: string | Readable, options: ParseOptions = {}): Source {
  const format = options.format ?? formatOf(input);
  let read = 0;
  let total: number | undefined;
  let header: readonly string[] | undefined;
  const { nullText = '' } = options;
  const onHeader = (names: readonly string[]) => void (header = names);

  async function* bytes(): AsyncGenerator<Buffer> {
    if (typeof input === 'string') total = await sizeOf(input);
    yield* readUtf8(input, (count) => void (read += count));
  }

  const readers = {
    csv: () => readCsv(bytes(), { delimiter: ',', nullText, onHeader }),
    tsv: () => readCsv(bytes(), { delimiter: '\t', nullText, onHeader }),
    json: () => readJson(bytes()),
    ndjson: () => readNdjson(bytes()),
  };
  return {
    format,
    header: () => header,
    bytes: () => ({ read, total }),
    chunks: () => readers[format](),
    async *[Symbol.asyncIterator]() {
      for await (const items of readers[format]()) yield* items;
    },
  };
}

const extensions: Record<string, Format | undefined> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

/** By the name of the file. @throws IMPORT_BAD_FILE for a stream, and for a name that does not tell. */
export function formatOf(input: string | Readable): Format {
  const path = typeof input === 'string' ? input.toLowerCase().replace(/\.gz$/, '') : '';
  const format = extensions[extname(path)];
  if (format) return format;
  const name = typeof input === 'string' ? `The file ${input}` : 'A stream';
  throw new PergolaError(
    'IMPORT_BAD_FILE',
    `${name} does not tell its format.`,
    `Give a format: ${formats.join(', ')}.`,
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    // Of a pipe nobody knows.
    return found.isFile() ? found.size : undefined;
  } catch {
    throw new PergolaError(
      'IMPORT_BAD_FILE',
      `The file ${path} cannot be read.`,
      'Check the path, and that you may read it.',
    );
  }
}
