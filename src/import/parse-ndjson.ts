import { PergolaError } from '../errors.ts';
import type { BrokenRecord, SourceRecord } from './parse.ts';

/** A longer line is no record: memory would grow with it. */
const maxLineLength = 16 * 1024 * 1024;

/** One JSON object a line; empty lines are passed over. */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<SourceRecord | BrokenRecord> {
  let line = 0;
  for await (const content of linesOf(text)) {
    line++;
    if (content.trim() !== '') yield readLine(content, line);
  }
}

function readLine(content: string, line: number): SourceRecord | BrokenRecord {
  const value = parseJson(content);
  if (isRecord(value)) return { line, record: value, text: false };
  return {
    line,
    error: new PergolaError(
      'IMPORT_BAD_FILE',
      `Line ${line} is not a JSON object.`,
      'Write { "column": value } on one line.',
    ),
  };
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (rest.length > maxLineLength) {
      throw new PergolaError(
        'IMPORT_BAD_FILE',
        `A line is longer than ${maxLineLength} characters.`,
        'Write one object a line.',
      );
    }
    yield* lines;
  }
  if (rest !== '') yield rest;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
