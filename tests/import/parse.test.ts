import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parse, type Format } from '../../src/import/parse.ts';

async function read(content: string | Uint8Array[], format: Format) {
  const chunks = typeof content === 'string' ? [Buffer.from(content)] : content;
  const items = [];
  for await (const item of parse(Readable.from(chunks), { format })) items.push(item);
  return items;
}

const records = async (content: string, format: Format) =>
  (await read(content, format)).map((item) => ('record' in item ? item.record : item.error.message));

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : error),
  );

describe('a file', () => {
  it('gives the same records as CSV, TSV, JSON and NDJSON', async () => {
    const expected = [
      { code: 'NL', name: 'The "Low" Countries' },
      { code: 'BE', name: null },
    ];
    expect(await records('code,name\nNL,"The ""Low"" Countries"\r\nBE,\n', 'csv')).toEqual(expected);
    expect(await records('code\tname\nNL\t"The ""Low"" Countries"\nBE\t', 'tsv')).toEqual(expected);
    expect(await records(JSON.stringify(expected), 'json')).toEqual(expected);
    expect(await records(expected.map((row) => `${JSON.stringify(row)}\n`).join('\n'), 'ndjson')).toEqual(expected);
  });

  it('has no empty text when it has no types', async () => {
    expect(await records('a,b\n,""\n', 'csv')).toEqual([{ a: null, b: null }]);
    expect(await records('[{"a":null,"b":""}]', 'json')).toEqual([{ a: null, b: '' }]);
  });

  it('says where each record is', async () => {
    const lines = async (content: string, format: Format) => (await read(content, format)).map(({ line }) => line);
    expect(await lines('a,b\n1,2\n\n"x\ny",3\n4,5', 'csv')).toEqual([2, 5, 6]);
    expect(await lines('{"a":1}\n\n{"a":2}', 'ndjson')).toEqual([1, 3]);
    expect(await lines('[{"a":1}, {"a":2}]', 'json')).toEqual([1, 2]);
  });

  it('may begin with a byte order mark, and be cut anywhere', async () => {
    const bytes = Buffer.from('\uFEFFname\nÅlesund\n');
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const [item] = await read(single, 'csv');
    expect(item).toMatchObject({ line: 2, text: true, raw: ['Ålesund'] });
    expect(item).toHaveProperty('record', { name: 'Ålesund' });
  });

  it('goes on after a record that cannot be read', async () => {
    expect(await records('a,b\n1,2\n1,2,3\n3,4\n', 'csv')).toEqual([
      { a: '1', b: '2' },
      'Line 3 has 3 columns, and the header 2. Check its delimiters and quotation marks.',
      { a: '3', b: '4' },
    ]);
    expect(await records('{"a":1}\n{"a":\n[1]\n{"a":2}', 'ndjson')).toEqual([
      { a: 1 },
      'Line 2 is not a JSON object. Write { "column": value }.',
      'Line 3 is not a JSON object. Write { "column": value }.',
      { a: 2 },
    ]);
    expect(await records('[{"a":1}, 2]', 'json')).toEqual([
      { a: 1 },
      'Element 2 is not a JSON object. Write { "column": value }.',
    ]);
  });

  it.each<[string, string, Format, RegExp]>([
    ['a column without a name', 'a,\n1,2\n', 'csv', /^The header's column 2 has no name\./],
    ['a column named twice', 'a,b,a\n1,2,3\n', 'csv', /^The header names the column "a" twice\./],
    ['a quotation mark that is not closed', 'a,b\n1,"2\n3,4\n', 'csv', /^A quotation mark is not closed \(line 2\)\./],
    ['an object in the place of an array', '{"a":1}', 'json', /^The file is not a JSON array/],
    ['an array that ends too early', '[{"a":1},', 'json', /^The file is not a JSON array/],
  ])('is refused for %s', async (_, content, format, message) => {
    expect(await errorOf(read(content, format))).toMatch(message);
  });

  it('is refused when it is not UTF-8', async () => {
    expect(await errorOf(read([Uint8Array.of(0x61, 0x0a, 0xe5)], 'csv'))).toBe(
      'The file is not UTF-8: byte 2 is part of no character. Save it as UTF-8.',
    );
  });

  it('tells its format by its extension, and how much of it was read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pergola-'));
    try {
      const path = join(folder, 'rows.JSONL');
      await writeFile(path, '{"a":1}\n');
      const source = parse(path);
      for await (const item of source) expect(item).toMatchObject({ record: { a: 1 } });
      expect(source.bytes()).toEqual({ read: 8, total: 8 });
      expect(() => parse(join(folder, 'rows.xlsx'))).toThrow(
        'does not tell its format. Give a format: csv, tsv, json, ndjson.',
      );
      const missing = parse(join(folder, 'none.csv'))[Symbol.asyncIterator]().next();
      expect(await errorOf(missing)).toContain('none.csv cannot be read.');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
