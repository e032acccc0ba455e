/** Rules under which rows, values and relations come and go, as policies and, for Alice, on plain arrays. */
import { policy } from '../../src/app/policies/language.ts';
import { open, readOnly, type PolicyDraft } from '../../src/policy/policy.ts';
import { any, anyone } from '../../src/policy/rule.ts';
import type { Rules } from './naive-world.ts';
import { observationFields } from './open-fields.ts';

export const strictPolicies: readonly PolicyDraft[] = [
  policy('Observation', ({ owner, where, role }) => ({
    read: any(role('admin'), where({ status: { equals: 'PUBLISHED' } }), owner('authorId')),
    fields: {
      ...observationFields,
      internalNote: { read: any(role('admin'), owner('authorId')) },
      serialNumber: { read: any(role('admin'), where({ unit: { equals: 'Cel' } })) },
      site: { read: any(role('admin'), where({ quantity: { not: 'a' } })) },
      corrects: readOnly,
      comments: { read: any(role('admin'), where({ status: { equals: 'PUBLISHED' } })) },
    },
  })),
  policy('Site', ({ where, role }) => ({
    read: any(role('admin'), where({ elevationMeters: { not: null } })),
    fields: {
      id: readOnly,
      name: open,
      latitude: open,
      longitude: open,
      survey: open,
      city: open,
      observations: open,
      elevationMeters: { read: any(role('admin'), where({ name: { contains: 'a' } })) },
    },
  })),
  policy('Comment', ({ where, role }) => ({
    read: any(role('admin'), where({ body: { not: 'b' } })),
    fields: { id: readOnly, body: open, createdAt: readOnly, observation: open, author: readOnly },
  })),
  policy('Tag', () => ({ read: anyone, fields: { slug: open, label: open, observations: readOnly } })),
];

/** The same, for a viewer called alice without roles. */
export const aliceRules: Rules = {
  rows: {
    Observation: ({ status, authorId }) => status === 'PUBLISHED' || authorId === 'alice',
    Site: ({ elevationMeters }) => elevationMeters !== null,
    Comment: ({ body }) => body !== 'b',
  },
  fields: {
    'Observation.internalNote': ({ authorId }) => authorId === 'alice',
    'Observation.serialNumber': ({ unit }) => unit === 'Cel',
    'Observation.site': ({ quantity }) => quantity !== 'a',
    'Observation.comments': ({ status }) => status === 'PUBLISHED',
    'Site.elevationMeters': ({ name }) => String(name).includes('a'),
  },
};
