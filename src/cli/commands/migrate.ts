import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { deployMigrations, migrationStatus } from '../../database/schema-engine/migrations.ts';
import { migrations } from '../house.ts';
import { exit, report } from '../report.ts';

interface JsonOption {
  json?: boolean;
}

export function addMigrate(program: Command): void {
  const migrate = program
    .command('migrate')
    .description('the migrations of the database; new ones are made with `npx prisma migrate dev`')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=file:./data/other.db pergola migrate deploy');

  migrate
    .command('deploy')
    .description('apply what is pending; creates the database when it is missing')
    .option('--json', 'print one report as JSON')
    .action(async ({ json }: JsonOption) => {
      const { applied, total } = await deployMigrations(migrations(readConfig()));
      const lines =
        applied.length === 0 ? [`Nothing to apply: all ${total} are.`] : applied.map((name) => `applied ${name}`);
      report(json, { applied, total }, lines);
    });

  migrate
    .command('status')
    .description('exit with 3 when something is pending or has failed')
    .option('--json', 'print one report as JSON')
    .action(async ({ json }: JsonOption) => {
      const status = await migrationStatus(migrations(readConfig()));
      const lines = Object.entries(status).map(
        ([what, names]) => `${what}: ${(names as string[]).join(', ') || 'none'}`,
      );
      report(json, status, lines);
      if (status.pending.length > 0 || status.failed.length > 0) process.exitCode = exit.differences;
    });
}
