import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { application } from '../../app/index.ts';
import { readConfig } from '../../config.ts';
import { badInput } from '../../errors.ts';
import { exportFormats, exportRows, type ExportFormat } from '../../import/export.ts';
import { viewerNamed } from '../as-viewer.ts';
import { openRowsHere } from '../house.ts';

interface ExportCommandOptions {
  where?: string;
  as?: string;
  format: ExportFormat;
  out?: string;
}

export function addExport(program: Command): void {
  program
    .command('export <model>')
    .description('the rows that a user may read, as a file that an import takes')
    .option('--where <json>', 'which rows, as the API takes it')
    .option('--as <user>', 'an e-mail address or, in development, a persona; the admin unless said otherwise')
    .addOption(new Option('--format <format>', 'how').choices(exportFormats).default('csv'))
    .option('--out <file>', 'where; standard output unless said otherwise')
    .addHelpText(
      'after',
      `\nExample:\n  pergola export City --where '{"country":{"is":{"code":{"equals":"NL"}}}}' --as guest`,
    )
    .action(async (model: string, { where, as: name, format, out }: ExportCommandOptions) => {
      const config = readConfig();
      const database = await openRowsHere(config);
      try {
        const viewer = await viewerNamed(name, { database, config, personas: application.personas });
        const filter = where === undefined ? {} : { where: parseWhere(where) };
        const text = Readable.from(exportRows({ rows: database.as(viewer), model, format, ...filter }));
        if (out === undefined) await pipeline(text, process.stdout, { end: false });
        else await pipeline(text, createWriteStream(out));
      } finally {
        await database.close();
      }
    });
}

function parseWhere(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badInput(
      'The where is no JSON.',
      `Write it as the API takes it, such as '{"code":{"equals":"NL"}}'.`,
      'where',
    );
  }
}
