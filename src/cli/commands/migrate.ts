import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { deployMigrations, historyMatches, migrationStatus } from '../../database/schema-engine/migrations.ts';
import { planMigrations, type MigrationPlan } from '../../database/schema-engine/plan/plan-migrations.ts';
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
    .command('plan')
    .description('the SQL of what is pending, with what each statement risks; exit with 3 when there is something')
    .option('--json', 'print one report as JSON')
    .action(async ({ json }: JsonOption) => {
      const plan = await planMigrations(migrations(readConfig()));
      report(json, plan, linesOf(plan));
      if (plan.pending.length + plan.failed.length + plan.edited.length > 0) process.exitCode = exit.differences;
    });

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
    .description('exit with 3 when something is pending, has failed, or was edited after it was applied')
    .option('--json', 'print one report as JSON')
    .action(async ({ json }: JsonOption) => {
      const status = await migrationStatus(migrations(readConfig()));
      const lines = Object.entries(status).map(
        ([what, names]) => `${what}: ${(names as string[]).join(', ') || 'none'}`,
      );
      report(json, status, lines);
      if (!historyMatches(status)) process.exitCode = exit.differences;
    });
}

/** SQL, in which the risks are comments. */
function linesOf({ pending, failed, edited }: MigrationPlan): string[] {
  const statements = pending.flatMap(({ name, statements: all }) => [
    `-- ${name}`,
    ...all.flatMap(({ sql, risks }) => [...risks.map(({ kind, fact }) => `-- ${kind}: ${fact}`), `${sql};`]),
    '',
  ]);
  const others = [
    ...failed.map(
      (name) => `-- ${name} was begun and has not ended: "migrate deploy" goes on with it, or says what to do.`,
    ),
    ...edited.map((name) => `-- ${name} is applied, and was changed since: restore its file.`),
  ];
  const all = [...others, ...statements];
  return all.length > 0 ? all : ['-- Nothing is pending.'];
}
