import { hidden, open, readOnly } from '../../policy/policy.ts';
import { any, named } from '../../policy/rule.ts';
import { policy } from './language.ts';

export const user = policy('User', ({ role, owner }) => {
  const self = named('themselves', owner('id'));
  return {
    read: any(role('admin'), self),
    link: any(role('admin'), self),
    update: any(role('admin'), self),
    fields: {
      id: readOnly,
      email: readOnly,
      name: open,
      passwordHash: hidden,
      createdAt: readOnly,
      roles: readOnly,
      sessions: hidden,
      apiTokens: hidden,
      mailedLinks: hidden,
      totpSecret: hidden,
      recoveryCodes: hidden,
    },
  };
});
