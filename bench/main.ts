/** `npm run bench`: pergola beside what a team would write by hand and beside the limit. See bench/README.md. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { build } from './build.ts';
import { policyCosts, tableOfCosts } from './policy-cost.ts';
import { run } from './run.ts';
import { table } from './table.ts';
import { workloads, type Workload } from './workloads.ts';
import { serverNames, type EngineName } from '../tests/support/test-engine.ts';

const program = new Command('npm run bench --')
  .description('Measures pergola beside a hand-written GraphQL server and beside plain HTTP and SQL.')
  .addOption(
    new Option('--only <names>', 'these workloads, such as W1,W3').argParser(readNames).default(workloads, 'all'),
  )
  .addOption(new Option('--engine <name>', 'on which database').choices(['sqlite', ...serverNames]).default('sqlite'))
  .option('--seconds <n>', 'how long each workload is measured on each server', readSeconds, 4)
  .option('--warm-up <n>', 'seconds before that', readSeconds, 2)
  .option('--policies', 'measure what policies cost instead, beside everything granted', false)
  .option('--against <main.js>', 'measure another build of pergola too, such as one of the last release')
  .option('--profile <folder>', "write a CPU profile of each server's last round (the figures suffer)")
  .option('--no-build', 'take what is in dist/')
  .option('--json', 'print the report as JSON', false)
  .addHelpText('after', `\nWorkloads:\n${workloads.map(({ name, title }) => `  ${name}  ${title}`).join('\n')}`)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .addHelpText('after', '\nExample:\n  npm run bench -- --only W1,W4 --seconds 10')
  .parse();

interface Options {
  readonly only: readonly Workload[];
  readonly engine: EngineName;
  readonly seconds: number;
  readonly warmUp: number;
  readonly policies: boolean;
  readonly against?: string;
  readonly profile?: string;
  readonly build: boolean;
  readonly json: boolean;
}

const options = program.opts<Options>();
const progress = (text: string) => process.stderr.write(`${text}\n`);

process.once('SIGINT', () => process.exit(130));

try {
  if (options.build) {
    progress('building');
    await build();
  }
  const given = {
    workloads: options.only,
    engine: options.engine,
    seconds: options.seconds,
    warmUpSeconds: options.warmUp,
    progress,
  };
  if (options.policies) {
    const costs = await policyCosts(given);
    process.stdout.write(options.json ? `${JSON.stringify(costs)}\n` : `\n${tableOfCosts(costs)}\n`);
  } else {
    const report = await run({
      ...given,
      connections: 32,
      against: options.against,
      profiles: options.profile,
    });
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `\n${table(report)}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function readNames(text: string): Workload[] {
  return text.split(',').map((name) => {
    const found = workloads.find((it) => it.name === name.trim().toUpperCase());
    if (!found) throw new InvalidArgumentError(`There is no workload "${name}".`);
    return found;
  });
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 600)) throw new InvalidArgumentError('Give a number up to 600.');
  return seconds;
}
