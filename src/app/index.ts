import { extensions } from './fields/index.ts';

import { personas } from './personas.ts';
import { policies } from './policies/index.ts';

/** The part of the house that its users furnish. */
export const application = { policies, extensions, personas };
