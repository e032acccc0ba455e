import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { GraphQLSchema } from 'graphql';
import { apiText } from '../../graphql/api-text.ts';
import { apiFile, designHere } from '../house.ts';
import { exit } from '../report.ts';

export function addSchema(program: Command): void {
  const schema = program
    .command('schema')
    .description('the API as it is derived from prisma/schema.prisma and the policies')
    .addHelpText('after', '\nExample:\n  pergola schema write && git diff api.graphql');

  schema
    .command('print')
    .description('print it')
    .action(() => {
      process.stdout.write(apiText(designHere().api));
    });

  schema
    .command('write')
    .description('write it to api.graphql')
    .action(() => {
      writeFileSync(apiFile, apiText(designHere().api));
      process.stdout.write('api.graphql is written.\n');
    });

  schema
    .command('check')
    .description('exit with 3 when api.graphql is not what is derived now')
    .action(() => {
      const difference = apiDifference(designHere().api);
      process.stdout.write(`${difference ?? 'api.graphql is current.'}\n`);
      if (difference) process.exitCode = exit.differences;
    });
}

/** In words, or undefined when the committed file is current. */
export function apiDifference(api: GraphQLSchema): string | undefined {
  if (!existsSync(apiFile)) return 'There is no api.graphql. Run: npm run pergola -- schema write';
  const committed = readFileSync(apiFile, 'utf8').split('\n');
  const derived = apiText(api).split('\n');
  const at = derived.findIndex((line, index) => line !== committed[index]);
  if (at === -1 && derived.length === committed.length) return undefined;
  const line = at === -1 ? derived.length : at;
  return `api.graphql is not current from line ${line + 1}: "${derived[line]?.trim() ?? ''}". Run: npm run pergola -- schema write`;
}
