import { Refuted } from './case.ts';
import { minimize } from './minimize.ts';
import { schemaText } from './schema-text.ts';
import { prove, stats } from './prove.ts';

const { PROOF_RUNS = '1000', PROOF_SEED = String(Date.now() % 1_000_000) } = process.env;
const seed = Number(PROOF_SEED);
console.log(`seed ${seed}`);
const start = performance.now();
let worlds = 0;
try {
  const tally = await prove({
    seed,
    runs: Number(PROOF_RUNS),
    onWorld: (it) => {
      worlds = it.worlds;
      if (process.env['PROOF_LOG'])
        console.log(
          JSON.stringify(it),
          Math.round(performance.now() - start),
          Math.round(process.memoryUsage().rss / 1e6),
        );
    },
  });
  const seconds = (performance.now() - start) / 1000;
  console.log(stats);
  console.log(JSON.stringify(tally), `${Math.round(tally.runs / seconds)} runs/s`);
} catch (error) {
  console.log(`world ${seed + worlds}`);
  if (!(error instanceof Refuted)) throw error;
  const { writeFileSync } = await import('node:fs');
  const small = process.env['PROOF_RAW'] ? error : await minimize(error);
  console.log(small.message.slice(0, 2000));
  const { world, ...rest } = small.case;
  console.log(schemaText(world.shape));
  for (const [name, rows] of Object.entries(world.rows)) console.log(name, JSON.stringify(rows));
  console.log('links', JSON.stringify(world.links));
  for (const [name, policy] of Object.entries(rest.policies)) console.log(name, JSON.stringify(policy));
  if (rest.other) console.log('other', JSON.stringify(rest.other.rows), JSON.stringify(rest.other.links));
  if (rest.narrowed) console.log('narrowed', JSON.stringify(rest.narrowed));
  console.log(JSON.stringify(rest.operation), JSON.stringify(rest.viewers), rest.viewer);
  writeFileSync('/tmp/pp/case.json', JSON.stringify(small.case, null, 1));
  process.exitCode = 1;
}
