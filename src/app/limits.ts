import type { LimitChanges } from '../limits/limits.ts';

/**
 * What this application allows more or less of than the defaults in `src/limits`. Such as
 *
 *     rates: { mutationFields: { submitObservation: { max: 10, windowSeconds: 60 } } }
 */
export const limits: LimitChanges = {};
