import { PergolaError } from '../errors.ts';

/** An operation asks more than a limit allows: docs/security.md has them all, and `/-/limits` those of this server. */
export const tooComplex = (fact: string, remedy = 'Ask in several operations.') =>
  new PergolaError('TOO_COMPLEX', fact, remedy);
