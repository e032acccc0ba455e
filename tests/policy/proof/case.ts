import type { Operation } from './operation.ts';
import type { PolicyTexts, ViewerText } from './policy-text.ts';
import type { World } from './world.ts';
import type { WriteText } from './write-text.ts';

/** One run, as data: whatever the proof finds is kept as one of these. */
export interface Case {
  readonly world: World;
  /** A world that the viewer cannot tell from the first. */
  readonly other?: World;
  readonly policies: PolicyTexts;
  /** The same with one right less. */
  readonly narrowed?: PolicyTexts;
  readonly viewers: readonly ViewerText[];
  /** The place of the one who asks. */
  readonly viewer: number;
  readonly operation: Operation;
}

/** One write, as data. */
export interface WriteCase {
  readonly world: World;
  readonly policies: PolicyTexts;
  readonly viewers: readonly ViewerText[];
  /** The place of the one who writes. */
  readonly viewer: number;
  readonly write: WriteText;
}

/** Of several engines, which all answer alike. */
export const p7 = 'P7: engines answer differently';

/** What a property found. */
export class Refuted extends Error {
  readonly property: string;
  readonly case: Case;

  constructor(property: string, it: Case, expected: unknown, actual: unknown) {
    super(`${property}\n  expected ${JSON.stringify(expected)}\n  but got  ${JSON.stringify(actual)}`);
    this.property = property;
    this.case = it;
  }
}

export class RefutedWrite extends Error {
  readonly property: string;
  readonly case: WriteCase;

  constructor(property: string, it: WriteCase, { expected, actual }: { expected: unknown; actual: unknown }) {
    super(`${property}\n  expected ${JSON.stringify(expected)}\n  but got  ${JSON.stringify(actual)}`);
    this.property = property;
    this.case = it;
  }
}
