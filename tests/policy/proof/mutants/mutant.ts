import type { ServerName } from '../../../support/test-engine.ts';

/** A deliberately weakened build, as data: the proof must find it. */
export interface Mutant {
  /** What has gone missing, as a reviewer would say it. */
  readonly name: string;
  /** What only a server gets wrong is looked for through it, and what goes wrong in writing, by writes. */
  readonly through?: 'http' | 'writes';
  /** The engine that does it so, where not all do; its server has to be there. */
  readonly on?: ServerName;
  /** Mostly one. */
  readonly edits: readonly Edit[];
}

export interface Edit {
  /** Inside src. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}
