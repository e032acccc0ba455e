import { Readable } from 'node:stream';
import { parse as csvParser, type CsvError, type Info } from 'csv-parse';
import { PergolaError } from '../errors.ts';
import type { BrokenRecord, SourceRecord } from './parse.ts';

/** A longer record is a quotation mark that was not closed. */
const maxRecordBytes = 16 * 1024 * 1024;

/**
 * Columns are named by the first line. Nothing between two delimiters is null, and so is `""`: telling the two apart
 * takes the parser's `cast`, which makes it five times slower.
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  delimiter: string,
): AsyncGenerator<SourceRecord | BrokenRecord> {
  const broken: BrokenRecord[] = [];
  let unreadable: PergolaError | undefined;
  const parser = csvParser({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    columns: checkHeader,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: maxRecordBytes,
    on_skip: (error) => {
      const { code, lines = 0 } = error as CsvError & { lines?: number };
      if (code === 'CSV_RECORD_INCONSISTENT_COLUMNS') broken.push({ line: lines, error: brokenRecord(lines) });
      // After a stray quotation mark nobody knows where a record begins.
      else unreadable ??= badFile(`${firstSentence(error)} (line ${lines}).`);
      return undefined;
    },
  });
  const source = Readable.from(text);
  source.once('error', (error) => parser.destroy(error));
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<{
      record: Record<string, string>;
      info: Info;
    }>) {
      if (unreadable) throw unreadable;
      // The parser is ahead of us: what broke after this record comes after it.
      while (broken[0] && broken[0].line < info.lines) yield broken.shift()!;
      yield { line: info.lines, record: withNulls(record), text: true };
    }
  } catch (error) {
    throw error instanceof PergolaError ? error : badFile(firstSentence(error));
  } finally {
    source.destroy();
  }
  if (unreadable) throw unreadable;
  yield* broken;
}

function withNulls(record: Record<string, string | null>): Record<string, string | null> {
  for (const name of Object.keys(record)) if (record[name] === '') record[name] = null;
  return record;
}

function checkHeader(header: readonly string[]): string[] {
  const twice = header.find((name, at) => header.indexOf(name) !== at);
  if (twice !== undefined) throw badFile(`The header names the column "${twice}" twice.`, 'Rename one of them.');
  const empty = header.findIndex((name) => name.trim() === '');
  if (empty !== -1) throw badFile(`The header's column ${empty + 1} has no name.`, 'Name it.');
  return [...header];
}

const brokenRecord = (line: number) =>
  badFile(`Line ${line} has another number of columns than the header.`, 'Check its delimiters and quotation marks.');

const badFile = (fact: string, remedy = 'Check its delimiters and quotation marks.') =>
  new PergolaError('IMPORT_BAD_FILE', fact, remedy);

const firstSentence = (error: unknown) => (error instanceof Error ? error.message : String(error)).split(/[:(] /)[0]!;
