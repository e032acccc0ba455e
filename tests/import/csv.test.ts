/** The reader of CSV: the cases that are known to go wrong (attacks 101 to 104), and against a parser that is well known. */
import { Readable } from 'node:stream';
import { parse as knownParser } from 'csv-parse/sync';
import { array, assert, asyncProperty, constantFrom, integer, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, type Format } from '../../src/import/parse.ts';

async function read(bytes: readonly Uint8Array[], format: Format = 'csv') {
  const items = [];
  for await (const item of parse(Readable.from(bytes), { format }))
    items.push(
      'error' in item ? { line: item.line, error: item.error.fact } : { line: item.line, record: { ...item.record } },
    );
  return items;
}
const readText = (text: string) => read([Buffer.from(text)]);
const rows = async (text: string) =>
  (await readText(text)).map((item) => ('record' in item ? item.record : item.error));
const refusalOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    // Ours have a fact; any other is shown whole.
    (error: unknown) => (error as { fact?: string }).fact ?? String(error),
  );

/** The twelve files of csv-spectrum (github.com/max-mapper/csv-spectrum), and their JSON. */
const spectrum: [name: string, csv: string, json: Record<string, string>[]][] = [
  [
    'comma_in_quotes',
    'first,last,address,city,zip\nJohn,Doe,120 any st.,"Anytown, WW",08123\n',
    [{ first: 'John', last: 'Doe', address: '120 any st.', city: 'Anytown, WW', zip: '08123' }],
  ],
  [
    'empty',
    'a,b,c\n1,"",""\n2,3,4\n',
    [
      { a: '1', b: '', c: '' },
      { a: '2', b: '3', c: '4' },
    ],
  ],
  [
    'empty_crlf',
    'a,b,c\r\n1,"",""\r\n2,3,4\r\n',
    [
      { a: '1', b: '', c: '' },
      { a: '2', b: '3', c: '4' },
    ],
  ],
  [
    'escaped_quotes',
    'a,b\n1,"ha ""ha"" ha"\n3,4\n',
    [
      { a: '1', b: 'ha "ha" ha' },
      { a: '3', b: '4' },
    ],
  ],
  [
    'json',
    'key,val\n1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n',
    [{ key: '1', val: '{"type": "Point", "coordinates": [102.0, 0.5]}' }],
  ],
  [
    'location_coordinates',
    'Contact Phone Number,Location Coordinates,Cities,Counties\n2125551234,"40.71,-74.00","New York","New York"\n',
    [
      {
        'Contact Phone Number': '2125551234',
        'Location Coordinates': '40.71,-74.00',
        Cities: 'New York',
        Counties: 'New York',
      },
    ],
  ],
  [
    'newlines',
    'a,b,c\n1,2,3\n"Once upon \na time",5,6\n7,8,9\n',
    [
      { a: '1', b: '2', c: '3' },
      { a: 'Once upon \na time', b: '5', c: '6' },
      { a: '7', b: '8', c: '9' },
    ],
  ],
  [
    'newlines_crlf',
    'a,b,c\r\n1,2,3\r\n"Once upon \r\na time",5,6\r\n7,8,9\r\n',
    [
      { a: '1', b: '2', c: '3' },
      { a: 'Once upon \r\na time', b: '5', c: '6' },
      { a: '7', b: '8', c: '9' },
    ],
  ],
  [
    'quotes_and_newlines',
    'a,b\n1,"ha \n""ha"" \nha"\n3,4\n',
    [
      { a: '1', b: 'ha \n"ha" \nha' },
      { a: '3', b: '4' },
    ],
  ],
  ['simple', 'a,b,c\n1,2,3\n', [{ a: '1', b: '2', c: '3' }]],
  ['simple_crlf', 'a,b,c\r\n1,2,3\r\n', [{ a: '1', b: '2', c: '3' }]],
  [
    'utf8',
    'a,b,c\n1,2,3\n4,5,ʤ\n',
    [
      { a: '1', b: '2', c: '3' },
      { a: '4', b: '5', c: 'ʤ' },
    ],
  ],
];

describe('103: quotation marks, line ends and nothing', () => {
  it.each(spectrum)('csv-spectrum %s', async (_, csv, json) => {
    // Nothing at all is null here.
    const expected = json.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value || null])),
    );
    expect(await rows(csv)).toEqual(expected);
    expect(
      (await read(Array.from(Buffer.from(csv), (byte) => Uint8Array.of(byte)))).map(
        (item) => 'record' in item && item.record,
      ),
    ).toEqual(expected);
  });

  it('a stray quotation mark is the fault of its record, and the next one is read', async () => {
    expect(await readText('a,b\n1,5" pipe\n"x"y,2\n3,4\n')).toEqual([
      { line: 2, error: 'A quotation mark stands inside of a cell that has none around it (line 2).' },
      { line: 3, error: 'Something stands behind a closing quotation mark (line 3).' },
      { line: 4, record: { a: '3', b: '4' } },
    ]);
  });

  it('one that is never closed is told with the line where it stands', async () => {
    expect(await refusalOf(readText('a,b\n1,2\n3,"4\n5,6\n'))).toBe('A quotation mark is not closed (line 3).');
  });

  it('reads what a known parser reads, however the bytes arrive', async () => {
    const cell = stringMatching(/^(?:[ab"',;\n\r\té]|😀){0,6}$/);
    const table = integer({ min: 1, max: 4 }).chain((width) =>
      array(array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
    );
    await assert(
      asyncProperty(table, constantFrom('\n', '\r\n', '\r'), integer({ min: 1, max: 7 }), async (cells, end, size) => {
        const quoted = (text: string) => (/["',\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
        const header = cells[0]!.map((_, at) => `c${at}`);
        const text = [header, ...cells].map((row) => row.map(quoted).join()).join(end) + end;
        const known = knownParser(text, {
          columns: true,
          record_delimiter: [end],
          skip_records_with_empty_values: false,
        });
        const expected = (known as Record<string, string>[])
          .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value || null])))
          // A line of one cell with nothing in it is an empty line.
          .filter((row) => header.length > 1 || row['c0'] !== null);
        const bytes = Buffer.from(text);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        expect((await read(chunks)).map((item) => 'record' in item && item.record)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('101: a record that does not fit', () => {
  it.each([1, 500, 1000])('is told by its line when it is number %d of 1,000', async (place) => {
    const lines = Array.from({ length: 1000 }, (_, at) => (at + 1 === place ? 'x' : `${at},b`));
    const items = await readText(`a,b\n${lines.join('\n')}\n`);
    expect(items).toHaveLength(1000);
    const fact = `Line ${place + 1} has 1 columns, and the header 2.`;
    expect(items.filter((item) => 'error' in item)).toEqual([{ line: place + 1, error: fact }]);
  });
});

describe('102: encodings', () => {
  const text = 'a\nÅlesund 😀\n';
  const utf16 = (bigEndian: boolean) => {
    const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
    return bigEndian ? bytes.swap16() : bytes;
  };
  it.each<[string, Uint8Array]>([
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little end first', utf16(false)],
    ['UTF-16, big end first', utf16(true)],
  ])('%s is read as it is meant', async (_, bytes) => {
    expect(await read([bytes])).toEqual([{ line: 2, record: { a: 'Ålesund 😀' } }]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['Latin-1', Buffer.from('a\nÅlesund\n', 'latin1'), /byte 2 is part of no character/],
    ['a byte that is none', Buffer.from([0x61, 0x0a, 0x62, 0xff, 0x0a]), /byte 3 is part of no character/],
    ['half a surrogate pair of UTF-16', Buffer.from('\uFEFFa\n\uD83D\n', 'utf16le'), /The file is not UTF-16/],
  ])('%s is refused with its place', async (_, bytes, fact) => {
    expect(await refusalOf(read([bytes]))).toMatch(fact);
  });
});

describe('104: what is too large', () => {
  const megabyte = Buffer.alloc(1 << 20, 'x');
  async function* endless(count: number, head = '') {
    yield Buffer.from(head);
    for (let at = 0; at < count; at++) yield megabyte;
  }
  const drain = async (bytes: AsyncIterable<Buffer>, format: Format) => {
    for await (const _ of parse(Readable.from(bytes), { format }));
  };

  it.each<[string, Format, string]>([
    ['a cell of 100 MB', 'csv', 'a\n'],
    ['a cell of 100 MB in quotation marks', 'csv', 'a\n"'],
    ['a line of NDJSON that does not end', 'ndjson', '{"a":"'],
    ['an element of JSON that does not end', 'json', '[{"a":"'],
  ])('%s is refused before it is in memory', async (_, format, head) => {
    const before = process.memoryUsage.rss();
    expect(await refusalOf(drain(endless(100, head), format))).toMatch(/longer than 16777216/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * (1 << 20));
  });

  it.each([
    ['csv', ','],
    ['tsv', '\t'],
  ] as const)('a file of %s without the end of a line is refused at its 250,000th cell', async (format, delimiter) => {
    const cells = Buffer.from(`x${delimiter}`.repeat(10_000));
    let given = 0;
    async function* endlessCells() {
      yield Buffer.from(`a${delimiter}b\n`);
      for (; given < 1000; given++) yield cells;
    }
    expect(await refusalOf(drain(endlessCells(), format))).toBe('The record at line 2 has more than 250000 cells.');
    // Twice as many: a long record is looked at again when as much has come.
    expect(given).toBeLessThan(60);
  });

  it('a hundred thousand columns are read, and refused where the first one is unknown', async () => {
    const names = Array.from({ length: 100_000 }, (_, at) => `c${at}`);
    const [item] = await readText(`${names.join()}\n${names.join()}\n`);
    expect(item).toHaveProperty('record');
    // The assertion before says so.
    expect(Object.keys((item as { record: object }).record)).toHaveLength(100_000);
  });
});
