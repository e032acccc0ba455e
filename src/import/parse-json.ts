import { Readable } from 'node:stream';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { PergolaError } from '../errors.ts';
import { isRecord } from './parse-ndjson.ts';
import type { BrokenRecord, SourceRecord } from './parse.ts';

/** Whole keys and values as one token each: twice as fast as in pieces. */
const wholeTokens = { packKeys: true, packStrings: true, packNumbers: true, streamValues: false };

/** An array of objects, of which one at a time is in memory. */
export async function* readJson(text: AsyncIterable<string>): AsyncGenerator<SourceRecord | BrokenRecord> {
  const source = Readable.from(text);
  const parser = streamArray.withParserAsStream(wholeTokens);
  source.once('error', (error) => parser.destroy(error));
  try {
    for await (const { key, value } of source.pipe(parser) as AsyncIterable<{ key: number; value: unknown }>) {
      const line = key + 1;
      if (isRecord(value)) yield { line, record: value, text: false };
      else
        yield {
          line,
          error: new PergolaError('IMPORT_BAD_FILE', `Element ${line} is not an object.`, 'Write { "column": value }.'),
        };
    }
  } catch (error) {
    if (error instanceof PergolaError) throw error;
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new PergolaError(
      'IMPORT_BAD_FILE',
      `The file is not a JSON array: ${reason}.`,
      'Give an array of objects, or the format ndjson.',
    );
  } finally {
    source.destroy();
  }
}
