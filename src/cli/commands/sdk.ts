import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { apiText } from '../../graphql/api-text.ts';
import { openRegistry } from '../../server/sdk/registry.ts';
import { packHere } from '../build-sdk.ts';
import { designHere } from '../house.ts';
import { report } from '../report.ts';

export function addSdk(program: Command): void {
  const sdk = program
    .command('sdk')
    .description('the typed client of this API')
    .addHelpText('after', '\nExample:\n  pergola sdk build');

  sdk
    .command('build')
    .description('generate and compile it, for a server that has no development dependencies')
    .option('--json', 'print one report as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const api = apiText(designHere().api);
      const { tarball } = await packHere(api, '0.0.0');
      report(json, { bytes: tarball.length }, [`It is built in src/sdk/dist; packed it has ${tarball.length} bytes.`]);
    });

  sdk
    .command('publish')
    .description('publish it where the server publishes it; nothing happens when it is published')
    .option('--json', 'print one report as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const api = apiText(designHere().api);
      const pack = (version: string) => packHere(api, version);
      const { version, integrity } = await openRegistry({ folder: readConfig().sdkFolder, pack }).current();
      report(json, { version, integrity }, [`@pergola/sdk ${version} is published.`]);
    });
}
