import { extensions } from './fields/index.ts';
import { mapClaims } from './identity.ts';
import { hasSampleData, importSampleData, mappings } from './imports/index.ts';
import { limits } from './limits.ts';
import { personas } from './personas.ts';
import { policies } from './policies/index.ts';
import { rights } from './rights.ts';
import { startingTabs } from './starting-tabs.ts';

/** The part of the house that its users furnish. */
export const application = {
  policies,
  extensions,
  limits,
  personas,
  rights,
  mapClaims,
  startingTabs,
  mappings,
  hasSampleData,
  importSampleData,
};
