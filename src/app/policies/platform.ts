import { hidden, internal, open, readOnly } from '../../policy/policy.ts';
import { any } from '../../policy/rule.ts';
import { policy } from './language.ts';

export const roleGrant = policy('RoleGrant', ({ role, owner }) => ({
  read: any(role('admin'), owner('userId')),
  create: role('admin'),
  delete: role('admin'),
  fields: { role: open, user: open },
}));

export const session = internal('Session');

export const apiToken = internal('ApiToken');

/** Written by every mutation itself; nobody adds to it, and nobody takes away. */
export const auditEntry = policy('AuditEntry', ({ role }) => ({
  read: role('admin'),
  fields: {
    id: readOnly,
    at: readOnly,
    actorKind: readOnly,
    actorId: readOnly,
    model: readOnly,
    key: readOnly,
    verb: readOnly,
    changes: readOnly,
    requestId: readOnly,
  },
}));

export const idempotencyRecord = internal('IdempotencyRecord');

/** Written by imports themselves: whoever started one reads how it goes. */
export const importPolicy = policy('Import', ({ role, owner }) => ({
  read: any(role('admin'), owner('userId')),
  fields: {
    id: readOnly,
    model: readOnly,
    source: readOnly,
    state: readOnly,
    records: readOnly,
    created: readOnly,
    updated: readOnly,
    same: readOnly,
    skipped: readOnly,
    denied: readOnly,
    conflicts: readOnly,
    refused: readOnly,
    errors: readOnly,
    startedAt: readOnly,
    updatedAt: readOnly,
    finishedAt: readOnly,
    userId: readOnly,
    settings: hidden,
    refusedBytes: hidden,
    consumed: hidden,
    running: hidden,
    lease: hidden,
    leaseUntil: hidden,
  },
}));

export const mailedLink = internal('MailedLink');

export const totpSecret = internal('TotpSecret');

export const recoveryCode = internal('RecoveryCode');
