import { PergolaError } from '../errors.ts';
import type { BrokenRecord, SourceRecord } from './parse.ts';

/** A longer record is a quotation mark that was not closed. */
const maxRecordLength = 16 * 1024 * 1024;
/** A record of more is a file without lines. As many cells as 16 MB hold would take half a gigabyte. */
const maxCells = 250_000;

export interface CsvOptions {
  readonly delimiter: string;
  /** What stands for null: nothing, unless said otherwise. */
  readonly nullText: string;
  readonly onHeader: (header: readonly string[]) => void;
}

type Item = SourceRecord | BrokenRecord;

/**
 * RFC 4180, with lines that end in any of CRLF, LF and CR; as many records at a time as one chunk of bytes holds. Columns
 * are named by the first line. Nothing between two delimiters and `""` are the same.
 *
 * Our own, because what is wrong with one record is said of that record (no library that streams goes on after a stray
 * quotation mark), and because a library's events and objects for every record cost more than the database takes for it.
 * `tests/import/csv.test.ts` holds it against one that is well known.
 */
export async function* readCsv(bytes: AsyncIterable<Buffer>, options: CsvOptions): AsyncGenerator<readonly Item[]> {
  const toItems = createItems(options);
  let rest = '';
  let line = 1;
  let more = '';
  for await (const chunk of bytes) {
    more += chunk.toString();
    // A long record is looked at again when as much has come, or it is too long: its time grows with its length, not with
    // the square of it.
    if (more.length < rest.length && rest.length + more.length <= maxRecordLength) continue;
    const scan = scanRecords(rest + more, { delimiter: options.delimiter, line, isLast: false });
    more = '';
    rest = scan.rest;
    line = scan.line;
    if (rest.length > maxRecordLength) throw tooLong(line);
    if (scan.records.length > 0) yield toItems(scan.records);
  }
  const { records, openLine } = scanRecords(rest + more, { delimiter: options.delimiter, line, isLast: true });
  if (records.length > 0) yield toItems(records);
  if (openLine !== undefined) throw badFile(`A quotation mark is not closed (line ${openLine}).`);
}

/** A record of a table: an object is made of it only for those who ask for one. */
class TableRecord implements SourceRecord {
  readonly text = true;
  readonly line: number;
  readonly raw: readonly string[];
  readonly source: string;
  readonly columns: readonly string[];
  readonly nullText: string;

  constructor({ line, cells, source }: Scanned, columns: readonly string[], nullText: string) {
    this.line = line;
    this.raw = cells;
    this.source = source;
    this.columns = columns;
    this.nullText = nullText;
  }

  get record(): Readonly<Record<string, unknown>> {
    const record: Record<string, string | null> = {};
    for (const [at, name] of this.columns.entries()) record[name] = this.cell(at);
    return record;
  }

  cell(at: number): string | null {
    const cell = this.raw[at]!;
    return cell === this.nullText ? null : cell;
  }
}

function createItems({ nullText, onHeader }: CsvOptions) {
  let header: readonly string[] | undefined;
  return (records: readonly Scanned[]): Item[] => {
    const items: Item[] = [];
    for (const scanned of records) {
      const { line, cells, source, problem } = scanned;
      if (source.length > maxRecordLength) throw tooLong(line);
      if (!header) {
        if (problem !== undefined) throw badFile(`${problem} (line ${line}).`);
        header = checkHeader(cells);
        onHeader(header);
      } else if (problem !== undefined)
        items.push({ line, error: badFile(`${problem} (line ${line}).`), raw: [source], source });
      else if (cells.length !== header.length)
        items.push({ line, error: wrongCount(line, cells.length, header.length), raw: cells, source });
      else items.push(new TableRecord(scanned, header, nullText));
    }
    return items;
  };
}

/** A record as it stands in the text. */
interface Scanned {
  /** Where it ends. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly source: string;
  readonly problem: string | undefined;
}

interface Scan {
  readonly records: readonly Scanned[];
  /** What belongs to a record whose end is not there yet. */
  readonly rest: string;
  /** Where the rest begins. */
  readonly line: number;
  /** Where a quotation mark stands that is not closed. */
  readonly openLine: number | undefined;
}

const [quote, lineFeed, carriageReturn] = [34, 10, 13];

/** Plain loops over character codes: this is run for every character of a file. */
function scanRecords(
  text: string,
  {
    delimiter,
    line: firstLine,
    isLast,
  }: { readonly delimiter: string; readonly line: number; readonly isLast: boolean },
): Scan {
  const separator = delimiter.charCodeAt(0);
  const { length } = text;
  const records: Scanned[] = [];
  let [at, start, line, startLine] = [0, 0, firstLine, firstLine];
  // Of the record that is being read. Each gets a copy, of its length: what an array grows by is more than most need.
  const cells: string[] = [];
  let count = 0;
  let problem: string | undefined;
  const open = (openLine?: number): Scan => ({ records, rest: text.slice(start), line: startLine, openLine });

  while (at < length) {
    // A cell begins here.
    if (text.charCodeAt(at) === quote) {
      let close = at + 1;
      let pairs = false;
      for (;;) {
        close = text.indexOf('"', close);
        if (close === -1) return open(isLast ? line : undefined);
        if (close + 1 === length && !isLast) return open();
        if (text.charCodeAt(close + 1) !== quote) break;
        pairs = true;
        close += 2;
      }
      const cell = text.slice(at + 1, close);
      line += lineBreaksIn(cell);
      cells[count++] = pairs ? cell.replaceAll('""', '"') : cell;
      at = close + 1;
      const next = text.charCodeAt(at);
      if (at < length && next !== separator && next !== lineFeed && next !== carriageReturn) {
        problem ??= `Something stands behind a closing quotation mark`;
        while (at < length && !isEnd(text.charCodeAt(at), separator)) at++;
      }
    } else {
      const from = at;
      let code = text.charCodeAt(at);
      while (at < length && code !== separator && code !== lineFeed && code !== carriageReturn) {
        if (code === quote) problem ??= 'A quotation mark stands inside of a cell that has none around it';
        code = text.charCodeAt(++at);
      }
      cells[count++] = text.slice(from, at);
    }
    if (at === length) break;
    const code = text.charCodeAt(at);
    if (code === separator) {
      at++;
      if (count === maxCells) throw tooManyCells(startLine);
      // A delimiter at the very end has one more cell behind it.
      if (at === length && isLast) cells[count++] = '';
      continue;
    }
    // Whether a line feed follows is not known yet.
    if (code === carriageReturn && at + 1 === length && !isLast) return open();
    addRecord(at);
    at += code === carriageReturn && text.charCodeAt(at + 1) === lineFeed ? 2 : 1;
    start = at;
    startLine = ++line;
  }
  if (!isLast) return open();
  if (start < length) addRecord(length);
  return { records, rest: '', line, openLine: undefined };

  function addRecord(end: number): void {
    const isBlank = end === start || (count === 1 && cells[0] === '');
    if (!isBlank) records.push({ line, cells: cells.slice(0, count), source: text.slice(start, end), problem });
    count = 0;
    problem = undefined;
  }
}

const isEnd = (code: number, separator: number) => code === separator || code === lineFeed || code === carriageReturn;

function lineBreaksIn(cell: string): number {
  if (!cell.includes('\n') && !cell.includes('\r')) return 0;
  return cell.match(/\r\n|\n|\r/g)!.length;
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

const tooLong = (line: number) => badFile(`The record at line ${line} is longer than ${maxRecordLength} characters.`);

const tooManyCells = (line: number) => badFile(`The record at line ${line} has more than ${maxCells} cells.`);

const wrongCount = (line: number, cells: number, columns: number) =>
  badFile(`Line ${line} has ${cells} columns, and the header ${columns}.`);

const badFile = (fact: string, remedy = 'Check its delimiters and quotation marks.') =>
  new PergolaError('IMPORT_BAD_FILE', fact, remedy);
