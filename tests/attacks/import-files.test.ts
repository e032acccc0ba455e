/** Attacks by what a file holds that is imported. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importRows } from '../../src/import/apply.ts';
import { parse, type Format } from '../../src/import/parse.ts';
import { errorOf, namesOf, openTagImports, tags, type TagImports } from '../support/tag-imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let imports: TagImports;
let served: TagImports['served'];
beforeAll(async () => {
  imports = await openTagImports();
  served = imports.served;
});
afterAll(() => imports[Symbol.asyncDispose]());

describe('93: what is packed', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['a ZIP archive', Buffer.from('504b03040a000000', 'hex'), /archive/],
    ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex'), /archive/],
    ['a tar archive', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\x0000'), Buffer.alloc(300)]), /archive/],
    [
      'a tar archive in gzip',
      gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\x0000'), Buffer.alloc(300)])),
      /twice/,
    ],
    ['gzip in gzip', gzipSync(gzipSync('slug,label\nx,x\n')), /twice/],
    ['gzip that is cut off', gzipSync(tags(namesOf('cut', 5000))).subarray(0, 900), /broken gzip/],
    [
      '20 MB of one letter in 20 kB',
      gzipSync(Buffer.concat([Buffer.from('slug,label\n'), Buffer.alloc(20 << 20, 'x')])),
      /longer than/,
    ],
  ])('%s is refused', async (_, bytes, fact) => {
    const error = await errorOf(imports.importTags(await imports.fileOf(bytes)));
    expect([error.code, error.fact]).toEqual(['IMPORT_BAD_FILE', expect.stringMatching(fact)]);
  });
});

it('105: a stream of 100 MB is read with a heap of 32', async () => {
  const script = `
    import { Readable } from 'node:stream';
    import { parse } from './src/import/parse.ts';
    const lines = Buffer.from(('x'.repeat(60) + ',' + 'y'.repeat(60) + '\\n').repeat(2000));
    async function* stream() {
      yield Buffer.from('slug,label\\n');
      for (let at = 0; at < 400; at++) yield lines;
    }
    let rows = 0;
    for await (const items of parse(Readable.from(stream()), { format: 'csv' }).chunks()) rows += items.length;
    console.log(rows);`;
  // What grew with the stream would end the process.
  const options = ['--max-old-space-size=32', '--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: root });
  expect(stdout).toBe('800000\n');
});

describe('112: JSON', () => {
  it('numbers beyond 2^53 keep every digit', async () => {
    const site = await served.all.site.findFirst({ where: { name: { equals: 'Well 7' } } });
    const place = `"unit":"x","measuredAt":"2026-11-22T10:00:00Z","site.id":"${site!.id}"`;
    const text = `{"quantity":"exact",${place},"value":11.10,"serialNumber":9007199254740993}`;
    const records = parse(await imports.fileOf(text, 'ndjson'));
    const { database } = served.platform;
    const viewer = await imports.viewerLike('member');
    expect(await importRows({ database, viewer, model: 'Observation', records })).toMatchObject({ created: 1 });
    const stored = await served.all.observation.findMany({ where: { quantity: { equals: 'exact' } } });
    expect(stored.map(({ serialNumber, value }) => [serialNumber, String(value)])).toEqual([
      [9007199254740993n, '11.1'],
    ]);
  });

  it.each<[string, Format, string, RegExp]>([
    ['a key that is given twice', 'ndjson', '{"slug":"a","slug":"b"}', /gives a key twice/],
    ['a hundred thousand brackets', 'ndjson', `{"slug":${'['.repeat(100_000)}`, /nests deeper than/],
    [
      'a hundred thousand brackets in an array',
      'json',
      `[{"slug":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`,
      /nests deeper than/,
    ],
  ])('%s is the fault of its record', async (_, format, text, message) => {
    const report = await imports.importTags(await imports.fileOf(text, format));
    expect(report).toMatchObject({ refused: 1, rows: 1 });
    expect(report.errors[0]!.message).toMatch(message);
  });

  it('what stands behind the array ends the import', async () => {
    const file = await imports.fileOf('[{"slug":"trail-1","label":"x"}] {"slug":"trail-2"}', 'json');
    expect(await errorOf(imports.importTags(file))).toMatchObject({ code: 'IMPORT_BAD_FILE' });
  });
});
