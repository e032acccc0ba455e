import type { Command } from 'commander';
import { apiText } from '../../graphql/api-text.ts';
import { checkAgainst, inLines } from '../check-against.ts';
import { designHere } from '../house.ts';
import { exit, report } from '../report.ts';
import { lockStaleness } from './policy.ts';
import { apiDifference } from './schema.ts';

interface Options {
  readonly json?: boolean;
  readonly against?: string;
  readonly operations?: readonly string[];
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('hold the policies against the schema, and api.graphql and policy.lock against both')
    .option('--against <tag>', 'and the API against the clients of a published version of the SDK, or of a git ref')
    .option('--operations <manifests...>', 'what those clients send beside the ready-made operations')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExamples:\n  pergola check --json\n  pergola check --against v1.2.0')
    .action(async ({ json, against, operations }: Options) => {
      const { schema, api } = designHere();
      const [difference, staleness] = [apiDifference(api), lockStaleness()];
      const clients = against === undefined ? undefined : await checkAgainst(against, apiText(api), operations);
      const models = schema.models.size;
      const result = { models, apiIsCurrent: difference === undefined, lockIsCurrent: staleness === undefined };
      report(json, clients === undefined ? result : { ...result, clients }, [
        `${models} models, each with a policy.`,
        difference ?? 'api.graphql is current.',
        staleness ?? 'policy.lock is current.',
        ...(clients === undefined ? [] : inLines(clients)),
      ]);
      if (difference ?? staleness ?? clients?.affected.length) process.exitCode = exit.differences;
    });
}
