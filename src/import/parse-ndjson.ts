import { PergolaError } from '../errors.ts';
import { maxRecordLength, parseJsonRecord } from './json-record.ts';
import type { SourceItem } from './parse.ts';

/** One JSON object a line; empty lines are passed over. */
export async function* readNdjson(bytes: AsyncIterable<Buffer>): AsyncGenerator<readonly SourceItem[]> {
  let line = 0;
  for await (const lines of linesOf(bytes)) {
    const items: SourceItem[] = [];
    for (const content of lines) {
      line++;
      if (content.trim() !== '') items.push(jsonItem(content, line, `Line ${line}`));
    }
    if (items.length > 0) yield items;
  }
}

export function jsonItem(raw: string, line: number, place: string): SourceItem {
  try {
    return { line, record: parseJsonRecord(raw, place), text: false, raw };
  } catch (error) {
    if (error instanceof PergolaError) return { line, error, raw };
    throw error;
  }
}

async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let rest: Buffer[] = [];
  let waiting = 0;
  for await (const chunk of bytes) {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end);
      lines.push(rest.length > 0 ? Buffer.concat([...rest, piece]).toString() : piece.toString());
      rest = [];
      waiting = 0;
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > maxRecordLength)
      throw new PergolaError(
        'IMPORT_BAD_FILE',
        `A line is longer than ${maxRecordLength} bytes.`,
        'Write one object a line.',
      );
  }
  if (waiting > 0) yield [Buffer.concat(rest).toString()];
}
