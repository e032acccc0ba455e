/** Builds that are weakened on purpose, each of which the proof finds within 1,000 runs (README.md). */
import { afterAll, expect, it } from 'vitest';
import { startHunting } from './mutants/hunting.ts';
import { mutants } from './mutants/mutants.ts';

const hunting = startHunting(Number(process.env['PROOF_SEED'] ?? 1));
afterAll(() => {
  console.log(hunting.closingLine());
  hunting[Symbol.dispose]();
});

it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'the proof finds out when %s',
  async (_, mutant) => {
    const { found, runs } = await hunting.hunt(mutant);
    expect(found, `It looks right after ${runs} runs.`).toMatch(/^P[1-4]: /);
  },
  180_000,
);
