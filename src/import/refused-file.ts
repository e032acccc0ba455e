import { open } from 'node:fs/promises';
import type { RefusedRow } from './apply.ts';
import { reportColumns } from './map-record.ts';
import type { Format } from './parse.ts';

export interface RefusedFileOptions {
  readonly path: string;
  readonly format: Format;
  /** The header of the file that the rows are from. */
  readonly header: () => readonly string[] | undefined;
}

/** Rows that were not written, in the format of their file and with the reason, to be mended and fed back. */
export function refusedFile({ path, format, header }: RefusedFileOptions) {
  return {
    path,
    /**
     * Writes rows after so many bytes, and cuts off what an earlier try has left behind them: done again after a crash, it
     * leaves the same file.
     *
     * @returns where the next ones begin.
     */
    async write(rows: readonly RefusedRow[], from: number): Promise<number> {
      if (rows.length === 0) return from;
      const text = refusedText(rows, { format, header: header(), isFirst: from === 0 });
      const file = await open(path, from === 0 ? 'w' : 'r+');
      try {
        const end = from + Buffer.byteLength(text);
        const closing = format === 'json' ? '\n]\n' : '';
        await file.truncate(from);
        await file.write(text + closing, from);
        // Before the transaction says so.
        await file.sync();
        return end;
      } finally {
        await file.close();
      }
    },
  };
}

interface RefusedTextOptions {
  readonly format: Format;
  readonly header: readonly string[] | undefined;
  /** They are the first rows of their file. */
  readonly isFirst: boolean;
}

function refusedText(rows: readonly RefusedRow[], { format, header = [], isFirst }: RefusedTextOptions): string {
  if (format === 'json') return (isFirst ? '[\n' : ',\n') + rows.map(jsonOf).join(',\n');
  if (format === 'ndjson') return rows.map((row) => `${jsonOf(row)}\n`).join('');
  const delimiter = format === 'tsv' ? '\t' : ',';
  const lines = rows.map(({ line, column, code, message, raw }) => [line, column, code, message, ...cellsOf(raw)]);
  const all = isFirst ? [[...reportColumns, ...header], ...lines] : lines;
  return all.map((cells) => `${cells.map(quoted).join(delimiter)}\n`).join('');
}

const cellsOf = (raw: RefusedRow['raw']) => (typeof raw === 'string' ? [raw] : (raw ?? []));

/** The record's own text stays as it is: its numbers may have more digits than JavaScript's. */
function jsonOf({ line, column, code, message, raw = '{}' }: RefusedRow): string {
  const reason = JSON.stringify({ _line: line, _column: column ?? null, _code: code, _message: message });
  const text = typeof raw === 'string' ? raw.trim() : JSON.stringify(raw);
  const isObject = text.startsWith('{') && text.endsWith('}') && code !== 'IMPORT_BAD_FILE';
  if (!isObject) return `${reason.slice(0, -1)},"_raw":${JSON.stringify(text)}}`;
  const rest = text.slice(1).trim();
  return rest === '}' ? reason : `${reason.slice(0, -1)},${rest}`;
}

/** RFC 4180. */
function quoted(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return /[",\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
