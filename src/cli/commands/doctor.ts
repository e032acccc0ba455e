import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { readConfig } from '../../config.ts';
import { checkPortability } from '../../database/schema-engine/portability.ts';
import { providers, type Provider } from '../../database/schema-engine/derive-schema.ts';
import { examine } from '../examine.ts';
import { root } from '../house.ts';
import { exit, report } from '../report.ts';

const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

interface DoctorOptions {
  json?: boolean;
  target?: Provider;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at Node, policies, database, secrets, clock, Redis and disk, and say what to do')
    .addOption(
      new Option('--target <kind>', 'instead: what of the schema cannot be, or differs, on a kind of database').choices(
        providers,
      ),
    )
    .option('--json', 'print one report as JSON')
    .addHelpText('after', `\nExample:\n  pergola doctor --json\n  pergola doctor --target ${providers[0]}`)
    .action(async ({ json, target }: DoctorOptions) => {
      if (target) return reportPortability(target, json);
      const findings = await examine(readConfig());
      const lines = findings.map(
        ({ about, state, fact, remedy }) => `${marks[state]}  ${about.padEnd(9)} ${fact}${remedy ? ` ${remedy}` : ''}`,
      );
      report(json, { findings }, lines);
      if (findings.some(({ state }) => state === 'failed')) process.exitCode = exit.failed;
    });
}

function reportPortability(target: Provider, json: boolean | undefined): void {
  const findings = checkPortability(readFileSync(join(root, 'prisma/schema.prisma'), 'utf8'), target);
  const lines = findings.map(({ at, kind, fact, remedy }) => `${kind.padEnd(10)}  ${at}: ${fact} ${remedy}`);
  report(json, { target, findings }, lines.length > 0 ? lines : [`Nothing stands against ${target}.`]);
  if (findings.length > 0) process.exitCode = exit.differences;
}
