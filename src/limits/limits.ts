import type { OperationLimits } from './operation-limits.ts';
import type { RateLimits } from './rate-limits.ts';

/** What an application changes of the limits: `src/app/limits.ts`. */
export interface LimitChanges {
  readonly rates?: Partial<RateLimits>;
  readonly operations?: Partial<OperationLimits>;
}
