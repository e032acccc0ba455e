/**
 * `npm run test:engines`: the suite, the attacks and the policy proof on MariaDB and PostgreSQL, one after the other, or
 * on those that are named: `npm run test:engines -- mysql`. Each ends with what was left out or is asserted otherwise, and
 * with a line that a script can read.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ensureGenerated } from './ensure-generated.mjs';
import { root } from './root.mjs';

const { positionals } = parseArgs({ allowPositionals: true });
const known = ['mysql', 'postgresql'];
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no engine "${unknown}". Give mysql, postgresql or nothing, which means both.`);
  process.exit(2);
}

/** What gives the same whatever the engine, and why. */
const leftOut = {
  'tests/policy/proof/**': 'asked below, in fewer runs',
  'tests/types/**': 'types',
  'tests/sdk/**': 'knows the API only, which is one for all engines',
  'tests/model/**': 'reads schemas',
  'tests/scripts/**': 'reads the lockfile',
  'tests/delivery/**': 'packages and images',
  'tests/getting-started/**': 'a project of its own, on SQLite',
  '**/newcomer.test.ts': 'a fresh clone, which is on SQLite',
  '**/schema-engine.test.ts': 'migrates each engine itself',
  '**/mysql-migrations.test.ts': 'migrates MariaDB itself',
};
const excluded = Object.keys(leftOut).flatMap((pattern) => ['--exclude', pattern]);
const proof = ['--import', 'tsx', 'tests/policy/proof/main.ts'];

await ensureGenerated();
for (const engine of positionals.length > 0 ? positionals : known) {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', '.config/vitest.ts', '--typecheck=false'];
  const suite = await run([...vitest, ...excluded], { TEST_ENGINE: engine, TEST_REQUIRE: engine });
  const attacks = await run(['--import', 'tsx', 'tests/attacks/front-door/main.ts'], { TEST_ENGINE: engine });
  // Beside SQLite, and their answers compared byte by byte.
  const both = { PROOF_ENGINES: `sqlite,${engine}`, PROOF_SEED: process.env.PROOF_SEED ?? '1' };
  const reads = await run(proof, { ...both, PROOF_RUNS: '1500' });
  const writes = await run([...proof, '--writes'], { ...both, PROOF_RUNS: '150' });
  const parts = [
    lineOf(suite, /^\d+ passed, \d+ failed$/m),
    lineOf(attacks, /^refused \d+\/.*$/m),
    `reads ${lineOf(reads, /^counted runs .*$/m)}`,
    `writes ${lineOf(writes, /^counted runs .*$/m)}`,
  ];
  for (const [pattern, why] of Object.entries(leftOut)) console.log(`left out on ${engine}: ${pattern} (${why})`);
  // Once more, as the attacks and the proof have been printed since.
  for (const [line] of suite.output.matchAll(/^(left out|differs).*$/gm)) console.log(line);
  const failed = [suite, attacks, reads, writes].some(({ code }) => code !== 0);
  console.log(`engine ${engine}: ${failed ? 'FAILED' : 'held'}; ${parts.join('; ')}`);
  if (failed) process.exitCode = 1;
}

/**
 * @param {string[]} parameters
 * @param {Record<string, string>} environment
 */
async function run(parameters, environment) {
  const begun = performance.now();
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, parameters, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (part) => {
    output += String(part);
    process.stdout.write(part);
  });
  const [code] = await once(child, 'close');
  return { code, output, minutes: (performance.now() - begun) / 60_000 };
}

/**
 * @param {{ output: string, minutes: number }} run
 * @param {RegExp} line
 */
function lineOf({ output, minutes }, line) {
  return `${output.match(line)?.[0] ?? 'no closing line'} (${minutes.toFixed(1)} min)`;
}
