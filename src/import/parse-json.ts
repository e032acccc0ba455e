import { PergolaError } from '../errors.ts';
import { maxRecordLength } from './json-record.ts';
import { jsonItem } from './parse-ndjson.ts';
import type { SourceItem } from './parse.ts';

const [quote, comma, slash, openList, closeList, openObject, closeObject] = [34, 44, 92, 91, 93, 123, 125];
const isBlank = (byte: number) => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/**
 * An array of objects, of which as many are in memory as one chunk of bytes holds: found by their brackets, then parsed one by one, so that
 * none can be larger or nest deeper than a record may. (Streaming parsers build whatever a file says.)
 */
export async function* readJson(bytes: AsyncIterable<Buffer>): AsyncGenerator<readonly SourceItem[]> {
  let state: 'before' | 'first' | 'element' | 'between' | 'end' = 'before';
  let [depth, line, offset, held] = [0, 0, 0, 0];
  let [inString, escaped] = [false, false];
  let pieces: Buffer[] = [];

  const finish = (last: Buffer) => {
    const raw = pieces.length > 0 ? Buffer.concat([...pieces, last]).toString() : last.toString();
    pieces = [];
    held = 0;
    line++;
    return jsonItem(raw.trim(), line, `Element ${line}`);
  };

  for await (const chunk of bytes) {
    const items: SourceItem[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (state === 'element') {
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === slash) escaped = true;
          else if (byte === quote) inString = false;
          continue;
        }
        if (byte === quote) inString = true;
        else if (byte === openList || byte === openObject) depth++;
        else if (depth > 0 && (byte === closeList || byte === closeObject)) depth--;
        else if (depth === 0 && (byte === comma || byte === closeList)) {
          items.push(finish(chunk.subarray(start, at)));
          state = byte === comma ? 'between' : 'end';
        }
        continue;
      }
      if (isBlank(byte)) continue;
      if (state === 'before' && byte === openList) state = 'first';
      else if (state === 'first' && byte === closeList) state = 'end';
      else if ((state === 'first' || state === 'between') && byte !== comma && byte !== closeList) {
        state = 'element';
        start = at;
        at--;
      } else {
        if (items.length > 0) yield items;
        throw notAnArray(`something else stands at byte ${offset + at}`);
      }
    }
    if (items.length > 0) yield items;
    offset += chunk.length;
    if (state !== 'element') continue;
    pieces.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > maxRecordLength) throw notAnArray(`element ${line + 1} is longer than ${maxRecordLength} bytes`);
  }
  if (state !== 'end') throw notAnArray('it ends too early');
}

const notAnArray = (reason: string) =>
  new PergolaError(
    'IMPORT_BAD_FILE',
    `The file is not a JSON array: ${reason}.`,
    'Give an array of objects, or the format ndjson.',
  );
