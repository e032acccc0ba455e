import { Readable } from 'node:stream';
import { parse as csvParser, type CsvError } from 'csv-parse';
import { PergolaError } from '../errors.ts';
import type { BrokenRecord, SourceRecord } from './parse.ts';

/** A longer record is a quotation mark that was not closed. */
const maxRecordBytes = 16 * 1024 * 1024;

export interface CsvOptions {
  readonly delimiter: string;
  /** What stands for null: nothing, unless said otherwise. */
  readonly nullText: string;
  readonly onHeader: (header: readonly string[]) => void;
}

/**
 * Columns are named by the first line. Nothing between two delimiters and `""` are the same: telling them apart takes
 * the parser's `cast`, which makes it five times slower.
 */
export async function* readCsv(
  bytes: AsyncIterable<Buffer>,
  { delimiter, nullText, onHeader }: CsvOptions,
): AsyncGenerator<SourceRecord | BrokenRecord> {
  const parser = csvParser({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    // Lengths and lines are counted here: the parser's own account of each record takes as long as parsing it.
    relax_column_count: true,
    max_record_size: maxRecordBytes,
  });
  const source = Readable.from(bytes);
  source.once('error', (error) => parser.destroy(error));
  let header: readonly string[] | undefined;
  let line = 0;
  try {
    for await (const cells of source.pipe(parser) as AsyncIterable<string[]>) {
      line += 1 + lineBreaksIn(cells);
      if (cells.length === 1 && cells[0] === '') continue;
      if (!header) {
        header = checkHeader(cells);
        onHeader(header);
      } else if (cells.length === header.length) {
        yield { line, record: recordOf(header, cells, nullText), text: true, raw: cells };
      } else yield { line, error: wrongCount(line, cells.length, header.length), raw: cells };
    }
  } catch (error) {
    if (error instanceof PergolaError) throw error;
    const { lines } = error as CsvError & { lines?: number };
    throw badFile(`${firstSentence(error)} (line ${lines ?? line + 1}).`);
  } finally {
    source.destroy();
  }
}

function recordOf(header: readonly string[], cells: readonly string[], nullText: string) {
  const record: Record<string, string | null> = {};
  for (let at = 0; at < header.length; at++) record[header[at]!] = cells[at] === nullText ? null : cells[at]!;
  return record;
}

function lineBreaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) {
    if (cell.includes('\n') || cell.includes('\r')) breaks += cell.match(/\r\n|\n|\r/g)!.length;
  }
  return breaks;
}

function checkHeader(header: readonly string[]): string[] {
  const known = new Set<string>();
  for (const [at, name] of header.entries()) {
    if (name.trim() === '') throw badFile(`The header's column ${at + 1} has no name.`, 'Name it.');
    if (name === '__proto__') throw badFile('The header names a column "__proto__".', 'Rename it.');
    if (known.has(name)) throw badFile(`The header names the column "${name}" twice.`, 'Rename one of them.');
    known.add(name);
  }
  return [...header];
}

const wrongCount = (line: number, cells: number, columns: number) =>
  badFile(`Line ${line} has ${cells} columns, and the header ${columns}.`);

const badFile = (fact: string, remedy = 'Check its delimiters and quotation marks.') =>
  new PergolaError('IMPORT_BAD_FILE', fact, remedy);

const firstSentence = (error: unknown) => (error instanceof Error ? error.message : String(error)).split(/[:(] /)[0]!;
