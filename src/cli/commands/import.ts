import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { application } from '../../app/index.ts';
import { readConfig } from '../../config.ts';
import { badInput } from '../../errors.ts';
import { findImport } from '../../import/import-log.ts';
import { formats, type Format } from '../../import/parse.ts';
import { showProgress } from '../../import/progress.ts';
import { notWritten, reportLines } from '../../import/report.ts';
import { inputOf, resumeImport, runImport, type FinishedImport, type ImportSettings } from '../../import/run-import.ts';
import { conflictModes, type OnConflict } from '../../import/write-rows.ts';
import { viewerNamed, viewerWithId } from '../as-viewer.ts';
import { openHere } from '../house.ts';
import { exit, report } from '../report.ts';

interface ResumeOptions {
  maxErrors?: number;
  json?: boolean;
}

interface FileOptions {
  model: string;
  key?: string;
  map: string[];
  set: string[];
  mapping?: string;
  format?: Format;
  null?: string;
  onConflict: OnConflict;
  as?: string;
}

interface ImportCommandOptions extends FileOptions, ResumeOptions {
  refused?: string;
  anew?: boolean;
}

export function addImport(program: Command): void {
  const command = program.command('import').description('rows from a file, through the rules of a user');
  withFileOptions(command.argument('<file>', 'CSV, TSV, JSON or NDJSON, as it is or in gzip; - is standard input'))
    .option('--refused <file>', 'where rows go that are not written; beside the file unless said otherwise')
    .option('--max-errors <number>', 'stop when more rows are not written; as many as that are no failure', wholeNumber)
    .option('--anew', 'although an earlier import of the file has not come to its end')
    .option('--json', 'print one report as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  pergola import cities.csv --model City --key countryCode,name,latitude,longitude',
    )
    .action((file: string, options: ImportCommandOptions) => importFile(file, options));

  command
    .command('resume <id>')
    .description('go on with an import that was interrupted')
    .option('--max-errors <number>', 'stop when more rows are not written; as many as that are no failure', wholeNumber)
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola import resume 0193a5c2-7b1e-7000-8000-000000000000')
    .action((id: string, _: unknown, it: Command) => resume(id, it.optsWithGlobals<ResumeOptions>()));
}

/** What says how a file becomes rows. */
function withFileOptions(command: Command): Command {
  return command
    .requiredOption('--model <model>', 'the model whose rows it holds')
    .option('--key <fields>', 'a unique key, fields parted by commas: rows that have it already are updated')
    .option('--map <column=field>', 'the field of a column; "column=" leaves it out', collect, [])
    .option('--set <field=value>', 'a value that every row gets', collect, [])
    .option('--mapping <name>', `a mapping of the application: ${Object.keys(application.mappings).join(', ')}`)
    .addOption(new Option('--format <format>', 'where the name does not tell').choices(formats))
    .option('--null <text>', 'what stands for null in CSV and TSV; nothing at all unless said otherwise')
    .addOption(new Option('--on-conflict <mode>', 'rows that are there').choices(conflictModes).default('update'))
    .option('--as <user>', 'an e-mail address or, in development, a persona; the admin unless said otherwise');
}

/** Options as settings that can be kept. */
function settingsOf(options: FileOptions): ImportSettings {
  const { key, map, set, mapping, format, null: nullText, onConflict } = options;
  return {
    onConflict,
    ...(format && { format }),
    ...(key !== undefined && { key: key.includes(',') ? key.split(',') : key }),
    ...(map.length > 0 && {
      columns: Object.fromEntries(pairs(map).map(([column, field]) => [column, field === '' ? null : field])),
    }),
    ...(set.length > 0 && { constants: Object.fromEntries(pairs(set)) }),
    ...(mapping !== undefined && { mapping }),
    ...(nullText !== undefined && { nullText }),
  };
}

async function importFile(file: string, options: ImportCommandOptions): Promise<void> {
  const config = readConfig();
  const platform = await openHere(config);
  const { database } = platform;
  const { model, maxErrors, anew } = options;
  const display = showProgress(model, process.stderr);
  try {
    const { personas, mappings } = application;
    const viewer = await viewerNamed(options.as, { database, config, personas });
    const settings = { ...settingsOf(options), refusedPath: resolve(options.refused ?? refusedPathOf(file, options)) };
    const input = file === '-' ? process.stdin : resolve(file);
    const onProgress = display.update;
    finish(
      await runImport({ database, viewer, mappings, input, model, settings, maxErrors, anew, onProgress }),
      options,
    );
  } finally {
    display.stop();
    await database.close();
  }
}

async function resume(id: string, options: ResumeOptions): Promise<void> {
  const { database } = await openHere();
  const display = showProgress('resumed', process.stderr);
  try {
    const entry = await findImport(database, id);
    const viewer = await viewerWithId(entry.userId, database);
    const { mappings } = application;
    const { maxErrors } = options;
    const input = inputOf(entry) ?? process.stdin;
    finish(
      await resumeImport(entry, { database, viewer, mappings, input, maxErrors, onProgress: display.update }),
      options,
    );
  } finally {
    display.stop();
    await database.close();
  }
}

function finish(result: FinishedImport, { json, maxErrors = 0 }: ResumeOptions): void {
  const refused = result.refusedFile === null ? [] : [`  rows that were not written: ${result.refusedFile}`];
  report(json, result, [...reportLines(result), ...refused]);
  if (notWritten(result) > maxErrors) process.exitCode = exit.failed;
}

/** `cities.csv.gz` -> `cities.refused.csv` */
function refusedPathOf(file: string, { model, format }: FileOptions): string {
  if (file === '-') return `${model}.refused.${format ?? 'csv'}`;
  return file.replace(/\.gz$/i, '').replace(/(\.[^./\\]+)?$/, (extension) => `.refused${extension}`);
}

const pairs = (texts: readonly string[]) =>
  texts.map((text): [string, string] => {
    const at = text.lastIndexOf('=');
    if (at < 1) throw badInput(`"${text}" is no pair.`, 'Write name=value.');
    return [text.slice(0, at), text.slice(at + 1)];
  });

const collect = (value: string, before: string[]) => [...before, value];

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
