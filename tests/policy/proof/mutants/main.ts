/**
 * `npm run test:mutants`: builds that are weakened on purpose, each of which the proof must find. Words as arguments
 * choose some of them by their names; PROOF_SEED says where to begin.
 */
import { availableParallelism } from 'node:os';
import { huntAll } from './hunting.ts';
import { mutants } from './mutants.ts';

const words = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => words.every((word) => name.includes(word)));
let killed = 0;
await huntAll(chosen, {
  seed: Number(process.env['PROOF_SEED'] ?? 1),
  processes: Math.min(2, availableParallelism(), chosen.length),
  tell({ mutant: { name }, found, runs }) {
    console.log(found === undefined ? `SURVIVED ${name}` : `killed after ${runs} runs: ${name} (${found})`);
    if (found === undefined) process.exitCode = 1;
    else killed++;
  },
});
console.log(`mutants killed ${killed}/${chosen.length}`);
