import type { Command } from 'commander';
import { designHere } from '../house.ts';
import { report } from '../report.ts';
import { apiDifference } from './schema.ts';
import { exit } from '../report.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('hold the policies against the schema, and api.graphql against both')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola check --json')
    .action(({ json }: { json?: boolean }) => {
      const { schema, api } = designHere();
      const difference = apiDifference(api);
      const models = schema.models.size;
      const lines = [`${models} models, each with a policy.`, difference ?? 'api.graphql is current.'];
      report(json, { models, apiIsCurrent: difference === undefined }, lines);
      if (difference) process.exitCode = exit.differences;
    });
}
