import type { PolicyDraft } from '../../policy/policy.ts';
import * as atlas from './atlas.ts';
import * as platform from './platform.ts';
import * as surveyWork from './survey-work.ts';
import * as user from './user.ts';

/** The policy of every model. One that is missing stops the start. */
export const policies: readonly PolicyDraft[] = [atlas, surveyWork, user, platform].flatMap((it) => Object.values(it));
