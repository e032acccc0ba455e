import type { MembershipRole } from '../../generated/model-types.ts';
import { viewer } from '../../policy/viewer.ts';
import type { SafeWhere } from '../../policy/where-types.ts';

/**
 * A membership of the viewer's, in one of these roles or in any: for `exists`, at the end of a path that leads to
 * memberships. A role in one organization is a row, so that it holds there only.
 */
export const ofViewer = (...roles: MembershipRole[]): SafeWhere<'Membership'> => ({
  userId: { equals: viewer.id },
  ...(roles.length > 0 && { role: { in: roles } }),
});
