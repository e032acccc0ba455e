import type { Command } from 'commander';
import { start } from '../start.ts';

export function addStart(program: Command): void {
  program
    .command('start')
    .description('migrate the database and serve the API')
    .addHelpText('after', '\nExample:\n  PORT=8080 pergola start')
    .action(() => start());
}
