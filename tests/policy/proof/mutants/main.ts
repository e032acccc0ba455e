/**
 * `npm run test:mutants`: builds that are weakened on purpose, each of which the proof must find. Words as arguments
 * choose some of them by their names; PROOF_SEED says where to begin.
 */
import { startHunting } from './hunting.ts';
import { mutants } from './mutants.ts';

const words = process.argv.slice(2);
using hunting = startHunting(Number(process.env['PROOF_SEED'] ?? 1));
for (const mutant of mutants.filter(({ name }) => words.every((word) => name.includes(word)))) {
  const { found, runs } = await hunting.hunt(mutant);
  console.log(found === undefined ? `SURVIVED ${mutant.name}` : `killed after ${runs} runs: ${mutant.name} (${found})`);
  if (found === undefined) process.exitCode = 1;
}
console.log(hunting.closingLine());
