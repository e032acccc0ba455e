/**
 * `npm run test:proof`: asks what was found before, then looks for more. With files as arguments, these cases only.
 * PROOF_RUNS says how many counted runs, PROOF_SEED from which seed on; `--http` asks through the server, `--writes` writes.
 * PROOF_ENGINES=sqlite,mysql,postgresql asks each of them, and compares what they answer byte by byte.
 */
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { readable } from './describe-case.ts';
import { members, openFront } from './http-service.ts';
import { keptCases, proveOrKeep, proveOrKeepWrites, replay } from './kept-cases.ts';
import { closingLinesOfWrites } from './prove-writes.ts';
import { closingLines } from './tally.ts';
import { dropPlaces } from './world-on-server.ts';

const { values, positionals } = parseArgs({
  options: { http: { type: 'boolean' }, writes: { type: 'boolean' } },
  allowPositionals: true,
});
const { PROOF_RUNS = '1000', PROOF_SEED = String(Date.now() % 1_000_000) } = process.env;

for (const file of positionals.length > 0 ? positionals : keptCases()) {
  const refuted = await replay(file);
  console.log(`${file}: ${refuted ? `refuted\n${refuted.message}` : 'holds'}`);
  if (refuted && positionals.length > 0) console.log(readable(refuted.case));
  if (refuted) process.exitCode = 1;
}
const reportEvery = 20_000;
if (positionals.length === 0) await (values.writes ? lookByWrites() : look());
await dropPlaces();

async function look() {
  console.log(`seed ${PROOF_SEED}`);
  const started = performance.now();
  let reported = 0;
  await using front = values.http ? await openFront() : undefined;
  try {
    const tally = await proveOrKeep({
      seed: Number(PROOF_SEED),
      until: ({ runs, counted }) => {
        if (runs >= reported + reportEvery) console.log(`${(reported = runs)} runs, ${counted} counted`);
        return counted >= Number(PROOF_RUNS);
      },
      ...(front && { open: front.open, viewers: fc.constant(members) }),
    });
    const seconds = (performance.now() - started) / 1000;
    console.log(`${Math.round(tally.runs / seconds)} runs/s`);
    console.log(closingLines(tally).join('\n'));
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function lookByWrites() {
  console.log(`seed ${PROOF_SEED}, by writes`);
  try {
    const until = ({ counted }: { counted: number }) => counted >= Number(PROOF_RUNS);
    const tally = await proveOrKeepWrites({ seed: Number(PROOF_SEED), until });
    console.log(closingLinesOfWrites(tally).join('\n'));
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
