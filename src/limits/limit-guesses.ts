import { isEmail } from '../auth/email.ts';
import type { LimitGuesses } from '../auth/guesses.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Counter } from './counter.ts';
import { takeOrRefuse } from './rate-limiter.ts';
import type { RateLimits } from './rate-limits.ts';

interface Options {
  readonly counter: Counter;
  readonly limits: Pick<RateLimits, 'guesses' | 'guessesFromKnownDevice'>;
  readonly sessions: Pick<Sessions, 'hasOne'>;
}

/**
 * Each guess takes from the account's budget before anything is looked up or hashed, so that of a hundred at a time no
 * more are tried than the budget holds; one that is right gives it back, so that nobody is counted for signing in.
 *
 * A budget by account alone would let anybody lock others out. So where it is used up, a device and network in which
 * the account is signed in has one of its own.
 */
export function createLimitGuesses({ counter, limits, sessions }: Options): LimitGuesses {
  const placeFor: (...asker: Parameters<Sessions['hasOne']>) => Promise<string> = async (email, origin) => {
    // What is no address has no account. All of it is one to us: a text of any length is not kept.
    const account = `guesses:${isEmail(email) ? email : ''}`;
    const { allowed } = await counter.take(account, limits.guesses, 1);
    if (allowed) return account;
    // Asked for every address, whether it has an account or not: time must not tell.
    const known = await sessions.hasOne(email, origin);
    const place = known ? `${account}:${origin.device}:${origin.network}` : account;
    await takeOrRefuse(counter, { key: place, budget: known ? limits.guessesFromKnownDevice : limits.guesses });
    return place;
  };
  return async ({ email, origin }, guess) => {
    const place = await placeFor(email, origin);
    const answer = await guess();
    await counter.giveBack(place, 1);
    return answer;
  };
}
