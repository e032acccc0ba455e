/** Every field of some models, open, for policies of tests that close one of them: `{ ...observationFields, site: … }`. */
import { hidden, open, readOnly } from '../../src/policy/policy.ts';

export const observationFields = {
  id: readOnly,
  quantity: open,
  value: open,
  unit: open,
  measuredAt: open,
  status: open,
  details: open,
  rawFrame: open,
  serialNumber: open,
  internalNote: open,
  createdAt: readOnly,
  updatedAt: readOnly,
  site: open,
  author: readOnly,
  reviewer: open,
  corrects: open,
  corrections: readOnly,
  tags: open,
  comments: open,
};

export const commentFields = { id: readOnly, body: open, createdAt: readOnly, observation: open, author: readOnly };

export const userFields = {
  id: readOnly,
  email: readOnly,
  name: open,
  passwordHash: hidden,
  createdAt: readOnly,
  roles: readOnly,
  memberships: readOnly,
  sessions: hidden,
  apiTokens: hidden,
  mailedLinks: hidden,
  totpSecret: hidden,
  recoveryCodes: hidden,
  observations: readOnly,
  reviewedObservations: readOnly,
  comments: readOnly,
};
