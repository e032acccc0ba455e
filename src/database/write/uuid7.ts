import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const bytesOfOne = 16;
const pool = new Uint8Array(256 * bytesOfOne);
let used = pool.length;

/** The library asks the system for the random bytes of each id, which takes longer than all else about a new row. */
function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.subarray(used, (used += bytesOfOne));
}

let lastMilliseconds = 0;
let sequence = 0;

/** A UUID of version 7 that sorts after all that this process has made before. */
export function uuid7(): string {
  const random = randomBytes();
  const now = Date.now();
  if (now > lastMilliseconds) {
    lastMilliseconds = now;
    // Half of what 32 bits count, so that a millisecond does not run out of numbers.
    sequence = (random[6]! & 0x7f) * 2 ** 24 + random[7]! * 2 ** 16 + random[8]! * 2 ** 8 + random[9]!;
  } else {
    sequence++;
  }
  return v7({ random, msecs: lastMilliseconds, seq: sequence });
}
