import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { application } from '../../app/index.ts';
import { readConfig } from '../../config.ts';
import { badInput } from '../../errors.ts';
import { applyPlan, planImport, planLines, type Plan } from '../../import/plan.ts';
import { showProgress } from '../../import/progress.ts';
import { notWritten, reportLines } from '../../import/report.ts';
import { viewerNamed, viewerWithId } from '../as-viewer.ts';
import { openRowsHere } from '../house.ts';
import { exit, report } from '../report.ts';
import { requireModel, settingsOf, withFileOptions, type FileOptions } from './import-options.ts';

interface PlanCommandOptions extends FileOptions {
  out?: string;
  json?: boolean;
}

export function addPlan(program: Command): void {
  withFileOptions(program.command('plan <file>').description('what an import would do, with no change made'))
    .option('--out <file>', 'where the plan goes that can be applied')
    .option('--json', 'print the plan as JSON')
    .addHelpText('after', '\nExample:\n  pergola import plan cities.csv --model City --key id --out plan.json')
    .action((file: string, options: PlanCommandOptions, it: Command) =>
      makePlan(file, { ...options, model: requireModel(it, options) }),
    );

  program
    .command('apply <plan>')
    .description('do what a plan says, all of it or, when rows have changed since, nothing')
    .option('--json', 'print one report as JSON')
    .addHelpText('after', '\nExample:\n  pergola import apply plan.json')
    .action((file: string, options: { json?: boolean }) => apply(file, options));
}

async function makePlan(file: string, options: PlanCommandOptions & { model: string }): Promise<void> {
  const config = readConfig();
  const database = await openRowsHere(config);
  const { model, out, json } = options;
  const display = showProgress(`plan ${model}`, process.stderr);
  try {
    const { personas, mappings } = application;
    const viewer = await viewerNamed(options.as, { database, config, personas });
    const settings = settingsOf(options);
    const onProgress = display.update;
    const made = await planImport({ database, viewer, mappings, model, input: resolve(file), settings, onProgress });
    if (out !== undefined) writeFileSync(out, `${JSON.stringify(made, null, 2)}\n`);
    const next = out === undefined ? [] : [`  pergola import apply ${out}`];
    report(json, made, [...reportLines(made), ...planLines(made), ...next]);
  } finally {
    display.stop();
    await database.close();
  }
}

async function apply(file: string, { json }: { json?: boolean }): Promise<void> {
  const made = readPlan(file);
  const database = await openRowsHere();
  const display = showProgress(made.model, process.stderr);
  try {
    const viewer = await viewerWithId(made.userId, database);
    const { mappings } = application;
    const done = await applyPlan(made, { database, viewer, mappings, onProgress: display.update });
    report(json, done, reportLines(done));
    if (notWritten(done) > 0) process.exitCode = exit.failed;
  } finally {
    display.stop();
    await database.close();
  }
}

function readPlan(path: string): Plan {
  try {
    const plan = JSON.parse(readFileSync(path, 'utf8')) as Plan;
    if (typeof plan.digest === 'string' && typeof plan.model === 'string') return plan;
  } catch {
    // Told below.
  }
  throw badInput(`${path} is no plan.`, 'Make one with pergola import plan … --out plan.json.');
}
