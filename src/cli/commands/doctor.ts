import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { examine } from '../examine.ts';
import { exit, report } from '../report.ts';

const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at Node, policies, database, secrets, clock, Redis and disk, and say what to do')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola doctor --json')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine(readConfig());
      const lines = findings.map(
        ({ about, state, fact, remedy }) => `${marks[state]}  ${about.padEnd(9)} ${fact}${remedy ? ` ${remedy}` : ''}`,
      );
      report(json, { findings }, lines);
      if (findings.some(({ state }) => state === 'failed')) process.exitCode = exit.failed;
    });
}
