import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { GraphQLSchema } from 'graphql';
import { PergolaError } from '../../errors.ts';
import { apiText } from '../../graphql/api-text.ts';
import { apiChanges } from '../../server/sdk/api-changes.ts';
import { fileAtRef } from '../file-at-ref.ts';
import { apiFile, designHere } from '../house.ts';
import { exit, report } from '../report.ts';

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

  schema
    .command('diff [ref]')
    .description(
      'say in words what changes against api.graphql, or against that of a git ref; exit with 3 when something does',
    )
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola schema diff main')
    .action(async (ref: string | undefined, { json }: { json?: boolean }) => {
      const { changed, ...changes } = await apiChanges(committedApi(ref), apiText(designHere().api));
      const lines = (['breaking', 'dangerous', 'harmless'] as const).flatMap((level) =>
        changes[level].map(({ sentence }) => `${level}: ${sentence}`),
      );
      const nothing = changed ? 'Only descriptions change.' : 'Nothing changes.';
      report(json, { changed, ...changes }, lines.length > 0 ? lines : [nothing]);
      if (changed) process.exitCode = exit.differences;
    });
}

/** @throws BAD_INPUT when there is no api.graphql at the ref. */
function committedApi(ref: string | undefined): string {
  const api = ref === undefined ? existsSync(apiFile) && readFileSync(apiFile, 'utf8') : fileAtRef(ref, 'api.graphql');
  if (api) return api;
  const where = ref === undefined ? '' : ` at the git ref "${ref}"`;
  throw new PergolaError(
    'BAD_INPUT',
    `There is no api.graphql${where}.`,
    'Write one: npm run pergola -- schema write.',
  );
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
