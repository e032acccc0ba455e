import type { Personas } from '../policy/persona.ts';

/** Example viewers. `npm start` makes the admin; who else has an address must be a user. */
export const personas = {
  admin: { email: 'admin@example.test', roles: ['admin'], description: 'may do everything' },
  guest: { email: null, roles: [], description: 'is not signed in' },
} satisfies Personas;
