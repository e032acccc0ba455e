/** The proof of the policies, through the server and its sessions (README.md). */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { members, openFront } from './http-service.ts';
import { proveOrKeep } from './kept-cases.ts';
import { closingLines } from './tally.ts';

const seed = Number(process.env['PROOF_SEED'] ?? 1);

it('the bodies of 1,000 runs through HTTP are what the policies allow', async () => {
  console.log(`seed ${seed}, through HTTP`);
  await using front = await openFront();
  const { open } = front;
  const viewers = fc.constant(members);
  const tally = await proveOrKeep({ seed, open, viewers, candidates: 24, until: ({ counted }) => counted >= 1000 });
  console.log(closingLines(tally).join('\n'));
  expect(tally.counted).toBeGreaterThanOrEqual(1000);
}, 600_000);
