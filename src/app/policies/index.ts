import type { PolicyDraft } from '../../policy/policy.ts';
import * as atlas from './atlas.ts';
import * as platform from './platform.ts';
import * as surveyWork from './survey-work.ts';

/** The policy of every model. One that is missing stops the start. */
export const policies: readonly PolicyDraft[] = [atlas, surveyWork, platform].flatMap((it) => Object.values(it));
