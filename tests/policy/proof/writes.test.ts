/** The proof of the policies, by writes (README.md). */
import { describe, expect, it } from 'vitest';
import { keptWrites, nameOf, proveOrKeepWrites, replayWrite } from './kept-cases.ts';
import { closingLinesOfWrites } from './prove-writes.ts';

const seed = Number(process.env['PROOF_SEED'] ?? 1);

describe('writes', () => {
  it('do what they once did not', async () => {
    for (const file of keptWrites()) expect([nameOf(file), await replayWrite(file)]).toEqual([nameOf(file), undefined]);
  });

  it('leave in 500 runs the database that the policies allow', async () => {
    console.log(`seed ${seed}, by writes`);
    const tally = await proveOrKeepWrites({ seed, until: ({ counted }) => counted >= 500 });
    console.log(closingLinesOfWrites(tally).join('\n'));
    const { runs, counted, changed, refused, leftOut } = tally;
    expect(counted / runs, 'Most runs count.').toBeGreaterThan(0.5);
    expect(Math.min(changed, refused) / runs, 'Much is allowed, and much is refused.').toBeGreaterThan(0.15);
    expect(leftOut / runs, 'Few are left out.').toBeLessThan(0.1);
  }, 600_000);
});
