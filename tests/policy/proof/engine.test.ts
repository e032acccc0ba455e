/** The proof of the policies, on the engine itself (README.md). */
import { describe, expect, it } from 'vitest';
import { keptCases, nameOf, proveOrKeep, replay } from './kept-cases.ts';
import { closingLines } from './tally.ts';

const seed = Number(process.env['PROOF_SEED'] ?? 1);

describe('the policies', () => {
  it.each(keptCases().map((file) => [nameOf(file), file]))('hold where they once did not: %s', async (_, file) => {
    expect((await replay(file))?.message).toBe(undefined);
  });

  it('hold in 20,000 runs that met a hidden row and a hidden field', async () => {
    console.log(`seed ${seed}`);
    const tally = await proveOrKeep({ seed, until: ({ counted }) => counted >= 20_000 });
    console.log(closingLines(tally).join('\n'));
    const { runs, counted, tooDeep, twice, paged, shrunk } = tally;
    expect(counted / runs, 'Most runs count.').toBeGreaterThan(0.5);
    expect(tooDeep / runs, 'Few operations are beyond one statement.').toBeLessThan(0.01);
    expect(Math.min(twice, paged, shrunk), 'Each property is asked for.').toBeGreaterThan(200);
  }, 900_000);
});
