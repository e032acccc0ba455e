import { Option, type Command } from 'commander';
import { application } from '../../app/index.ts';
import { columnPairs, constantPairs } from '../../import/pairs.ts';
import { formats, type Format } from '../../import/parse.ts';
import type { ImportSettings } from '../../import/run-import.ts';
import { conflictModes, type OnConflict } from '../../import/write-rows.ts';

export interface FileOptions {
  model?: string;
  key?: string;
  map: string[];
  set: string[];
  mapping?: string;
  format?: Format;
  null?: string;
  onConflict: OnConflict;
  as?: string;
}

/** What says how a file becomes rows. */
export function withFileOptions(command: Command): Command {
  return command
    .option('--model <model>', 'the model whose rows it holds')
    .option('--key <fields>', 'a unique key, fields parted by commas: rows that have it already are updated')
    .option('--map <column=field>', 'the field of a column; "column=" leaves it out', collect, [])
    .option('--set <field=value>', 'a value that every row gets', collect, [])
    .option('--mapping <name>', `a mapping of the application: ${Object.keys(application.mappings).join(', ')}`)
    .addOption(new Option('--format <format>', 'where the name does not tell').choices(formats))
    .option('--null <text>', 'what stands for null in CSV and TSV; nothing at all unless said otherwise')
    .addOption(new Option('--on-conflict <mode>', 'rows that are there').choices(conflictModes).default('update'))
    .option('--as <user>', 'an e-mail address or, in development, a persona; the admin unless said otherwise');
}

/** Not left to the parser: `resume`, which stands below, has no need of it. */
export function requireModel(command: Command, { model }: FileOptions): string {
  return model ?? command.error("error: required option '--model <model>' not specified");
}

/** Options as settings that can be kept. */
export function settingsOf(options: FileOptions): ImportSettings {
  const { key, map, set, mapping, format, null: nullText, onConflict } = options;
  return {
    onConflict,
    ...(format && { format }),
    ...(key !== undefined && { key: key.includes(',') ? key.split(',') : key }),
    ...(map.length > 0 && {
      columns: Object.fromEntries(columnPairs(map).map(([column, field]) => [column, field === '' ? null : field])),
    }),
    ...(set.length > 0 && { constants: Object.fromEntries(constantPairs(set)) }),
    ...(mapping !== undefined && { mapping }),
    ...(nullText !== undefined && { nullText }),
  };
}

const collect = (value: string, before: string[]) => [...before, value];
