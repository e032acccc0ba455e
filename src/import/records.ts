import type { SourceRecord } from './parse.ts';

/** Records that are in memory already, as an import takes them. */
export async function* recordsOf(rows: Iterable<Readonly<Record<string, unknown>>>): AsyncGenerator<SourceRecord> {
  let line = 0;
  for (const record of rows) yield { line: ++line, record, text: false };
}
