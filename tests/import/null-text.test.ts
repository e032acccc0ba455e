/** What stands for null in a table: nothing, or what `--null` names. */
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { settingsOf, withFileOptions, type FileOptions } from '../../src/cli/commands/import-options.ts';
import type { Format } from '../../src/import/parse.ts';
import { runImport } from '../../src/import/run-import.ts';
import { openTemporaryRows } from '../support/temporary-rows.ts';

const settingsFrom = (options: readonly string[]) =>
  settingsOf(withFileOptions(new Command('import')).parse(options, { from: 'user' }).opts<FileOptions>());

const rows = [
  ['code', 'subregion'],
  ['AA', ''],
  ['BB', '\\N'],
  ['CC', 'North'],
];
const others = { name: 'x', officialName: 'x', region: 'x', area: 1, landlocked: false, flag: '' };

it.each<[Format, string[], Record<string, string | null>]>([
  ['csv', [], { AA: null, BB: '\\N', CC: 'North' }],
  ['csv', ['--null', '\\N'], { AA: '', BB: null, CC: 'North' }],
  ['tsv', ['--null', '\\N'], { AA: '', BB: null, CC: 'North' }],
  ['csv', ['--null', 'North'], { AA: '', BB: '\\N', CC: null }],
])('in %s with %j an empty cell, \\N and a word are %j', async (format, options, expected) => {
  await using test = await openTemporaryRows();
  const { viewer } = await test.signIn('admin');
  const text = rows.map((row) => row.join(format === 'csv' ? ',' : '\t')).join('\n');
  const { created, errors } = await runImport({
    database: test.database,
    viewer,
    mappings: {},
    input: Readable.from([Buffer.from(text)]),
    model: 'Country',
    settings: { ...settingsFrom(options), format, constants: others },
  });
  expect({ created, errors }).toEqual({ created: 3, errors: [] });
  const stored = await test.database.unguarded.country.findMany();
  expect(Object.fromEntries(stored.map(({ code, subregion }) => [code, subregion]))).toEqual(expected);
});
