import type { Command } from 'commander';
import { designHere } from '../house.ts';
import { exit, report } from '../report.ts';
import { lockStaleness } from './policy.ts';
import { apiDifference } from './schema.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('hold the policies against the schema, and api.graphql and policy.lock against both')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola check --json')
    .action(({ json }: { json?: boolean }) => {
      const { schema, api } = designHere();
      const [difference, staleness] = [apiDifference(api), lockStaleness()];
      const models = schema.models.size;
      report(json, { models, apiIsCurrent: difference === undefined, lockIsCurrent: staleness === undefined }, [
        `${models} models, each with a policy.`,
        difference ?? 'api.graphql is current.',
        staleness ?? 'policy.lock is current.',
      ]);
      if (difference ?? staleness) process.exitCode = exit.differences;
    });
}
