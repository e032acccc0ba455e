import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { PergolaError } from '../errors.ts';
import { readCsv } from './parse-csv.ts';
import { readJson } from './parse-json.ts';
import { readNdjson } from './parse-ndjson.ts';

export const formats = ['csv', 'tsv', 'json', 'ndjson'] as const;
export type Format = (typeof formats)[number];

/** One record as it stands in the file. */
export interface SourceRecord {
  /** Where it ends in the file, from 1; in a JSON array, which element it is. */
  readonly line: number;
  readonly record: Readonly<Record<string, unknown>>;
  /** Every value is text, or null where the file says nothing: the file's format has no other types. */
  readonly text: boolean;
}

/** A record that cannot be read, among others that can. */
export interface BrokenRecord {
  readonly line: number;
  readonly error: PergolaError;
}

export interface Source extends AsyncIterable<SourceRecord | BrokenRecord> {
  /** How far reading has come; the total is unknown for a stream. */
  bytes(): { read: number; total: number | undefined };
}

/**
 * Reads a file or a stream record by record; memory does not grow with its length.
 *
 * @param input a path, or a stream of bytes, which needs a `format`.
 * @throws IMPORT_BAD_FILE for what is not there, not UTF-8 or not of its format.
 */
export function parse(input: string | Readable, options: { readonly format?: Format } = {}): Source {
  const format = options.format ?? formatOf(input);
  let read = 0;
  let total: number | undefined;

  async function* text(): AsyncGenerator<string> {
    if (typeof input === 'string') total = await sizeOf(input);
    const stream = typeof input === 'string' ? createReadStream(input, { highWaterMark: 1 << 18 }) : input;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      read += chunk.byteLength;
      yield decode(() => decoder.decode(chunk, { stream: true }));
    }
    yield decode(() => decoder.decode());
  }

  return {
    bytes: () => ({ read, total }),
    [Symbol.asyncIterator]: () => readers[format](text()),
  };
}

const readers: Record<Format, (text: AsyncIterable<string>) => AsyncIterator<SourceRecord | BrokenRecord>> = {
  csv: (text) => readCsv(text, ','),
  tsv: (text) => readCsv(text, '\t'),
  json: readJson,
  ndjson: readNdjson,
};

const extensions: Record<string, Format | undefined> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

function formatOf(input: string | Readable): Format {
  const format = typeof input === 'string' ? extensions[extname(input).toLowerCase()] : undefined;
  if (format) return format;
  const name = typeof input === 'string' ? `The file ${input}` : 'A stream';
  throw new PergolaError(
    'IMPORT_BAD_FILE',
    `${name} does not tell its format.`,
    `Give a format: ${formats.join(', ')}.`,
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    throw new PergolaError(
      'IMPORT_BAD_FILE',
      `The file ${path} cannot be read.`,
      'Check the path, and that you may read it.',
    );
  }
}

function decode(act: () => string): string {
  try {
    return act();
  } catch {
    // Not replaced by U+FFFD, as a decoder would by default: the rows would hold something else than the file.
    throw new PergolaError('IMPORT_BAD_FILE', 'The file is not UTF-8.', 'Save it as UTF-8.');
  }
}
