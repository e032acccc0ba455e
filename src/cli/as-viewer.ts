import type { Personas } from '../policy/persona.ts';
import type { Viewer } from '../policy/viewer.ts';
import type { Config } from '../config.ts';
import { findUser, findUserById } from '../auth/sign-in.ts';
import { guest } from '../policy/viewer.ts';
import type { Database } from '../database/database.ts';
import { badInput, PergolaError } from '../errors.ts';

/**
 * Whom a command acts as: the user with this e-mail address or, in development, a persona; without a name the admin.
 *
 * @throws NOT_FOUND, BAD_INPUT
 */
export async function viewerNamed(
  name: string | undefined,
  { database, config, personas }: { database: Database; config: Config; personas: Personas },
): Promise<Viewer> {
  const asked = name ?? config.adminEmail;
  const persona = config.production || asked.includes('@') ? undefined : personas[asked];
  if (persona?.email === null) return guest;
  const email = persona?.email ?? asked;
  if (!email.includes('@'))
    throw badInput(
      `There is no persona "${asked}"${config.production ? ' in production' : ''}.`,
      'Give the e-mail address of a user.',
      'as',
    );
  const user = await findUser(database.unguarded, email);
  if (!user)
    throw new PergolaError('NOT_FOUND', `No user has the e-mail address "${email}".`, 'See pergola user create.');
  return { kind: 'user', id: user.id, roles: user.roles };
}

/**
 * The user with this key, with the roles that they have now.
 *
 * @throws NOT_FOUND
 */
export async function viewerWithId(id: string | null, { unguarded }: Pick<Database, 'unguarded'>): Promise<Viewer> {
  if (id === null) return guest;
  const user = await findUserById(unguarded, id);
  if (!user) throw new PergolaError('NOT_FOUND', 'The user who began this import is gone.', 'Begin another one.');
  return { kind: 'user', id: user.id, roles: user.roles };
}
