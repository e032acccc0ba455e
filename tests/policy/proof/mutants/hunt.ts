import * as fc from 'fast-check';
import { arbitraryViewers } from '../arbitrary/policies.ts';
import { Refuted, RefutedWrite } from '../case.ts';
import { openEngine } from '../engine-service.ts';
import { members, openFront } from '../http-service.ts';
import { noWriteTally, proveWrites } from '../prove-writes.ts';
import { prove } from '../prove.ts';
import { noTally } from '../tally.ts';

/** What the proof says of a build. */
export interface Hunt {
  /** The property that is refuted; undefined: the build has survived. */
  readonly found: string | undefined;
  /** After as many runs. */
  readonly runs: number;
}

export interface HuntOptions {
  readonly seed: number;
  readonly mostRuns: number;
  readonly through: 'engine' | 'http' | 'writes';
}

/** Few of both, so that many worlds are seen; of each kind of viewer one, and two of the same. */
const candidates = 8;
const fewViewers = arbitraryViewers.map((all) => all.slice(0, 4));

/** Looks for what is wrong with the build that this file stands in. @public: `hunter.ts` loads it by its path. */
export async function hunt({ through, ...options }: HuntOptions): Promise<Hunt> {
  return through === 'writes' ? huntByWrites(options) : huntByReads({ through, ...options });
}

async function huntByReads({ seed, mostRuns, through }: HuntOptions): Promise<Hunt> {
  await using front = through === 'http' ? await openFront() : undefined;
  const viewers = front ? fc.constant(members) : fewViewers;
  const open = front?.open ?? openEngine;
  const tally = noTally();
  try {
    await prove({ seed, candidates, viewers, open, tally, until: ({ runs }) => runs >= mostRuns });
    return { found: undefined, runs: tally.runs };
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    const runs = tally.runs + 1;
    return { found: runs <= mostRuns ? error.property : undefined, runs };
  }
}

async function huntByWrites({ seed, mostRuns }: Omit<HuntOptions, 'through'>): Promise<Hunt> {
  const tally = noWriteTally();
  try {
    await proveWrites({ seed, ofEach: 2, tally, until: ({ runs }) => runs >= mostRuns });
    return { found: undefined, runs: tally.runs };
  } catch (error) {
    if (!(error instanceof RefutedWrite)) throw error;
    const runs = tally.runs + 1;
    return { found: runs <= mostRuns ? error.property : undefined, runs };
  }
}
