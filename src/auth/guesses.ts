import type { SessionOrigin } from './session-origin.ts';

export interface Guesser {
  /** The account, normalised. */
  readonly email: string;
  readonly origin: SessionOrigin;
}

/**
 * Runs what tries a password or a code, unless too many were wrong. It is asked before anything is looked up or hashed.
 *
 * @throws RATE_LIMITED, alike for an account that does not exist; and what the guess throws, which then counts.
 */
export type LimitGuesses = <Answer>(guesser: Guesser, guess: () => Promise<Answer>) => Promise<Answer>;
