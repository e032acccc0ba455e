import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { application } from '../../app/index.ts';
import { readConfig } from '../../config.ts';
import { findImport } from '../../import/import-log.ts';
import { formats, type Format } from '../../import/parse.ts';
import { showProgress } from '../../import/progress.ts';
import { notWritten, reportLines } from '../../import/report.ts';
import { inputOf, resumeImport, runImport, type FinishedImport } from '../../import/run-import.ts';
import { viewerNamed, viewerWithId } from '../as-viewer.ts';
import { badInput } from '../../errors.ts';
import { openRowsHere } from '../house.ts';
import { exit, report } from '../report.ts';
import { addPlan } from './import-plan.ts';
import { importThere, resumeThere } from './import-remote.ts';
import { requireModel, settingsOf, withFileOptions, type FileOptions } from './import-options.ts';

interface ResumeOptions {
  maxErrors?: number;
  json?: boolean;
}

interface ResumeCommandOptions extends ResumeOptions {
  url?: string;
  token?: string;
  file?: string;
  format?: Format;
  refused?: string;
}

interface ImportCommandOptions extends FileOptions, ResumeOptions {
  refused?: string;
  anew?: boolean;
  url?: string;
  token?: string;
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .enablePositionalOptions()
    .description('rows from a file, through the rules of a user');
  withFileOptions(command.argument('<file>', 'CSV, TSV, JSON or NDJSON, as it is or in gzip; - is standard input'))
    .option('--refused <file>', 'where rows go that are not written; beside the file unless said otherwise')
    .option('--max-errors <number>', 'stop when more rows are not written; as many as that are no failure', wholeNumber)
    .option('--anew', 'although an earlier import of the file has not come to its end')
    .option('--url <server>', 'send the file to a server, which imports it as the owner of the token')
    .option('--token <secret>', 'who imports there')
    .option('--json', 'print one report as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  pergola import cities.csv --model City --key countryCode,name,latitude,longitude',
    )
    .action((file: string, options: ImportCommandOptions, it: Command) =>
      (options.url === undefined ? importFile : sendFile)(file, { ...options, model: requireModel(it, options) }),
    );

  addPlan(command);

  command
    .command('resume <id>')
    .description('go on with an import that was interrupted')
    .option('--max-errors <number>', 'stop when more rows are not written; as many as that are no failure', wholeNumber)
    .option('--url <server>', 'by the server that it was sent to')
    .option('--token <secret>', 'of whoever began it there')
    .option('--file <file>', 'for a server: the file once more')
    .addOption(new Option('--format <format>', 'of that file, where the name does not tell').choices(formats))
    .option('--refused <file>', 'for a server: where rows go that are not written')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola import resume 0193a5c2-7b1e-7000-8000-000000000000')
    .action((id: string, { url, ...options }: ResumeCommandOptions) =>
      url === undefined ? resume(id, options) : resumeByServer(id, { ...options, url }),
    );
}

/**
 * Most of what an import makes is done with soon. Left to itself, V8 lets it pile up to some hundred megabytes before it
 * looks: a process of its own has no such memory to spare on every machine, and time to look more often.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--expose-gc');
  // How far the heap may grow is reckoned from what is left by the last collection, of which there has been none.
  (runInNewContext('gc') as () => void)();
}

async function importFile(file: string, options: ImportCommandOptions & { model: string }): Promise<void> {
  const config = readConfig();
  const database = await openRowsHere(config);
  keepHeapSmall();
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

async function sendFile(file: string, options: ImportCommandOptions & { model: string }): Promise<void> {
  const { model, url: server = '', token, maxErrors, anew, as, refused } = options;
  if (as !== undefined) throw badInput('--as means nothing to a server.', 'The token says who imports.');
  if (refused !== undefined && file === '-')
    throw badInput('Standard input cannot be read twice.', 'Give a file, or leave --refused out.');
  const settings = { ...settingsOf(options), refusedPath: resolve(refused ?? refusedPathOf(file, options)) };
  finish(await importThere({ file, server, token, model, settings, maxErrors, anew }), options);
}

async function resumeByServer(id: string, options: ResumeCommandOptions & { url: string }): Promise<void> {
  const { url: server, token, file, maxErrors, refused, format } = options;
  if (file === undefined) throw badInput('A server has not kept the file.', 'Give it once more: --file <file>.');
  const settings = { refusedPath: resolve(refused ?? refusedPathOf(file, options)), ...(format && { format }) };
  finish(await resumeThere({ id, file, server, token, settings, maxErrors }), options);
}

async function resume(id: string, options: ResumeOptions): Promise<void> {
  const database = await openRowsHere();
  keepHeapSmall();
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
function refusedPathOf(file: string, { model = 'rows', format }: Pick<FileOptions, 'model' | 'format'>): string {
  if (file === '-') return `${model}.refused.${format ?? 'csv'}`;
  return file.replace(/\.gz$/i, '').replace(/(\.[^./\\]+)?$/, (extension) => `.refused${extension}`);
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
