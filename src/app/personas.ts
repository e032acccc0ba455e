import type { Personas } from '../policy/persona.ts';

/** Example viewers. Their users come with the sample data; `npm start` makes the admin. */
export const personas: Personas = {
  admin: { email: 'admin@example.test', description: 'may do everything' },
  editor: { email: 'editor@example.test', description: 'keeps the atlas, everywhere' },
  reviewer: { email: 'reviewer@example.test', description: 'reviews the observations of one organization' },
  member: { email: 'member@example.test', description: 'measures for one organization' },
  outsider: { email: 'outsider@example.test', description: 'measures for another organization' },
  guest: { email: null, description: 'is not signed in' },
};
