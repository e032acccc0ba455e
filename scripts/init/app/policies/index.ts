import type { PolicyDraft } from '../../policy/policy.ts';
import * as platform from './platform.ts';
import * as user from './user.ts';

/** The policy of every model. One that is missing stops the start. */
export const policies: readonly PolicyDraft[] = [user, platform].flatMap((it) => Object.values(it));
