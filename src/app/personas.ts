import type { Personas } from '../policy/persona.ts';

/** Example viewers. Their users come with the sample data; `npm start` makes the admin. */
export const personas = {
  admin: { email: 'admin@example.test', roles: ['admin'], description: 'may do everything' },
  editor: { email: 'editor@example.test', roles: ['editor'], description: 'keeps the atlas, everywhere' },
  reviewer: { email: 'reviewer@example.test', roles: [], description: 'reviews the observations of one organization' },
  member: { email: 'member@example.test', roles: [], description: 'measures for one organization' },
  outsider: { email: 'outsider@example.test', roles: [], description: 'measures for another organization' },
  guest: { email: null, roles: [], description: 'is not signed in' },
} satisfies Personas;
