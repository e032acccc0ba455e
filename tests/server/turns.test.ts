import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTurns } from '../../src/server/turns.ts';

/** Keeps the process busy, as a request does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

it('a flood that arrives at once is worked on in several turns, in its order, and others have theirs in between', async () => {
  const inTurn = createTurns();
  const begun: number[] = [];
  for (let at = 0; at < 20; at++) {
    inTurn(() => {
      begun.push(at);
      work(4);
    });
  }
  const atOnce = begun.length;
  expect(atOnce).toBeLessThan(20);
  const soFar = [];
  while (begun.length < 20) {
    await nextTurn();
    soFar.push(begun.length);
  }
  expect(soFar.length).toBeGreaterThan(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, at) => at));
});
