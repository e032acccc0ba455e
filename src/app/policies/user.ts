import { hidden, open, readOnly } from '../../policy/policy.ts';
import { any, named } from '../../policy/rule.ts';
import { policy } from './language.ts';
import { ofViewer } from './membership.ts';

export const user = policy('User', ({ role, owner, exists }) => {
  const self = named('themselves', owner('id'));
  const colleague = named('of a common organization', exists('memberships.organization.memberships', ofViewer()));
  const published = named(
    'authors of something published',
    exists('observations', {
      status: { equals: 'PUBLISHED' },
      site: { is: { survey: { is: { visibility: { equals: 'PUBLIC' } } } } },
    }),
  );
  return {
    read: any(role('admin'), self, colleague, published),
    link: any(role('admin'), colleague),
    update: any(role('admin'), self),
    fields: {
      id: readOnly,
      email: { read: any(role('admin'), self) },
      name: open,
      passwordHash: hidden,
      createdAt: readOnly,
      roles: { read: any(role('admin'), self) },
      memberships: readOnly,
      sessions: hidden,
      apiTokens: hidden,
      mailedLinks: hidden,
      totpSecret: hidden,
      recoveryCodes: hidden,
      observations: readOnly,
      reviewedObservations: readOnly,
      comments: readOnly,
    },
  };
});
